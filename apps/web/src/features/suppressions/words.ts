import { REASONS, type SuppressionReason } from "./reasons.ts";

/** A reason on a badge. */
export const REASON_LABELS: Readonly<Record<SuppressionReason, string>> = {
  manual: "By hand",
  unsubscribed: "Unsubscribed",
  bounced: "Bounced",
  complained: "Complained",
};

/** Reasons to choose from, in a form or a filter. */
export const REASON_CHOICES: readonly { value: SuppressionReason; label: string }[] = REASONS.map(
  (reason) => ({ value: reason, label: REASON_LABELS[reason] }),
);

/** What a reason means, in a sentence. */
export const REASON_MEANINGS: Readonly<Record<SuppressionReason, string>> = {
  manual: "Somebody here decided that it is not to be mailed.",
  unsubscribed: "The person asked not to be mailed any more.",
  bounced: "The mailbox does not exist or does not take our mail.",
  complained: "The person reported our mail as spam.",
};

/** Reasons that are a person's own word: lifting one needs their consent. */
export function isOwnWord(reason: SuppressionReason): boolean {
  return reason === "unsubscribed" || reason === "complained";
}

/** How the history names who acts: a person by their name, a program by its token's. */
export function originOf(actor: { kind: "user" | "token"; name: string }): string {
  return actor.kind === "user" ? actor.name : `API token “${actor.name}”`;
}
