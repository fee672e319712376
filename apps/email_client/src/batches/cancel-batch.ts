import { DEFAULT_RETRY_POLICY } from "@mailwright/email_machine";
import {
  attemptedThrough,
  type EmailRunEnd,
  isInDoubt,
  runEmail,
  settleWith,
} from "./email-run.ts";
import type { Claim, LiveEmail } from "./journal.ts";
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
  const cancel = (email: LiveEmail) =>
    settleWith({ type: "CANCEL", at: context.clock.now() }, email, claim, context.committer);
  const settle = async (email: LiveEmail): Promise<EmailRunEnd> => {
    if (!isInDoubt(email)) return cancel(email);
    const open = await context.gateways.get(attemptedThrough(email, claim));
    const end = await runEmail(email, {
      ...context,
      slots: context.slots.of(claim.campaign),
      claim,
      policy: POLICY,
      gateway: open?.gateway,
      signal,
      deliver: () => Promise.reject(new Error("nothing is delivered for a cancelled campaign")),
    });
    return end === "waiting" ? cancel(email) : end;
  };
  const ends = await Promise.all(emails.map(settle));
  if (ends.includes("stale")) return "stale";
  return ends.includes("stopped") ? "stopped" : "done";
}
