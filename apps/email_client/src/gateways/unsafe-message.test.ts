import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { systemClock } from "@mailwright/platform";
import { MESSAGE } from "../testing/messages.ts";
import { readMail, smtpReceiver } from "../testing/smtp-receiver.ts";
import { type SmtpScript, smtpScript } from "../testing/smtp-script.ts";
import type { Message } from "./gateway.ts";
import { smtpGateway } from "./smtp.ts";
import { refusingUnsafe } from "./unsafe-message.ts";

const deadline = () => AbortSignal.timeout(10_000);

const open = (port: number) =>
  smtpGateway.open({ host: "127.0.0.1", port: String(port), security: "none" }, {}, systemClock);

describe("nothing in a message makes another header or another recipient", () => {
  const evil = "x\r\nBcc: victim@example.net\r\n\r\nbody";
  test.each<[string, Partial<Message>]>([
    ["the subject", { subject: evil }],
    ["the recipient's name", { to: { name: evil, email: "zoe@example.org" } }],
    ["the sender's name", { from: { name: evil, email: "shop@example.com" } }],
    ["a header", { headers: { "X-Campaign": evil } }],
  ])("from %s, even past the check", async (_what, part) => {
    await using server = await smtpReceiver();
    const gateway = open(server.port);
    await gateway.send({ ...MESSAGE, ...part }, deadline());
    gateway.close?.();
    for (const { to, raw } of server.arrivals) {
      const mail = await readMail(raw);
      expect([to, mail.bcc]).toEqual([["zoe@example.org"], undefined]);
      expect(raw.toString("latin1")).not.toMatch(/^bcc:/im);
    }
  });

  const nasty: [string, Partial<Message>][] = [
    ["a subject of two lines", { subject: evil }],
    ["a name of two lines", { to: { name: evil, email: "zoe@example.org" } }],
    ["a sender's name of two lines", { from: { name: evil, email: "shop@example.com" } }],
    ["a header of two lines", { headers: { "X-Campaign": evil } }],
    ["a header that is ours", { headers: { Bcc: "victim@example.net" } }],
    ["a header's name that is none", { headers: { "X: y\r\nBcc": "victim@example.net" } }],
    ["two recipients", { to: { name: "", email: "zoe@example.org,victim@example.net" } }],
    [
      "a recipient with a line",
      { to: { name: "", email: "zoe@example.org\r\nRCPT TO:<victim@example.net>" } },
    ],
    ["a recipient in brackets", { to: { name: "", email: "zoe@example.org><victim@example.net" } }],
    [
      "a reply address with a line",
      {
        from: {
          name: "",
          email: "shop@example.com",
          reply_to: "a@example.com\r\nBcc: victim@example.net",
        },
      },
    ],
  ];
  test.each(nasty)("%s is refused before any gateway hears of it", async (_what, part) => {
    await using server = await smtpReceiver();
    const gateway = refusingUnsafe(open(server.port));
    const outcome = await gateway.send({ ...MESSAGE, ...part }, deadline());
    expect([outcome.kind, server.sessions]).toEqual(["rejected", 0]);
  });
});

test("whatever one line of a name, a subject or a header says, it stays there and goes to one person", async () => {
  await using server = smtpScript();
  const gateway = refusingUnsafe(open(server.port));
  const line = fc.string({ unit: "binary", maxLength: 120 });
  const expected = await headersOf(gateway, server, MESSAGE);
  await fc.assert(
    fc.asyncProperty(line, line, line, line, async (subject, to, from, header) => {
      const message: Message = {
        ...MESSAGE,
        subject,
        from: { ...MESSAGE.from, name: from },
        to: { ...MESSAGE.to, name: to },
        headers: { ...MESSAGE.headers, "X-Campaign": header },
      };
      const arrived = await headersOf(gateway, server, message);
      if (arrived === undefined) return;
      const known = new Set([...(expected ?? []), "x-campaign"]);
      expect(arrived.filter((name) => !known.has(name))).toEqual([]);
      expect(server.commands.filter((one) => one.startsWith("RCPT"))).toEqual([
        "RCPT TO:<zoe@example.org>",
      ]);
    }),
    { numRuns: 300 },
  );
  gateway.close?.();
});

/** The names of the headers with which a message arrives; undefined if it was refused. */
async function headersOf(
  gateway: ReturnType<typeof refusingUnsafe>,
  server: SmtpScript,
  message: Message,
): Promise<string[] | undefined> {
  server.messages.length = 0;
  server.commands.length = 0;
  const { kind } = await gateway.send(message, deadline());
  if (kind === "rejected") return undefined;
  expect(kind).toBe("accepted");
  const mail = await readMail(Buffer.from(server.messages[0] ?? "", "latin1"));
  return mail.headerLines.map(({ key }) => key);
}
