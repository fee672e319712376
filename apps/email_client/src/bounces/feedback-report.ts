import { reportBlocks } from "./report-fields.ts";

/** What a feedback report says (RFC 5965 section 3). */
export interface Feedback {
  isComplaint: boolean;
  /** The word of its `Feedback-Type`. */
  type: string;
  /** The envelope's sender of the message that it is about, where that is told. */
  originalMailFrom: string;
}

/** `not-spam` takes a complaint back, `auth-failure` is about forgeries (RFC 6591), and what is not known is no complaint. */
export const COMPLAINTS: ReadonlySet<string> = new Set([
  "abuse",
  "fraud",
  "virus",
  "other",
  "opt-out",
  "opt-out-list",
]);

/** Reads a `message/feedback-report` part; undefined when it does not say of what type it is. */
export function feedbackIn(text: string): Feedback | undefined {
  const [fields] = reportBlocks(text);
  const type = /^[a-z-]{1,40}/.exec((fields?.get("feedback-type") ?? "").toLowerCase())?.[0];
  if (type === undefined) return undefined;
  const originalMailFrom = fields?.get("original-mail-from") ?? "";
  return { isComplaint: COMPLAINTS.has(type), type, originalMailFrom };
}
