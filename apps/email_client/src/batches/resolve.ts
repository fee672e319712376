import type { EmailEvent, EmailRecord } from "@mailwright/email_machine";
import type { Clock, Log } from "@mailwright/platform";
import type { OpenGateway } from "../gateways/registry.ts";
import type { Testimonies } from "./testimony.ts";

export interface ResolveContext {
  clock: Clock;
  log: Log;
  testimonies: Testimonies;
  attemptDeadlineMs: number;
}

/** How often a testimony is asked for while one may still come. */
const ASK_AGAIN_MS = 500;

/**
 * Finds out what became of an attempt whose outcome was lost: first from the gateway, where it can be asked; then from
 * a worker that lost the batch but may still be waiting for the answer, for as long as an attempt can take.
 */
export async function resolve(
  batch: string,
  { id, record }: { id: string; record: EmailRecord },
  { gateway }: OpenGateway,
  { clock, log, testimonies, attemptDeadlineMs }: ResolveContext,
  signal: AbortSignal,
): Promise<EmailEvent | "stopped"> {
  const roll = Math.random();
  if (gateway.resolve !== undefined) {
    try {
      const resolution = await gateway.resolve(id, AbortSignal.timeout(attemptDeadlineMs));
      if (resolution.kind === "not-accepted")
        return { type: "NOT_ACCEPTED", at: clock.now(), roll };
      if (resolution.kind === "confirmed") {
        const { messageId } = resolution;
        return {
          type: "CONFIRMED",
          at: clock.now(),
          ...(messageId !== undefined && { messageId }),
        };
      }
    } catch (error) {
      log.warn(
        { err: error, email_id: id },
        "the gateway could not be asked what became of an attempt",
      );
    }
  }
  const patience = record.reason?.code === "interrupted" ? attemptDeadlineMs + 2 * ASK_AGAIN_MS : 0;
  for (const giveUpAt = clock.now() + patience; ;) {
    const testimony = await testimonies.hear(batch, id, record.run, record.attempt);
    if (testimony !== undefined) return afterTestimony(testimony, clock.now());
    if (clock.now() >= giveUpAt) return { type: "UNRESOLVED", at: clock.now(), roll };
    try {
      await clock.sleep(ASK_AGAIN_MS, signal);
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
      return {
        type: "CONFIRMED",
        at,
        ...(testimony.messageId !== undefined && { messageId: testimony.messageId }),
      };
    case "AMBIGUOUS":
      return { type: "UNRESOLVED", at, roll: Math.random() };
    default:
      // Rejected, unauthorized, throttled or unavailable: the next attempt will hear it again.
      return { type: "NOT_ACCEPTED", at, roll: Math.random() };
  }
}
