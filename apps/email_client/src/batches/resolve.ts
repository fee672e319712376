import type { EmailEvent, EmailRecord } from "@mailwright/email_machine";
import type { Clock, Log } from "@mailwright/platform";
import type { Gateway } from "../gateways/gateway.ts";
import type { Pace } from "../pace.ts";
import type { Claim } from "./journal.ts";
import type { Slots } from "./slots.ts";
import type { Testimonies } from "./testimony.ts";

export interface ResolveContext {
  claim: Claim;
  /** Undefined when it is not there any more, and so cannot be asked. */
  gateway: Gateway | undefined;
  slots: Slots;
  testimonies: Testimonies;
  clock: Clock;
  log: Log;
  attemptDeadlineMs: number;
  pace: Pick<Pace, "askAgainMs">;
  signal: AbortSignal;
}

/** An email whose last attempt may have been accepted. */
interface Lost {
  id: string;
  record: EmailRecord;
}

/**
 * Finds out what became of an attempt whose outcome was lost: first from the gateway, where it can be asked; then from
 * a worker that lost the batch but may still be waiting for the answer, for as long as an attempt can take.
 */
export async function resolve(
  lost: Lost,
  context: ResolveContext,
): Promise<EmailEvent | "stopped"> {
  return (await askGateway(lost, context)) ?? (await awaitTestimony(lost, context));
}

async function askGateway(
  { id }: Lost,
  { gateway, slots, clock, log, attemptDeadlineMs, signal }: ResolveContext,
): Promise<EmailEvent | "stopped" | undefined> {
  if (gateway?.resolve === undefined) return undefined;
  let release: () => void;
  try {
    release = await slots.acquire(signal);
  } catch {
    return "stopped";
  }
  try {
    const resolution = await gateway.resolve(id, AbortSignal.timeout(attemptDeadlineMs));
    const at = clock.now();
    if (resolution.kind === "unknown") return undefined;
    if (resolution.kind === "not-accepted")
      return { type: "NOT_ACCEPTED", at, roll: Math.random() };
    return { type: "CONFIRMED", at, ...named(resolution.messageId) };
  } catch (error) {
    log.warn(
      { err: error, email_id: id },
      "the gateway could not be asked what became of an attempt",
    );
    return undefined;
  } finally {
    release();
  }
}

async function awaitTestimony(
  { id, record: { run, attempt, reason } }: Lost,
  { claim, testimonies, clock, attemptDeadlineMs, pace: { askAgainMs }, signal }: ResolveContext,
): Promise<EmailEvent | "stopped"> {
  // Who saw the attempt end without an answer has said all there is. Counted in waits, for the clock may be set back.
  const waits = reason?.code === "interrupted" ? Math.ceil(attemptDeadlineMs / askAgainMs) + 2 : 0;
  for (let left = waits; ; left--) {
    const testimony = await testimonies.hear(claim.batch, id, run, attempt);
    if (testimony !== undefined) return afterTestimony(testimony, clock.now());
    if (left === 0) return { type: "UNRESOLVED", at: clock.now(), roll: Math.random() };
    try {
      await clock.sleep(askAgainMs, signal);
    } catch {
      return "stopped";
    }
  }
}

/** What another worker saw, in the words of an email that is being resolved. */
function afterTestimony(testimony: EmailEvent, at: number): EmailEvent {
  switch (testimony.type) {
    case "ACCEPTED":
    case "CONFIRMED":
      return { type: "CONFIRMED", at, ...named(testimony.messageId) };
    case "AMBIGUOUS":
      return { type: "UNRESOLVED", at, roll: Math.random() };
    default:
      // Rejected, unauthorized, throttled or unavailable: the next attempt will hear it again.
      return { type: "NOT_ACCEPTED", at, roll: Math.random() };
  }
}

function named(messageId: string | undefined): { messageId?: string } {
  return messageId === undefined ? {} : { messageId };
}
