import type { Clock } from "@mailwright/platform";
import { HORIZON_MS, type RateLimiter } from "../gateways/rate.ts";
import type { GatewayRegistry, OpenGateway } from "../gateways/registry.ts";
import type { Slots } from "./slots.ts";

export interface GateContext {
  gateways: GatewayRegistry;
  rates: RateLimiter;
  slots: Slots;
  clock: Clock;
  /** Whether web is so far behind with reports that no new attempt may begin. */
  outboxIsFull(): boolean;
}

/** Whether an attempt may begin: `admitted` holds a slot until it is released, `later` says when to ask again. */
export type Admission =
  | { kind: "admitted"; open: OpenGateway; release: () => void }
  | { kind: "later"; ms: number }
  | { kind: "no gateway" };

/** When a full outbox is looked at again. */
const OUTBOX_WAIT_MS = 250;

/**
 * Asks for one attempt through a gateway: the outbox has room, the breaker is closed or wants a probe, there is a slot,
 * and it is the attempt's turn by the gateway's rate. The slot comes before the turn, so that attempts begin at the rate
 * and not in the bunches in which slots come free. Waits for a slot and for a turn that is near; rejects when `signal`
 * aborts.
 */
export async function admit(
  gateway: string,
  { gateways, rates, slots, clock, outboxIsFull }: GateContext,
  signal: AbortSignal,
): Promise<Admission> {
  const open = await gateways.get(gateway);
  if (open === undefined) return { kind: "no gateway" };
  if (outboxIsFull()) return { kind: "later", ms: OUTBOX_WAIT_MS };
  const pause = open.breaker.waitMs(clock.now());
  if (pause > 0) return { kind: "later", ms: pause };

  const release = await slots.acquire(signal);
  let admitted = false;
  try {
    const turn = open.ratePerSecond === null ? 0 : await rates.reserve(open.id, open.ratePerSecond);
    if (turn > HORIZON_MS) return { kind: "later", ms: turn - HORIZON_MS };
    if (turn > 0) await clock.sleep(turn, signal);
    admitted = open.breaker.admit(clock.now());
    if (admitted) return { kind: "admitted", open, release };
    return { kind: "later", ms: Math.max(1, open.breaker.waitMs(clock.now())) };
  } finally {
    if (!admitted) release();
  }
}
