import { DEFAULT_RETRY_POLICY, step } from "@mailwright/email_machine";
import { reportOf } from "@mailwright/protocol";
import { attemptedThrough, isInDoubt, type LiveEmail } from "./email-run.ts";
import type { Claim } from "./journal.ts";
import type { RunnerContext } from "./runner.ts";
import { suppressedAt } from "./suppressed-event.ts";

/**
 * Skips the emails of a batch whose recipients must not be mailed any more, however long they would still wait; answers
 * those that are left. One whose last attempt may have been accepted is left too: it is asked after first.
 */
export async function skipSuppressed(
  claim: Claim,
  emails: LiveEmail[],
  context: Pick<RunnerContext, "committer" | "clock">,
): Promise<LiveEmail[] | "stale"> {
  const doomed = emails.filter((email) => claim.suppressed.has(email.id) && !isInDoubt(email));
  if (doomed.length === 0) return emails;
  const verdicts = await Promise.all(doomed.map((email) => skip(claim, email, context)));
  if (verdicts.includes("stale")) return "stale";
  const skipped = new Set(doomed);
  return emails.filter((email) => !skipped.has(email));
}

async function skip(
  claim: Claim,
  { id, record: before }: LiveEmail,
  { committer, clock }: Pick<RunnerContext, "committer" | "clock">,
): Promise<string> {
  const event = suppressedAt(clock.now());
  const taken = step(before, event, DEFAULT_RETRY_POLICY);
  if (taken === undefined) throw new Error(`an email that is ${before.state} cannot be skipped`);
  const { record } = taken;
  const report = reportOf(id, event, record, attemptedThrough({ record }, claim));
  return committer.write(claim, { id, kind: "settle", before, record, report });
}
