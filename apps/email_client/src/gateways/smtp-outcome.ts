import { isUnauthenticated } from "@mailwright/protocol";
import type { Refusal, ThrottleScope } from "./gateway.ts";
import { REFUSED } from "./smtp-socket.ts";

/** A failure as nodemailer tells it; what is left out was not there. */
interface Failure {
  message: string;
  code?: string;
  originalCode?: string;
  command?: string;
  response?: string;
  responseCode?: number;
}

/**
 * What an attempt came to that the server did not take. A reply says it all, at whatever point it came: with 4 or 5 in
 * front, the message was not taken (RFC 5321 4.2.1). Without a reply it depends on `handedOver`: once the last byte of the
 * message has left, the server may have taken it, and before that it cannot have. `shown` makes the server's words fit to
 * be read.
 */
export function outcomeOfSmtpFailure(
  error: unknown,
  handedOver: boolean,
  shown: (words: string) => string,
): Refusal {
  const failure = failureOf(error);
  if (failure.responseCode !== undefined && failure.responseCode >= 400) {
    return outcomeOfReply(failure, failure.responseCode, shown);
  }
  if (handedOver) {
    return {
      kind: "ambiguous",
      detail: "The message was handed over, but the server did not say whether it took it.",
    };
  }
  return outcomeBeforeData(failure);
}

/** What a reply of the server means, by the command it answered, its code and its enhanced code (RFC 3463). */
function outcomeOfReply(
  { command = "", response = "" }: Failure,
  code: number,
  shown: (words: string) => string,
): Refusal {
  const enhanced = /^\d{3}[ -]([45]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1] ?? "";
  const words = shown(response.replace(/^\d{3}[ -]?/gm, "").replace(enhanced, ""));
  const named = [code, enhanced].filter(Boolean).join(" ");
  const at = command === "" || command === "CONN" ? "" : ` to ${command}`;
  const meaning = MEANINGS[enhanced.slice(2)];
  const detail = `The server answered ${named}${at}${meaning ? ` (${meaning})` : ""}${words && `: ${words}`}`;
  const kind = kindOfReply(command, code, enhanced, words);
  if (kind === "rejected" && (isOfRecipient(command, enhanced) || isUnauthenticated(enhanced)))
    return { kind, detail, status: enhanced };
  const slowDown = slowDownOf(command, code, enhanced);
  const isAsked = slowDown !== undefined && (kind === "throttled" || kind === "unavailable");
  return isAsked ? { kind, detail, slowDown } : { kind, detail };
}

/**
 * A message has one recipient, so a mailbox that does not exist or is full (RFC 3463, 3.2 and 3.3) is the recipient's, also
 * where a server says so only after the message. Any other status is then of the message or of the server itself; so are 5.2.0
 * and details of three digits, which Exchange has for whatever it does not take.
 */
function isOfRecipient(command: string, enhanced: string): boolean {
  return command === "RCPT TO"
    ? enhanced !== ""
    : command === "DATA" && /^5\.[12]\.[1-9]\d?$/.test(enhanced);
}

/**
 * A policy that holds for now, said of a recipient or a message, comes from the recipient's side (greylisting, a limit of
 * mail from us). A server that ends the session (421) or has no room wants less of everything.
 */
function slowDownOf(command: string, code: number, enhanced: string): ThrottleScope | undefined {
  if (enhanced.startsWith("4.7.") && ["RCPT TO", "DATA"].includes(command)) return "domain";
  return code === 421 || enhanced === QUOTA ? "gateway" : undefined;
}

function kindOfReply(
  command: string,
  code: number,
  enhanced: string,
  words: string,
): Refusal["kind"] {
  const subject = enhanced.slice(2);
  if (code < 500) {
    if (command.startsWith("AUTH")) return "unavailable";
    return isPatienceAsked(code, subject) ? "throttled" : "unavailable";
  }
  if (command.startsWith("AUTH") || ASKS_FOR_CREDENTIALS.has(code)) return "unauthorized";
  // Before there is a message, the server refuses us and not what we send.
  if (["CONN", "EHLO", "HELO", "STARTTLS", "RSET"].includes(command)) return "unavailable";
  // It is of the From address's domain and not of the account: no other credentials would do.
  if (isUnauthenticated(enhanced)) return "rejected";
  // Whoever may not send from this address may not send any of a campaign's emails.
  if (command === "MAIL FROM" && subject.startsWith("7.")) return "unauthorized";
  if (command === "RCPT TO" && (MAY_NOT_RELAY.test(words) || NOT_FROM_US.test(words)))
    return "unauthorized";
  if (command === "DATA" && MAY_NOT_SEND_AS.test(words)) return "unauthorized";
  if (enhanced === QUOTA) return "throttled";
  // Bad sequence, not implemented: the session is at fault, and a new one may do.
  return code === 502 || code === 503 ? "unavailable" : "rejected";
}

