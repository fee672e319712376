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
  smtpGateway.open({
    settings: { host: "127.0.0.1", port: String(port), security: "none" },
    secrets: {},
    clock: systemClock,
  });

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
