import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { checkMailbox, mailboxFailure } from "@mailwright/email_client/bounces/check-mailbox.ts";
import { readMailbox } from "@mailwright/email_client/bounces/read-mailbox.ts";
import { type BounceMailbox, bounceMailbox } from "@mailwright/email_client/bounces/settings.ts";
import { createVerp } from "@mailwright/email_client/bounces/verp.ts";
import { ANYWHERE } from "@mailwright/email_client/gateways/outbound.ts";
import { AUTO_REPLIES } from "@mailwright/email_client/testing/bounces/auto-replies.ts";
import { BOUNCES } from "@mailwright/email_client/testing/bounces/bounces.ts";
import { COMPLAINTS } from "@mailwright/email_client/testing/bounces/complaints.ts";
import { message } from "@mailwright/email_client/testing/bounces/report.ts";
import {
  type FactsStandIn,
  factsStandIn,
} from "@mailwright/email_client/testing/facts-stand-in.ts";
import { SELF_SIGNED } from "@mailwright/email_client/testing/self-signed.ts";
import { newId, silentLog } from "@mailwright/platform";
import { createServiceClient } from "@mailwright/protocol";
import { type DebianPrograms, FaultProxy, type TestRedis, testRedis } from "@mailwright/testing";
import { type Dovecot, dovecotPrograms, startDovecot } from "./mail-servers/dovecot.ts";
import { type MailFolder, openFolder } from "./mail-servers/mail-folder.ts";

/** A bounce mailbox on a real Dovecot, as the email client reads it; only web is stood in for. */
const PASSWORD = "correct-horse-battery";
const KEY = { id: "k1", bytes: new Uint8Array(32).fill(5) };
const VERP = createVerp([KEY]);
const HANDLED = "Handled bounces";

const stack = new AsyncDisposableStack();
let programs: DebianPrograms;
let server: Dovecot;
let redis: TestRedis;
beforeAll(async () => {
  programs = stack.use(await dovecotPrograms());
  server = stack.use(await startDovecot(programs, PASSWORD));
  redis = stack.use(await testRedis());
}, 240_000);
afterAll(() => stack.disposeAsync(), 60_000);

let users = 0;
let user: string;
let gateway: { id: string; kind: string; name: string };
let web: FactsStandIn;
let folder: MailFolder;
beforeEach(async () => {
  user = `bounces${users++}`;
  gateway = { id: newId(), kind: "smtp", name: "Relay" };
  web = factsStandIn([KEY]);
  folder = await openFolder(server.port, user, PASSWORD);
});
afterEach(async () => {
  await folder[Symbol.asyncDispose]();
  await web[Symbol.asyncDispose]();
});

const addressOf = (email: string) => VERP.address("bounces@example.com", gateway.id, email);

function mailboxWith(changes: Record<string, string>, password: string): BounceMailbox {
  const settings = {
    bounce_address: "bounces@example.com",
    bounce_host: "localhost",
    bounce_port: String(server.port),
    bounce_security: "none",
    bounce_username: user,
    ca_certificate: SELF_SIGNED.cert,
    ...changes,
  };
  return bounceMailbox(settings, { bounce_password: password }) as BounceMailbox;
}

function read(changes: Record<string, string> = {}, password = PASSWORD, signal = soon()) {
  return readMailbox(
    gateway,
    mailboxWith(changes, password),
    (text) => VERP.emailIn(text, gateway.id),
    {
      redis: redis.redis,
      web: createServiceClient({ url: web.url, keys: [KEY], now: Date.now }),
      log: silentLog,
      outbound: ANYWHERE,
    },
    signal,
  );
}

const soon = () => AbortSignal.timeout(30_000);
const told = () => [...web.facts.values()];
const personal = (subject: string) =>
  message(["From: zoe@example.org", "To: bounces@example.com", `Subject: ${subject}`], ["Hi."]);

