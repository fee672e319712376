import type { Readable } from "node:stream";
import { createSemaphore, orAborted } from "@mailwright/platform";
import { MESSAGE_ID_LENGTH } from "@mailwright/protocol";
import nodemailer, { type SendMailOptions } from "nodemailer";
import DKIM from "nodemailer/lib/dkim";
import { checkMailbox } from "../bounces/check-mailbox.ts";
import { BOUNCE_FIELDS, bounceFaults, bounceMailbox } from "../bounces/settings.ts";
import { answerText } from "./answer-text.ts";
import { DKIM_FIELDS, dkimFaults, dkimKey } from "./dkim.ts";
import type { Account, Check, Gateway, GatewayAdapter, Message, SettingFault } from "./gateway.ts";
import { ANYWHERE } from "./outbound.ts";
import { hostFaults, isWhole, portFaults } from "./server-address.ts";
import { outcomeOfSmtpFailure } from "./smtp-outcome.ts";
import { vettedSockets } from "./smtp-socket.ts";
import { whileUsed } from "./while-used.ts";

/**
 * Any SMTP server (RFC 5321, submission by RFC 6409), over connections that are kept. SMTP knows no idempotency key and no
 * look-up: an attempt whose message was handed over whole and whose reply did not come stays uncertain.
 */
export const smtpGateway: GatewayAdapter = {
  kind: "smtp",
  title: "SMTP server",
  description: "A mail server of your own or of your provider, with STARTTLS or TLS.",
  fields: [
    {
      name: "host",
      label: "Host",
      type: "text",
      required: true,
      secret: false,
      placeholder: "smtp.example.com",
    },
    {
      name: "security",
      label: "Encryption",
      type: "choice",
      required: false,
      secret: false,
      options: [
        { value: "starttls", label: "STARTTLS, on port 587" },
        { value: "tls", label: "TLS from the first byte, on port 465" },
        { value: "none", label: "None: only for a server on this machine" },
      ],
    },
    {
      name: "port",
      label: "Port",
      type: "number",
      required: false,
      secret: false,
      hint: "Empty: the usual one of the encryption; 25 without.",
    },
    {
      name: "username",
      label: "User name",
      type: "text",
      required: false,
      secret: false,
      hint: "Empty: the server takes messages without signing in.",
    },
    { name: "password", label: "Password", type: "password", required: false, secret: true },
    {
      name: "connections",
      label: "Connections",
      type: "number",
      required: false,
      secret: false,
      hint: "How many are open at once, at most. Empty: 5.",
    },
    {
      name: "ca_certificate",
      label: "CA certificate",
      type: "multiline",
      required: false,
      secret: false,
      placeholder: "-----BEGIN CERTIFICATE-----",
      hint: "Only for a server whose certificate no public authority has signed.",
    },
    ...DKIM_FIELDS,
    ...BOUNCE_FIELDS,
  ],
  capabilities: { idempotency: "none", lookup: false, batch: false, perItemResult: true },
  servers: ({ host = "", bounce_host: bounceHost = "" }) => [
    { field: "host", address: host, secrets: ["password"] },
    { field: "bounce_host", address: bounceHost, secrets: ["bounce_password"] },
  ],
  headerLimits: {},
  faults: (settings, secrets) => [
    ...serverFaults(settings),
    ...dkimFaults(settings, secrets),
    ...bounceFaults(settings, secrets),
  ],
  open: openSmtpGateway,
  pins: true,
};

const CONNECTIONS = 5;
const MOST_CONNECTIONS = 100;
const PORTS: Readonly<Record<string, number>> = { starttls: 587, tls: 465, none: 25 };

function serverFaults(settings: Record<string, string>): SettingFault[] {
  const { host = "", port = "", connections = "", ca_certificate: ca = "" } = settings;
  const faults = [...hostFaults("host", host), ...portFaults("port", port)];
  if (connections !== "" && !isWhole(connections, MOST_CONNECTIONS))
    faults.push({
      field: "connections",
      message: `Enter a number from 1 to ${MOST_CONNECTIONS}.`,
    });
  if (ca !== "" && !ca.includes("-----BEGIN CERTIFICATE-----"))
    faults.push({ field: "ca_certificate", message: "This is not a certificate in PEM form." });
  return faults;
}

/** What is waited for before there is a session, and how long one may rest. Attempts have their own deadline. */
const SESSION_MS = 8_000;
const IDLE_MS = 60_000;

