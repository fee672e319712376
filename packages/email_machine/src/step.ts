import type { EmailContext } from "./machine.ts";
import { transit } from "./transition.ts";
import type { Command, EmailEvent, EmailRecord, RetryPolicy } from "./words.ts";

/** A transition that was made: the email as it is now, and what the runner has to do. */
export interface Step {
  record: EmailRecord;
  commands: Command[];
}

/**
 * Takes one email one step. Pure: the same record, event and policy give the same step. An event that means nothing in
 * the record's state (a late or repeated fact) gives `undefined`, and nothing has happened.
 */
export function step(
  record: EmailRecord,
  event: EmailEvent,
  policy: RetryPolicy,
): Step | undefined {
  const taken = transit(record.state, contextOf(record, policy), event);
  if (taken === undefined) return undefined;
  const { state, commands } = taken;
  // Only REPORTED ends inside the same state; it is no transition of the history and has no number.
  if (state === record.state) return { record, commands };
  const { attempt, throttled, firstAt, due, messageId, reason, doubt } = taken.context;
  const { gateway, gatewayVersion } = record;
  const requeued = event.type === "REQUEUE";
  return {
    commands,
    record: {
      v: 1,
      state,
      run: requeued ? record.run + 1 : record.run,
      seq: requeued ? 0 : record.seq + 1,
      attempt,
      throttled,
      ...(firstAt !== undefined && { firstAt }),
      ...(due !== undefined && state === "retrying" && { due }),
      ...(messageId !== undefined && { messageId }),
      ...(reason !== undefined && { reason }),
      ...(doubt !== undefined && { doubt }),
      ...(gateway !== undefined && !requeued && { gateway }),
      ...(gatewayVersion !== undefined && !requeued && { gatewayVersion }),
    },
  };
}

function contextOf(record: EmailRecord, policy: RetryPolicy): EmailContext {
  const { attempt, throttled, firstAt, due, messageId, reason, doubt } = record;
  return { policy, attempt, throttled, firstAt, due, messageId, reason, doubt };
}
