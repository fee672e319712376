import { afterEach, describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { systemClock } from "@mailwright/platform";
import { until } from "@mailwright/testing";
import { dkimResults } from "../testing/dkim-results.ts";
import { MESSAGE } from "../testing/messages.ts";
import { SELF_SIGNED } from "../testing/self-signed.ts";
import { smtpScript } from "../testing/smtp-script.ts";
import { peopleOf, readMail, smtpReceiver } from "../testing/smtp-receiver.ts";
import type { Gateway, Message } from "./gateway.ts";
import { smtpGateway } from "./smtp.ts";

const PASSWORD = "correct horse: battery ü staple";
const opened: Gateway[] = [];
afterEach(() => {
  for (const gateway of opened.splice(0)) gateway.close?.();
});

function open(
  port: number,
  settings: Record<string, string> = {},
  secrets: Record<string, string> = {},
): Gateway {
  const all = { host: "127.0.0.1", port: String(port), security: "none", ...settings };
  const gateway = smtpGateway.open({ settings: all, secrets, clock: systemClock });
  opened.push(gateway);
  return gateway;
}

const deadline = () => AbortSignal.timeout(10_000);

describe("what arrives", () => {
  test("has the text and the HTML, the names and the subject as they were, in lines that every server takes", async () => {
    await using server = await smtpReceiver();
    expect(await open(server.port).send(MESSAGE, deadline())).toMatchObject({ kind: "accepted" });
    const [{ from, to, raw }] = server.arrivals as [(typeof server.arrivals)[0]];
    expect([from, to]).toEqual(["shop@example.com", ["zoe@example.org"]]);
    const mail = await readMail(raw);
    expect(mail.subject).toBe(MESSAGE.subject);
    expect(peopleOf(mail.from)).toEqual([
      { name: "Shop, “Ümläut” & Sons", email: "shop@example.com" },
    ]);
    expect(peopleOf(mail.to)).toEqual([MESSAGE.to]);
    expect(peopleOf(mail.replyTo)).toEqual([{ name: "", email: "help@example.com" }]);
    expect(mail.messageId).toBe(MESSAGE.headers["Message-ID"]!);
    expect(mail.text?.trimEnd()).toBe(MESSAGE.text);
    expect(mail.html).toBe(MESSAGE.html as string);
    const headers = Object.fromEntries(
      mail.headerLines.map(({ key, line }) => [key, unfolded(line)]),
    );
    expect(headers["list-unsubscribe"]).toBe(
      `List-Unsubscribe: ${MESSAGE.headers["List-Unsubscribe"]}`,
    );
    expect(headers["list-unsubscribe-post"]).toBe(
      "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    );
    expect(headers["x-mailwright-email"]).toBe(`X-Mailwright-Email: ${MESSAGE.key}`);
    expect(headers["content-type"]).toStartWith("Content-Type: multipart/alternative;");
    expect(headers["mime-version"]).toBe("MIME-Version: 1.0");
    expect(new Date(mail.date ?? 0).getTime()).toBeGreaterThan(Date.now() - 60_000);
    const text = raw.toString("latin1");
    expect(text.split("\r\n").filter((line) => line.length > 200)).toEqual([]);
    expect(text.replaceAll("\r\n", "")).toMatch(/^[\t -~]*$/);
  });

  test("of a message without HTML is one part of text", async () => {
    await using server = await smtpReceiver();
    const message: Message = {
      ...MESSAGE,
      html: null,
      text: "Hello",
      to: { name: "", email: "zoe@example.org" },
    };
    await open(server.port).send(message, deadline());
    const mail = await readMail(server.arrivals[0]!.raw);
    expect([mail.text?.trimEnd(), mail.html]).toEqual(["Hello", false]);
    expect(mail.headers.get("content-type")).toMatchObject({ value: "text/plain" });
  });

  test("goes to a domain in its own script by the name that DNS knows", async () => {
    await using server = smtpScript();
    const message = { ...MESSAGE, to: { name: "", email: "zoe@xn--bcher-kva.example" } };
    await open(server.port).send(message, deadline());
    expect(server.commands).toContain("RCPT TO:<zoe@xn--bcher-kva.example>");
  });
});

function unfolded(line: string): string {
  return line.replace(/\r?\n[ \t]/g, " ").replace(/<\s+|\s+>/g, (part) => part.trim());
}

describe("DKIM", () => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const settings = { dkim_domain: "example.com", dkim_selector: "mail" };
  const secrets = { dkim_private_key: privateKey };

  test.each<[string, Message]>([
    ["a message with everything in it", MESSAGE],
    ["the shortest message", { ...MESSAGE, html: null, text: "", subject: "x" }],
    ["a text of odd lines", { ...MESSAGE, html: null, text: "  a \t\n\n.\n..\nFrom here\n\n\n" }],
  ])("passes for %s", async (_what, message) => {
    await using server = await smtpReceiver();
    await open(server.port, settings, secrets).send(message, deadline());
    const { raw, from } = server.arrivals[0]!;
    expect(await dkimResults(raw, from, "mail._domainkey.example.com", publicKey)).toEqual([
      ["pass", "example.com"],
    ]);
    expect(signedHeaders(raw)).toEqual(
      expect.arrayContaining([
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "mime-version",
        "content-type",
        "list-id",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "feedback-id",
        "auto-submitted",
        "precedence",
      ]),
    );
  });

  test("fails for a message whose Feedback-ID was changed on its way", async () => {
    await using server = await smtpReceiver();
    await open(server.port, settings, secrets).send(MESSAGE, deadline());
    const { raw, from } = server.arrivals[0]!;
    const changed = Buffer.from(raw.toString("latin1").replace(":mailwright:", ":x:"), "latin1");
    expect(await dkimResults(changed, from, "mail._domainkey.example.com", publicKey)).toEqual([
      ["fail", "example.com"],
    ]);
  });

  test.each<[string, Record<string, string>, Record<string, string>, string]>([
    ["the key alone", {}, secrets, "dkim_domain"],
    ["no key", settings, {}, "dkim_private_key"],
    [
      "what is no key",
      settings,
      { dkim_private_key: "-----BEGIN NOTHING-----" },
      "dkim_private_key",
    ],
    [
      "a key of another sort",
      settings,
      {
        dkim_private_key: generateKeyPairSync("ed25519").privateKey.export({
          type: "pkcs8",
          format: "pem",
        }) as string,
      },
      "dkim_private_key",
    ],
    ["a selector that is none", { ...settings, dkim_selector: "a b" }, secrets, "dkim_selector"],
  ])("with %s is told when it is saved", (_what, some, keys, field) => {
    expect(smtpGateway.faults?.(some, keys).map((fault) => fault.field)).toContain(field);
  });

  test("with all of it, and without any of it, is fine", () => {
    expect(smtpGateway.faults?.(settings, secrets)).toEqual([]);
    expect(smtpGateway.faults?.({}, {})).toEqual([]);
  });
});

/** The names in `h=` (RFC 6376 section 3.5) of the signature that a message came with, in lower case. */
function signedHeaders(raw: Buffer): string[] {
  const signed = /^DKIM-Signature:[\s\S]*?\bh=([^;]*);/im.exec(raw.toString("latin1"))?.[1] ?? "";
  return signed.replace(/\s/g, "").toLowerCase().split(":");
}

describe("the connection", () => {
  const own = { host: "localhost", ca_certificate: SELF_SIGNED.cert };
  const insisting = {
    ...SELF_SIGNED,
    authOptional: false,
    onAuth(
      {
        username,
        password,
      }: { username?: string | undefined; password?: string | null | undefined },
      _session: unknown,
      done: (error: Error | null, response?: { user: string }) => void,
    ) {
      if (username === "ann" && password === PASSWORD) done(null, { user: "ann" });
      else done(Object.assign(new Error("no"), { responseCode: 535 }));
    },
  };

  test.each(["starttls", "tls"])(
    "by %s is encrypted before the password is said",
    async (security) => {
      await using server = await smtpReceiver({ ...insisting, secure: security === "tls" });
      const gateway = open(
        server.port,
        { ...own, security, username: "ann" },
        { password: PASSWORD },
      );
      expect(await gateway.check(deadline())).toEqual({
        kind: "ready",
        detail: "The server answered and let us in.",
      });
      expect(await gateway.send(MESSAGE, deadline())).toMatchObject({ kind: "accepted" });
      expect(server.arrivals).toMatchObject([{ secure: true, user: "ann" }]);
      const wrong = open(server.port, { ...own, security, username: "ann" }, { password: "wrong" });
      expect((await wrong.send(MESSAGE, deadline())).kind).toBe("unauthorized");
      expect((await wrong.check(deadline()))?.kind).toBe("unauthorized");
    },
  );

  test.each(["starttls", "tls"])(
    "by %s to a server that nobody vouches for is not used",
    async (security) => {
      await using server = await smtpReceiver({ ...SELF_SIGNED, secure: security === "tls" });
      const gateway = open(server.port, { host: "localhost", security });
      const outcome = await gateway.send(MESSAGE, deadline());
      expect([outcome.kind, server.arrivals]).toEqual(["unavailable", []]);
      expect((outcome as { detail: string }).detail).toContain("certificate");
    },
  );

  test("by STARTTLS is never in the clear, although the server would have it", async () => {
    await using server = await smtpReceiver({ disabledCommands: ["STARTTLS"] });
    const gateway = open(server.port, { security: "starttls" });
    const outcome = await gateway.send(MESSAGE, deadline());
    expect([outcome.kind, server.arrivals]).toEqual(["unavailable", []]);
  });

  test("is kept for the next messages, and no more of them are opened than is said", async () => {
    await using server = await smtpReceiver();
    const gateway = open(server.port, { connections: "2" });
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => gateway.send(MESSAGE, deadline())),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(Array(20).fill("accepted"));
    expect([server.arrivals.length, server.sessions]).toEqual([20, 2]);
  });

  test("that the server has given up meanwhile costs no attempt", async () => {
    let closed = 0;
    await using server = await smtpReceiver({ socketTimeout: 200, onClose: () => void closed++ });
    const gateway = open(server.port, { connections: "1" });
    expect((await gateway.send(MESSAGE, deadline())).kind).toBe("accepted");
    await until(() => closed === 1, { what: "the server to close the connection" });
    expect((await gateway.send(MESSAGE, deadline())).kind).toBe("accepted");
    expect(server.arrivals).toHaveLength(2);
  });

  test("to nobody, or to one that says nothing, is told by a check", async () => {
    expect(await open(1).check(deadline())).toEqual({
      kind: "unavailable",
      detail: "It cannot be reached (ECONNREFUSED).",
    });
    await using silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const checked = await open(silent.port).check(AbortSignal.timeout(200));
    expect(checked?.kind).toBe("unavailable");
  });
});

describe("the return path", () => {
  test.each([
    ["bounces@example.com", `bounces+${MESSAGE.key}@example.com`],
    ["", "shop@example.com"],
  ])("with the bounce address %j is %s, and the From stays", async (bounce_address, wanted) => {
    await using server = await smtpReceiver();
    const here = { host: "127.0.0.1", port: String(server.port), security: "none" };
    const all = { ...here, bounce_address };
    const gateway = smtpGateway.open({
      settings: all,
      secrets: {},
      clock: systemClock,
      returnPath: (address, key) => address.replace("@", `+${key}@`),
    });
    opened.push(gateway);
    expect(await gateway.send(MESSAGE, deadline())).toMatchObject({ kind: "accepted" });
    const [{ from, raw }] = server.arrivals as [(typeof server.arrivals)[0]];
    expect(from).toBe(wanted);
    const { from: author, headers } = await readMail(raw);
    expect(peopleOf(author)[0]?.email).toBe("shop@example.com");
    expect(headers.get("x-mailwright-return-path")).toBe(
      bounce_address === "" ? undefined : wanted,
    );
  });
});