function openSmtpGateway({ settings, secrets, returnPath, outbound = ANYWHERE }: Account): Gateway {
  const { host = "", port, security = "", username = "", ca_certificate: ca } = settings;
  const { password = "" } = secrets;
  const encryption = security === "" ? "starttls" : security;
  const atOnce = Number(settings["connections"] || CONNECTIONS);
  const portUsed = Number(port || PORTS[encryption]);
  const key = dkimKey(settings, secrets);
  const dkim = key && new DKIM(key);
  const openTransport = () => {
    const transport = nodemailer.createTransport({
      pool: true,
      maxConnections: atOnce,
      host,
      port: portUsed,
      getSocket: vettedSockets(host, portUsed, outbound, SESSION_MS),
      secure: encryption === "tls",
      requireTLS: encryption === "starttls",
      ignoreTLS: encryption === "none",
      tls: { minVersion: "TLSv1.2", ...(ca && { ca }) },
      ...(username !== "" && { auth: { user: username, pass: password }, forceAuth: true }),
      connectionTimeout: SESSION_MS,
      greetingTimeout: SESSION_MS,
      idleTimeout: IDLE_MS,
      socketTimeout: 2 * IDLE_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    transport.use("stream", (mail, done) => {
      // Before the watch: nodemailer's own option would sign what the watch has seen, and that reads ahead.
      if (dkim !== undefined) mail.message.processFunc((stream) => dkim.sign(stream));
      watchHandOver(mail.data as WatchedMail, mail.message);
      done();
    });
    return transport;
  };
  const transport = whileUsed(openTransport);
  // A campaign's attempts begin when there is a connection (`atOnce`). A test needs one too, and then somebody waits here: in the
  // pool's own queue what has not begun could not be told from what has.
  const connections = createSemaphore(atOnce);
  const mailbox = bounceMailbox(settings, secrets);
  const { bounce_address: bounceAddress = "" } = settings;
  const returnPathOf = ({ key }: Message) =>
    bounceAddress === "" ? undefined : (returnPath?.(bounceAddress, key) ?? bounceAddress);
  const shown = answerText([password, `\0${username}\0${password}`]);

  return {
    atOnce,
    send: (message, signal) =>
      transport.use(async (opened) => {
        let release: () => void;
        try {
          release = await connections.acquire(signal);
        } catch {
          const detail = "All connections to the server were busy.";
          return { kind: "throttled", detail, unasked: true };
        }
        const handOver: HandOver = { ended: false };
        try {
          const mail: WatchedMail = {
            ...mailOf(message, returnPathOf(message)),
            signal,
            handOver,
          };
          const { serverMessageId, messageId, response } = await opened.sendMail(mail);
          const id = serverMessageId ?? queueId(response) ?? messageId;
          return { kind: "accepted", messageId: id.slice(0, MESSAGE_ID_LENGTH) };
        } catch (error) {
          return outcomeOfSmtpFailure(error, handOver.ended, shown);
        } finally {
          release();
        }
      }),
    async check(signal) {
      const session = await transport.use((opened) =>
        checkSession(() => opened.verify(), signal, shown),
      );
      if (session.kind !== "ready" || mailbox === undefined) return session;
      const read = await checkMailbox(mailbox, signal, outbound);
      return { ...read, detail: `${session.detail} ${read.detail}` };
    },
    close: transport.giveUp,
  };
}

/** The id under which the server's own log knows the message, where its reply names one as Postfix, Exim and Sendmail do. */
function queueId(reply: string): string | undefined {
  const [, id] =
    /\bqueued as ([\w.-]+)|\bid=([\w.-]+)|^250 2\.0\.0 ([\w.-]+) Message accepted/i
      .exec(reply)
      ?.filter((part) => part !== undefined) ?? [];
  return id;
}

/** Signs in and says goodbye. */
async function checkSession(
  verify: () => Promise<unknown>,
  signal: AbortSignal,
  shown: (words: string) => string,
): Promise<Check> {
  try {
    await orAborted(verify(), signal);
    return { kind: "ready", detail: "The server answered and let us in." };
  } catch (error) {
    // As nodemailer would have it, which takes no signal for this.
    const failure = signal.aborted
      ? Object.assign(new Error("too late"), { code: "EABORT" })
      : error;
    return outcomeOfSmtpFailure(failure, false, shown);
  }
}

/** Whether the last byte of a message has left for the server. */
interface HandOver {
  ended: boolean;
}

type WatchedMail = SendMailOptions & { handOver: HandOver };

/**
 * Notes the end of the message as it is read out, which is before the dot that ends it is written. A stream ends only when
 * everything has been read, and nothing is read before the server has asked for it by 354.
 */
function watchHandOver({ handOver }: WatchedMail, message: StreamedMessage): void {
  message.processFunc((stream) => {
    // The pool may try a message again on another connection, but never one that was handed over.
    if (handOver.ended) throw new Error("the message was handed over already");
    return stream.once("end", () => {
      handOver.ended = true;
    });
  });
}

interface StreamedMessage {
  /** The last function added is the last that the message goes through. */
  processFunc(watch: (stream: Readable) => Readable): void;
}

/** Addresses as objects, and the envelope is not taken from them, so that nothing is parsed out of a name. */
function mailOf(
  { key, from, to, subject, html, text, headers }: Message,
  returnPath: string | undefined,
): SendMailOptions {
  const { "Message-ID": messageId, ...others } = headers;
  return {
    from: { name: from.name, address: from.email },
    to: { name: to.name, address: to.email },
    envelope: { from: returnPath ?? from.email, to: to.email },
    ...(from.reply_to !== undefined && { replyTo: { name: "", address: from.reply_to } }),
    ...(messageId !== undefined && { messageId }),
    subject,
    text,
    ...(html !== null && { html }),
    headers: {
      ...asTheyAre(others),
      "X-Mailwright-Email": key,
      // Whoever reports it sends the header back, and seldom the envelope.
      ...(returnPath !== undefined && { "X-Mailwright-Return-Path": returnPath }),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/**
 * What is ASCII needs no encoding; nodemailer would encode whatever has a quote in it, and in an encoded List-Id (RFC 2919)
 * nobody finds the id. What looks like an encoded word is left to it all the same.
 */
function asTheyAre(headers: Record<string, string>): NonNullable<SendMailOptions["headers"]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      /^[ -~]*$/.test(value) && !value.includes("=?")
        ? { prepared: true, foldLines: true, value }
        : value,
    ]),
  );
}