describe("a bounce mailbox", () => {
  test("tells of bounces and complaints, puts away what was handled, and leaves all other mail unread", async () => {
    const [bounced, complained, away] = [newId(), newId(), newId()];
    await folder.deliver(personal("Before"));
    await folder.deliver(BOUNCES.postfix(addressOf(bounced)));
    await folder.deliver(COMPLAINTS.withMailFrom(addressOf(complained)));
    await folder.deliver(AUTO_REPLIES.sieve(addressOf(away)));
    await folder.deliver(BOUNCES.postfix("bounces@example.com"));
    await folder.deliver(personal("After"));
    expect(await read()).toEqual({ told: 2, ignored: 1, leftAlone: 3 });
    expect(told()).toMatchObject([
      { email: bounced, kind: "bounced", bounce: "hard", status: "5.1.1" },
      { email: complained, kind: "complained" },
    ]);
    expect(web.calls[0]?.gateway).toEqual(gateway);
    expect(Math.abs((told()[0]?.at ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(await folder.subjects("INBOX")).toEqual([
      "Before*",
      "Undelivered Mail Returned to Sender*",
      "After*",
    ]);
    expect(await folder.subjects(HANDLED)).toEqual([
      "Undelivered Mail Returned to Sender*",
      "Complaint*",
      "Auto: Hello*",
    ]);
  });

  test("goes on where it stopped, and looks at nothing twice", async () => {
    await folder.deliver(personal("Mine"));
    expect(await read()).toEqual({ told: 0, ignored: 0, leftAlone: 1 });
    expect(await read()).toEqual({ told: 0, ignored: 0, leftAlone: 0 });
    await folder.deliver(BOUNCES.postfix(addressOf(newId())));
    expect(await read()).toEqual({ told: 1, ignored: 0, leftAlone: 0 });
    expect(web.calls).toHaveLength(1);
  });

  test.each([
    ["web is away", () => Response.json({ title: "Away" }, { status: 503 })],
    ["web takes no facts", () => Response.json({ title: "No" }, { status: 422 })],
  ])("moves nothing while %s, and tells it all once it is back", async (_why, answer) => {
    const email = newId();
    await folder.deliver(BOUNCES.postfix(addressOf(email)));
    web.answer = answer;
    await expect(read()).rejects.toThrow("web did not take what was told");
    expect(await folder.subjects("INBOX")).toHaveLength(1);
    expect(await folder.subjects(HANDLED)).toEqual([]);
    web.answer = () => undefined;
    expect(await read()).toEqual({ told: 1, ignored: 0, leftAlone: 0 });
    expect(await folder.subjects("INBOX")).toEqual([]);
  });

  test("that is stopped between telling and moving tells it again under the same name, and moves it then", async () => {
    const email = newId();
    await folder.deliver(BOUNCES.postfix(addressOf(email)));
    const stop = new AbortController();
    web.answer = (call) => {
      web.calls.push(call);
      for (const fact of call.facts) web.facts.set(`${fact.email} ${fact.kind} ${fact.key}`, fact);
      stop.abort(new Error("killed"));
      return Response.json({ taken: 1, repeated: 0, unknown: 0, settled: 0 });
    };
    await read({}, PASSWORD, stop.signal).catch(() => {});
    expect(await folder.subjects("INBOX")).toHaveLength(1);
    web.answer = () => undefined;
    expect(await read()).toEqual({ told: 1, ignored: 0, leftAlone: 0 });
    expect(web.calls).toHaveLength(2);
    expect(web.facts.size).toBe(1);
    expect(await folder.subjects(HANDLED)).toHaveLength(1);
  });

  test("is read by two at once without harm: each fact has one name", async () => {
    for (let n = 0; n < 5; n++) await folder.deliver(BOUNCES.postfix(addressOf(newId())));
    await Promise.allSettled([read(), read()]);
    await read();
    expect(web.facts.size).toBe(5);
    expect(await folder.subjects("INBOX")).toEqual([]);
    expect(new Set(await folder.subjects(HANDLED)).size).toBe(1);
  });

  test("is read to its end when more is in it than is fetched at once", async () => {
    const emails = Array.from({ length: 120 }, () => newId());
    for (const email of emails) await folder.deliver(BOUNCES.qmail(addressOf(email)));
    expect(await read()).toEqual({ told: 120, ignored: 0, leftAlone: 0 });
    expect(web.calls.map(({ facts }) => facts.length)).toEqual([50, 50, 20]);
    expect(new Set(told().map(({ email }) => email))).toEqual(new Set(emails));
  });

  test("is read further each time over a link so slow that there is never time for all of it", async () => {
    const emails = Array.from({ length: 8 }, () => newId());
    const sentBack = randomBytes(150_000).toString("hex").replaceAll(/.{76}/g, "$&\r\n");
    for (const email of emails) {
      const bounce = BOUNCES.postfix(addressOf(email));
      await folder.deliver(bounce.replace("\r\n\r\nHello\r\n", `\r\n\r\n${sentBack}\r\n`));
    }
    await using link = new FaultProxy(server.port);
    link.set({ bytesPerSecond: 200_000 });
    const readSlowly = () =>
      read({ bounce_port: String(link.port) }, PASSWORD, AbortSignal.timeout(4_000));
    await expect(readSlowly()).rejects.toThrow();
    const first = web.facts.size;
    expect(first).toBeGreaterThan(0);
    await expect(readSlowly()).rejects.toThrow();
    expect(web.facts.size).toBeGreaterThan(first);
    await read();
    expect(new Set(told().map(({ email }) => email))).toEqual(new Set(emails));
    expect(await folder.subjects("INBOX")).toEqual([]);
  });

  test("whose folder was made anew is read from its beginning", async () => {
    const here = { bounce_folder: "Incoming" };
    const deliver = async (email: string) => {
      await folder.deliver(BOUNCES.qmail(addressOf(email)), "Incoming");
    };
    await deliver(newId());
    expect(await read(here)).toMatchObject({ told: 1 });
    await folder.remove("Incoming");
    await deliver(newId());
    expect(await read(here)).toMatchObject({ told: 1 });
    expect(web.facts.size).toBe(2);
  });

  test("of another gateway is left alone: its addresses mean nothing here", async () => {
    const address = VERP.address("bounces@example.com", newId(), newId());
    await folder.deliver(BOUNCES.postfix(address));
    expect(await read()).toEqual({ told: 0, ignored: 0, leftAlone: 1 });
    expect(web.calls).toEqual([]);
  });
});

describe("the connection", () => {
  test.each([
    ["STARTTLS", () => ({ bounce_security: "starttls" })],
    ["TLS", () => ({ bounce_security: "tls", bounce_port: String(server.tlsPort) })],
  ])("is made by %s", async (_name, changes) => {
    await folder.deliver(BOUNCES.postfix(addressOf(newId())));
    expect(await read(changes())).toMatchObject({ told: 1 });
    expect(await server.log()).toMatch(new RegExp(`Login: user=<${user}>.*TLS`));
  });

  test("is not made with a certificate that nobody vouches for", async () => {
    const changes = { bounce_security: "tls", bounce_port: String(server.tlsPort) };
    await expect(read({ ...changes, ca_certificate: "" })).rejects.toThrow(/certificate/i);
  });

  test.each([
    ["ready", {}, PASSWORD],
    ["unauthorized", {}, "wrong-password"],
    ["unavailable", { bounce_folder: "Nowhere" }, PASSWORD],
    ["unavailable", { bounce_port: "1" }, PASSWORD],
    ["unavailable", { bounce_security: "tls" }, PASSWORD],
  ])("that is checked is %s (%j, %s)", async (kind, changes, password) => {
    await folder.deliver(BOUNCES.postfix(addressOf(newId())));
    const checked = await checkMailbox(mailboxWith(changes, password), soon(), ANYWHERE);
    expect(checked).toMatchObject({ kind, detail: expect.not.stringContaining(password) });
    expect(await folder.subjects("INBOX")).toHaveLength(1);
  });

  test.each([
    ["unauthorized", {}, "wrong-password"],
    ["folder", { bounce_folder: "Nowhere" }, PASSWORD],
    ["unreachable", { bounce_port: "1" }, PASSWORD],
  ])("that fails is told with what is at fault: %s (%j)", async (fault, changes, password) => {
    const error: unknown = await read(changes, password).catch((thrown: unknown) => thrown);
    expect(mailboxFailure(error, { username: user, password })).toEqual({
      fault: fault as "folder",
      detail: expect.stringMatching(/./),
    });
  });

  test("over which web does not take what is told is not at fault itself", async () => {
    await folder.deliver(BOUNCES.postfix(addressOf(newId())));
    web.answer = () => Response.json({ title: "Away" }, { status: 503 });
    const error: unknown = await read().catch((thrown: unknown) => thrown);
    expect(mailboxFailure(error, { username: user, password: PASSWORD }).fault).toBe("web");
  });

  test("that the server refuses for the password says so and tells nothing", async () => {
    await folder.deliver(BOUNCES.postfix(addressOf(newId())));
    await expect(read({}, "wrong")).rejects.toThrow();
    expect(web.calls).toEqual([]);
  });

  test("to a folder that is not there fails, and makes none", async () => {
    await expect(read({ bounce_folder: "Nowhere" })).rejects.toThrow();
    expect(await folder.subjects("Nowhere")).toEqual([]);
  });
});