/**
 * Gmail and Google Workspace refuse so, for up to a day, whoever has sent as much as they may
 * (https://support.google.com/a/answer/3726730): it says nothing against the message or the recipient.
 */
const QUOTA = "5.4.5";

/**
 * A relay that does not know us takes mail for its own domains alone, and would refuse a whole campaign recipient by
 * recipient. It has no code for that which it does not use for others too: Postfix says 554 5.7.1, Exim 550, Exchange 550
 * 5.7.1 or 5.7.54.
 */
const MAY_NOT_RELAY =
  /\brelay(ing)?\b.*\b(denied|not (permitted|allowed)|prohibited)\b|\bunable to relay\b/i;

/**
 * Postfix says who may not send with `smtpd_delay_reject`, its default, only once it is told of a recipient
 * (https://www.postfix.org/postconf.5.html#smtpd_delay_reject). Its reply begins so; further on it quotes another server's.
 */
const NOT_FROM_US = /^\s*(<[^>]*>: )?(sender address|client host|helo command) rejected\b/i;

/** Exchange Online says so after the message, of an account that may not use this From address or has sent too much spam. */
const MAY_NOT_SEND_AS =
  /\bSendAsDenied|\bOutboundSpamException|\bnot (allowed|have permissions?) to send as\b/i;

/** RFC 4954 section 6, and 530 of RFC 3207 section 4. */
const ASKS_FOR_CREDENTIALS = new Set([530, 534, 535, 538]);

/** Limits of rate, greylisting and a full queue pass with time alone, and say nothing against the message. */
function isPatienceAsked(code: number, subject: string): boolean {
  if (subject.startsWith("7.") || ["3.1", "3.2", "4.5"].includes(subject)) return true;
  return code === 452 && !subject.startsWith("2.");
}

/** RFC 3463 and its registry, as far as a marketer can make use of them. */
const MEANINGS: Readonly<Record<string, string>> = {
  "1.1": "there is no such mailbox",
  "1.2": "there is no such domain",
  "1.3": "the address is not written as addresses are",
  "1.6": "the mailbox has moved",
  "1.8": "the sender's domain cannot be found",
  "1.10": "the recipient's domain takes no mail",
  "2.1": "the mailbox is disabled",
  "2.2": "the mailbox is full",
  "2.3": "the message is too long for the mailbox",
  "3.1": "the server has no room",
  "3.2": "the server takes no messages now",
  "3.4": "the message is too big",
  "4.5": "the server is too busy, or takes no more from this account for now",
  "7.0": "the server's policy",
  "7.1": "not permitted by the server's policy",
  "7.8": "the user name or the password is wrong",
  "7.9": "this way to sign in is too weak",
  "7.20": "there is no DKIM signature that passes",
  "7.22": "no DKIM signature is of the From address's domain",
  "7.23": "SPF does not pass",
  "7.24": "the SPF record cannot be used",
  "7.25": "the sending server's address and name do not match in DNS",
  "7.26": "neither SPF nor DKIM passes",
  "7.27": "SPF does not pass",
  "7.30": "DKIM does not pass",
  "7.32": "neither SPF nor DKIM is of the From address's domain",
  "7.40": "there is no DMARC record that can be used",
  "7.509": "DMARC does not pass",
  "7.515": "SPF, DKIM or DMARC does not pass",
};

function outcomeBeforeData({ code = "", originalCode, message }: Failure): Refusal {
  switch (code) {
    case "EAUTH":
    case "ENOAUTH":
      return {
        kind: "unauthorized",
        detail: "The server offers no way to sign in with this user name and password.",
      };
    case "EENVELOPE":
      return {
        kind: "rejected",
        detail: "The sender's or the recipient's address cannot be used.",
      };
    case "EMESSAGE":
      return { kind: "rejected", detail: "The message is bigger than the server takes." };
    case REFUSED:
      return { kind: "unavailable", detail: message };
    case "EDNS":
      return unavailable("Its host name cannot be found");
    case "ETLS":
      return unavailable("No encrypted connection came about", tlsReason(message));
    case "EABORT":
    case "ETIMEDOUT":
      return unavailable("It did not answer in time, and the message was not handed over");
    default:
      return isCertificateFault(originalCode)
        ? unavailable("Its certificate is not valid", originalCode)
        : unavailable("It cannot be reached", originalCode ?? code);
  }
}

function unavailable(what: string, why?: string): Refusal {
  return { kind: "unavailable", detail: `${what}${why ? ` (${why})` : ""}.` };
}

function isCertificateFault(code: string | undefined): boolean {
  return code !== undefined && /CERT|SELF_SIGNED|ALTNAME/.test(code);
}

/** OpenSSL's words hold no secret, but for a person only those about the certificate are of use. */
function tlsReason(message: string): string | undefined {
  return /certificate|altname|hostname/i.test(message) ? "its certificate is not valid" : undefined;
}

function failureOf(error: unknown): Failure {
  return error instanceof Error ? error : { message: String(error) };
}
