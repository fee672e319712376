import { isInDoubt, settleWith } from "./email-run.ts";
import type { Claim, LiveEmail } from "./journal.ts";
import type { RunnerContext } from "./runner.ts";
import { suppressedAt } from "./suppressed-event.ts";

/**
 * Skips the emails of a batch whose recipients must not be mailed any more, however long they would still wait; answers
 * those that are left. One whose last attempt may have been accepted is left too: it is asked after first.
 */
export async function skipSuppressed(
  claim: Claim,
  emails: LiveEmail[],
  { committer, clock }: Pick<RunnerContext, "committer" | "clock">,
): Promise<LiveEmail[] | "stale"> {
  const doomed = emails.filter((email) => claim.suppressed.has(email.id) && !isInDoubt(email));
  if (doomed.length === 0) return emails;
  const ends = await Promise.all(
    doomed.map((email) => settleWith(suppressedAt(clock.now()), email, claim, committer)),
  );
  if (ends.includes("stale")) return "stale";
  const skipped = new Set(doomed);
  return emails.filter((email) => !skipped.has(email));
}
