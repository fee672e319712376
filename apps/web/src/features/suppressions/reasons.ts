/** Why an address must not be mailed. What stands later weighs more: a person's own word over ours. */
export const REASONS = ["manual", "bounced", "unsubscribed", "complained"] as const;

/** What a form says of the field in which one is chosen. */
export const REASON_FIELD = {
  title: "Reason",
  default: "manual",
  error: "Choose a reason of the list.",
} as const;

export type SuppressionReason = (typeof REASONS)[number];

export function isReason(text: string): text is SuppressionReason {
  return (REASONS as readonly string[]).includes(text);
}

/** Whether what comes later takes the place of what came before. */
export function outweighs(later: SuppressionReason, before: SuppressionReason): boolean {
  return REASONS.indexOf(later) > REASONS.indexOf(before);
}
