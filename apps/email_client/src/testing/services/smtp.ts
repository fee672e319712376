import { smtpGateway } from "../../gateways/smtp.ts";
import { readMail, peopleOf } from "../smtp-receiver.ts";
import { type Point, type Reply, smtpScript } from "../smtp-script.ts";
import type { FakeService, Mood, Subject, Taken } from "./fake-service.ts";

/** What an SMTP server says in each mood. */
const REPLIES: Record<Mood, Partial<Record<Point, Reply>>> = {
  accept: {},
  refuse: { RCPT: "550 5.1.1 no such mailbox" },
  unauthorized: { AUTH: "535 5.7.8 wrong" },
  throttle: { RCPT: "450 4.7.1 slow down" },
  unavailable: { GREETING: "421 closing" },
  broken: { END: "hang up" },
  silence: { END: "silence" },
  gibberish: { END: "<html>Welcome</html>" },
};

/** A scripted server, whose messages are read as a mail program would. */
export const smtp: Subject = {
  adapter: smtpGateway,
  nowhere: { host: "127.0.0.1", port: "1", security: "none", username: "ann" },
  async start() {
    const script = smtpScript();
    let mood: Mood = "accept";
    const taken: Taken[] = [];
    const fake: FakeService = {
      settings: { ...smtp.nowhere, port: String(script.port) },
      secrets: { password: "smtp-secret-6c1f" },
      get mood() {
        return mood;
      },
      set mood(wanted) {
        mood = wanted;
        script.replies = REPLIES[wanted];
      },
      taken,
      faults: [],
      [Symbol.asyncDispose]: () => script[Symbol.asyncDispose](),
    };
    script.hear = async (recipients, message) => {
      taken.push(await takenOf(recipients, Buffer.from(message, "latin1")));
    };
    return fake;
  },
};

/** Sent to whom the envelope names, whatever stands in the message. */
async function takenOf(recipients: readonly string[], raw: Buffer): Promise<Taken> {
  const mail = await readMail(raw);
  const named = peopleOf(mail.to);
  const headers = Object.fromEntries(
    mail.headerLines.map(({ key, line }) => [
      key,
      line
        .slice(line.indexOf(":") + 1)
        .replace(/\r?\n[ \t]+/g, " ")
        .trim(),
    ]),
  );
  const [from = { name: "", email: "" }] = peopleOf(mail.from);
  return {
    key: headers["x-mailwright-email"] ?? "",
    id: "4F1B2",
    from,
    to: recipients.map((email) => named.find((one) => one.email === email) ?? { name: "", email }),
    replyTo: peopleOf(mail.replyTo)[0]?.email,
    subject: mail.subject ?? "",
    text: (mail.text ?? "").replace(/\n$/, ""),
    html: mail.html || null,
    headers,
  };
}
