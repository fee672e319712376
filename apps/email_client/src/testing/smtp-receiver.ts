import { type AddressObject, type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

/** One message as it arrived: the envelope of the session and every byte of the message. */
export interface Arrival {
  from: string;
  to: string[];
  raw: Buffer;
  secure: boolean;
  user: string | undefined;
}

export interface SmtpReceiver extends AsyncDisposable {
  port: number;
  arrivals: Arrival[];
  /** Sessions that were opened. */
  readonly sessions: number;
}

/** A real SMTP server that takes everything and keeps what arrived. */
export async function smtpReceiver(options: SMTPServerOptions = {}): Promise<SmtpReceiver> {
  const arrivals: Arrival[] = [];
  let sessions = 0;
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 500,
    onConnect(_session, done) {
      sessions++;
      done();
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        arrivals.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks),
          secure: session.secure,
          user: session.user,
        });
        done();
      });
    },
    ...options,
  });
  server.on("error", () => {});
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    port: address.port,
    arrivals,
    get sessions() {
      return sessions;
    },
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
}

/** What a reader's mail program would make of it. */
export async function readMail(raw: Buffer): Promise<ParsedMail> {
  return simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true });
}

/** Everybody in a header of addresses, in order. */
export function peopleOf(header: AddressObject | AddressObject[] | undefined) {
  return [header ?? []]
    .flat()
    .flatMap(({ value }) => value.map(({ name, address = "" }) => ({ name, email: address })));
}
