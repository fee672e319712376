import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import type { Gateway, Message } from "@mailwright/email_client/gateways/gateway.ts";
import { smtpGateway } from "@mailwright/email_client/gateways/smtp.ts";
import { MESSAGE } from "@mailwright/email_client/testing/messages.ts";
import { SELF_SIGNED } from "@mailwright/email_client/testing/self-signed.ts";
import { dkimResults } from "@mailwright/email_client/testing/dkim-results.ts";
import {
  peopleOf,
  readMail,
  smtpReceiver,
  type SmtpReceiver,
} from "@mailwright/email_client/testing/smtp-receiver.ts";
import { systemClock } from "@mailwright/platform";
import { until } from "@mailwright/testing";
import { startExim } from "./mail-servers/exim.ts";
import { type MailServer, mailServerPrograms } from "./mail-servers/mail-server.ts";
import { startPostfix } from "./mail-servers/postfix.ts";

/** Mailwright hands over to a real mail server, that one hands on to the next, and what arrives there is looked at. */
const PASSWORD = "correct-horse-battery-staple";
const KEY = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "der" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

const stack = new AsyncDisposableStack();
const servers: Record<string, { server: MailServer; settings: Record<string, string> }> = {};
let nextHop: SmtpReceiver;

beforeAll(async () => {
  nextHop = stack.use(await smtpReceiver());
  const programs = stack.use(await mailServerPrograms());
  servers["Postfix"] = {
    server: stack.use(await startPostfix(programs, nextHop.port)),
    settings: {},
  };
  servers["Exim"] = {
    server: stack.use(await startExim(programs, nextHop.port, PASSWORD)),
    settings: { username: "ann" },
  };
}, 240_000);
afterAll(() => stack.disposeAsync(), 60_000);

const soon = () => AbortSignal.timeout(15_000);

describe.each(["Postfix", "Exim"])("%s", (name) => {
  async function withGateway(
    use: (gateway: Gateway, server: MailServer) => Promise<void>,
    changes: Record<string, string> = {},
    password = PASSWORD,
  ) {
    const { server, settings } = servers[name]!;
    const all = {
      host: "localhost",
      port: String(server.port),
      security: "starttls",
      ca_certificate: SELF_SIGNED.cert,
      dkim_domain: "example.com",
      dkim_selector: "mail",
      ...settings,
      ...changes,
    };
    const secrets = { password, dkim_private_key: KEY.privateKey };
    expect(smtpGateway.faults?.(all, secrets)).toEqual([]);
    const gateway = smtpGateway.open({ settings: all, secrets, clock: systemClock });
    try {
      await use(gateway, server);
    } finally {
      gateway.close?.();
    }
  }

  test("takes a message, and what it hands on is whole, in order, and still signed", () =>
    withGateway(async (gateway, server) => {
      const before = nextHop.arrivals.length;
      const outcome = await gateway.send(MESSAGE, soon());
      if (outcome.kind !== "accepted") throw new Error(JSON.stringify(outcome));
      await until(() => nextHop.arrivals.length > before, {
        what: `the message to be handed on; the log says ${await server.log()}`,
        timeoutMs: 20_000,
      });
      const { raw, from, to } = nextHop.arrivals.at(-1)!;
      expect([from, to]).toEqual(["shop@example.com", ["zoe@example.org"]]);
      const mail = await readMail(raw);
      expect(mail).toMatchObject({ subject: MESSAGE.subject, html: MESSAGE.html });
      expect(mail.text?.trimEnd()).toBe(MESSAGE.text);
      expect(peopleOf(mail.to)).toEqual([MESSAGE.to]);
      expect(mail.messageId).toBe(MESSAGE.headers["Message-ID"]!);
      // The id that Mailwright keeps is the one under which the server's own log has it.
      const received = mail.headerLines.find(({ key }) => key === "received")?.line ?? "";
      expect(received).toContain(outcome.messageId);
      expect(await server.log()).toContain(outcome.messageId);
      expect(received).toMatch(/with ESMTPS|TLS/);
      expect(await dkimResults(raw, from, "mail._domainkey.example.com", KEY.publicKey)).toEqual([
        ["pass", "example.com"],
      ]);
    }));

  test("takes a hundred over a few connections, each once", () =>
    withGateway(
      async (gateway) => {
        const before = nextHop.arrivals.length;
        const messages = Array.from({ length: 100 }, (_, number): Message => {
          return { ...MESSAGE, key: `k-${number}`, html: null, text: `Hello ${number}` };
        });
        const outcomes = await Promise.all(messages.map((one) => gateway.send(one, soon())));
        expect(outcomes.filter(({ kind }) => kind !== "accepted")).toEqual([]);
        await until(() => nextHop.arrivals.length >= before + 100, {
          what: "all of them to be handed on",
          timeoutMs: 30_000,
        });
        const texts = nextHop.arrivals
          .slice(before)
          .map(({ raw }) => /Hello (\d+)/.exec(raw.toString("latin1"))?.[1]);
        expect(new Set(texts).size).toBe(100);
      },
      { connections: "3" },
    ));

  test.each([
    ["unknown@example.org", "rejected", "550 5.1.1"],
    ["later@example.org", "throttled", "45"],
  ])("answers %s in a way that is understood", (email, kind, words) =>
    withGateway(async (gateway) => {
      const outcome = await gateway.send({ ...MESSAGE, to: { name: "", email } }, soon());
      expect(outcome.kind).toBe(kind as "rejected");
      expect((outcome as { detail: string }).detail).toContain(words.slice(0, 3));
    }),
  );

  test("refuses a message that is bigger than it takes", () =>
    withGateway(async (gateway) => {
      const text = "x".repeat(70).concat("\n").repeat(5_000);
      expect((await gateway.send({ ...MESSAGE, text }, soon())).kind).toBe("rejected");
    }));

  test("is checked without a message", () =>
    withGateway(async (gateway) => {
      const before = nextHop.arrivals.length;
      expect(await gateway.check(soon())).toMatchObject({ kind: "ready" });
      expect(nextHop.arrivals.length).toBe(before);
    }));

  test("is not trusted with a certificate of somebody else", () =>
    withGateway(
      async (gateway) => {
        expect((await gateway.send(MESSAGE, soon())).kind).toBe("unavailable");
        expect((await gateway.check(soon())).kind).toBe("unavailable");
      },
      { ca_certificate: "" },
    ));
});

test("Exim lets nobody in with a wrong password, and says so", async () => {
  const { server } = servers["Exim"]!;
  const settings = {
    host: "localhost",
    port: String(server.port),
    ca_certificate: SELF_SIGNED.cert,
    username: "ann",
  };
  const gateway = smtpGateway.open({
    settings,
    secrets: { password: "wrong-password" },
    clock: systemClock,
  });
  const outcome = await gateway.send(MESSAGE, soon());
  expect(outcome).toMatchObject({ kind: "unauthorized", detail: expect.stringContaining("535") });
  gateway.close?.();
});
