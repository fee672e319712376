import { DEFAULT_RETRY_POLICY, step } from "@mailwright/email_machine";
import {
  attemptedThrough,
  type EmailRunEnd,
  isInDoubt,
  type LiveEmail,
  runEmail,
} from "./email-run.ts";
import type { Claim } from "./journal.ts";
import { reportOf } from "@mailwright/protocol";
import type { RunnerContext } from "./runner.ts";

/** What is not known to have been refused stays uncertain: a cancelled campaign sends nothing again. */
const POLICY = { ...DEFAULT_RETRY_POLICY, whenUncertain: "hold" } as const;

/**
 * Ends the emails of a cancelled campaign's batch. One whose attempt had begun ends as the attempt did, so it is asked
 * after first: it is sent or cancelled, never both. Needs neither the content nor, where it is gone, the gateway.
 */
export async function cancelBatch(
  claim: Claim,
  emails: LiveEmail[],
  context: RunnerContext,
  signal: AbortSignal,
): Promise<"done" | "stopped" | "stale"> {
  const settle = async (email: LiveEmail): Promise<EmailRunEnd> => {
    if (!isInDoubt(email)) return cancelEmail(claim, email, context);
    const open = await context.gateways.get(attemptedThrough(email, claim));
    const end = await runEmail(email, {
      ...context,
      claim,
      policy: POLICY,
      gateway: open?.gateway,
      signal,
      deliver: () => Promise.reject(new Error("nothing is delivered for a cancelled campaign")),
    });
    return end === "waiting" ? cancelEmail(claim, email, context) : end;
  };
  const ends = await Promise.all(emails.map(settle));
  if (ends.includes("stale")) return "stale";
  return ends.includes("stopped") ? "stopped" : "done";
}

async function cancelEmail(
  claim: Claim,
  { id, record: before }: LiveEmail,
  { committer, clock }: RunnerContext,
): Promise<EmailRunEnd> {
  const event = { type: "CANCEL", at: clock.now() } as const;
  const taken = step(before, event, POLICY);
  if (taken === undefined) throw new Error(`an email that is ${before.state} cannot be cancelled`);
  const { record } = taken;
  const report = reportOf(id, event, record, attemptedThrough({ record }, claim));
  const verdict = await committer.write(claim, { id, kind: "settle", before, record, report });
  if (verdict === "suppressed") throw new Error("only an attempt is refused for its recipient");
  return verdict === "written" ? "settled" : verdict;
}
