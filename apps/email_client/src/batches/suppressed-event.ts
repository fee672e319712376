import type { EmailEvent } from "@mailwright/email_machine";

/** The fact that the recipient of an email must not be mailed any more. */
export function suppressedAt(at: number): EmailEvent {
  return { type: "SUPPRESSED", at, reason: { code: "suppressed" } };
}
