import { digestId } from "@mailwright/platform";
import type { WebhookFact } from "@mailwright/protocol";
import PostalMime, { type Email } from "postal-mime";
import { factOf, type ToldEvent } from "../gateways/webhook.ts";
import { isAutoReply } from "./auto-reply.ts";
import { recipientStatuses, type RecipientStatus } from "./delivery-status.ts";
import { feedbackIn } from "./feedback-report.ts";
import { headerOf, headersOf } from "./headers.ts";

/** What a message in a bounce mailbox comes to. */
export type Reading =
  | { kind: "fact"; fact: WebhookFact }
  /** About an email of ours, and nothing follows from it: an auto-reply, a delay, a receipt. */
  | { kind: "ignored"; why: string }
  /** Nothing of ours, as far as can be told: it is somebody else's to read. */
  | { kind: "other" };

/** The email that the first token in a text names, if it is a good one. */
export type Identify = (text: string) => string | undefined;

/** Where the address that a message was delivered to can stand, the surest first. */
const RECIPIENT_HEADERS = new Set([
  "delivered-to",
  "x-original-to",
  "envelope-to",
  "x-envelope-to",
  "x-delivered-to",
  "to",
  "cc",
]);

/** Of the message that is sent back, the header is enough. */
const RETURNED_LENGTH = 32 * 1024;
const PARSE = {
  forceRfc822Attachments: true,
  attachmentEncoding: "utf8",
  maxNestingDepth: 20,
  maxHeadersSize: 256 * 1024,
} as const;

/**
 * Reads a message of a bounce mailbox: a delivery status notification (RFC 3464), a feedback report (RFC 5965), or a bounce
 * of no form to an address of ours. Only what `identify` knows is believed. Never throws, whatever came.
 *
 * @param receivedAt milliseconds; when the mailbox got it, for what a message says of its own time is not to be relied on
 */
export async function readBounceMessage(
  raw: Uint8Array,
  receivedAt: number,
  identify: Identify,
): Promise<Reading> {
  let mail: Email;
  try {
    mail = await PostalMime.parse(raw, PARSE);
  } catch {
    // Deeper or longer than any that a mail server writes.
    return { kind: "other" };
  }
  const feedback = feedbackIn(partOf(mail, /^message\/feedback-report$/));
  const statuses = recipientStatuses(partOf(mail, /^message\/(?:global-)?delivery-status$/));
  const isReport = feedback !== undefined || statuses.length > 0;
  const email =
    identify(headersOf(mail, RECIPIENT_HEADERS)) ??
    // What is sent back names it too, but a person may attach an email of ours as well.
    (isReport ? identify(`${feedback?.originalMailFrom ?? ""}\n${returned(mail)}`) : undefined);
  if (email === undefined) return { kind: "other" };
  const told = { email, at: receivedAt, event: nameOf(mail, raw) };
  if (feedback !== undefined) {
    if (!feedback.isComplaint) return { kind: "ignored", why: `a report of ${feedback.type}` };
    return known(factOf({ ...told, kind: "complained", words: `Reported as ${feedback.type}.` }));
  }
  const status = statuses.find(({ action }) => action === "failed") ?? statuses[0];
  if (status !== undefined) return ofStatus(status, told);
  if (looksBounced(mail)) return unclassified(told);
  if (isReceipt(mail)) return { kind: "ignored", why: "a receipt" };
  if (isAutoReply(mail)) return { kind: "ignored", why: "an auto-reply" };
  if (headerOf(mail, "return-path") !== "<>") return { kind: "other" };
  // Written by a machine, which is not to be answered: a mail server (RFC 5321 4.5.5) or a responder (RFC 3834 3.3).
  return isOfServer(mail) ? unclassified(told) : { kind: "ignored", why: "an auto-reply" };
}

type Told = Pick<ToldEvent, "email" | "at" | "event">;

function ofStatus({ action, status, diagnostic }: RecipientStatus, told: Told): Reading {
  if (action === "delivered") return known(factOf({ ...told, kind: "delivered" }));
  if (action !== "failed") return { kind: "ignored", why: `it was ${action}` };
  return known(factOf({ ...told, kind: "bounced", status, words: diagnostic }));
}

function unclassified(told: Told): Reading {
  const words = "It came back without saying why in a form that can be read.";
  return known(factOf({ ...told, kind: "bounced", said: "soft", words }));
}

function known(fact: WebhookFact | undefined): Reading {
  return fact === undefined ? { kind: "other" } : { kind: "fact", fact };
}

/** What mail servers wrote before there was RFC 3464, and some still write: qmail, old Exims, small appliances. */
function looksBounced(mail: Email): boolean {
  if (headerOf(mail, "x-failed-recipients") !== "") return true;
  if (/report-type="?delivery-status/i.test(headerOf(mail, "content-type"))) return true;
  return /^(?:mailer-daemon|postmaster)@/i.test(mail.from?.address ?? "") && !isVacation(mail);
}

const SERVER = /^(?:$|mailer@|mail(?:er)?[-_.]?(?:daemon|system|delivery)@)/i;
/** A reply code at the beginning of a line, or before an enhanced one. */
const REPLY = /^[ \t>]*[45]\d\d[ -]\S|\b[45]\d\d[ -][45]\.\d{1,3}\.\d{1,3}\b/m;
const FAILED =
  /\b(?:undeliver|non[- ]?deliver|fail(?:ed|ure)\b|returned\b|rejected\b|not (?:be )?(?:taken|accepted|delivered)\b)/i;

/** Whether its sender, its words or its subject are those of a mail server that could not deliver. */
function isOfServer({ from, subject = "", text = "" }: Email): boolean {
  return (
    SERVER.test(from?.address ?? "") ||
    FAILED.test(subject.slice(0, 200)) ||
    REPLY.test(text.slice(0, RETURNED_LENGTH))
  );
}

/** A postmaster may be away as well. */
function isVacation(mail: Email): boolean {
  return /^postmaster@/i.test(mail.from?.address ?? "") && isAutoReply(mail);
}

/** RFC 8098. */
function isReceipt(mail: Email): boolean {
  return /report-type="?disposition-notification/i.test(headerOf(mail, "content-type"));
}

function partOf({ attachments }: Email, type: RegExp): string {
  const content = attachments.find(({ mimeType }) => type.test(mimeType))?.content;
  return typeof content === "string" ? content.slice(0, RETURNED_LENGTH) : "";
}

/** The message that is sent back, or its header. */
function returned(mail: Email): string {
  return partOf(mail, /^(?:message\/(?:rfc822|global|global-headers)|text\/rfc822-headers)$/);
}

/** Names a message however often it is read; one without an id goes by what it says. */
function nameOf(mail: Email, raw: Uint8Array): string {
  const id = mail.messageId ?? "";
  return id === "" ? digestId(Buffer.from(raw).toString("latin1")) : id.slice(0, 200);
}
