import type { Clock, Semaphore } from "@mailwright/platform";
import { isLimitedByDomain, rateNow } from "../gateways/allowance.ts";
import { HORIZON_MS, type RateLimiter } from "../gateways/rate.ts";
import type { GatewayRegistry, OpenGateway } from "../gateways/registry.ts";
import { drawn } from "../gateways/route.ts";
import type { Turns } from "./turns.ts";

export interface GateContext {
  gateways: GatewayRegistry;
  rates: RateLimiter;
  slots: Semaphore;
  clock: Clock;
  /** Whether web is so far behind with reports that no new attempt may begin. */
  outboxIsFull(): boolean;
}

/**
 * Whether an attempt may begin: `admitted` holds a slot, and a breaker's probe, until it is released, and is for an email to the
 * domain, if one is named; `later` says when to ask again.
 */
export type Admission =
  | { kind: "admitted"; open: OpenGateway; domain: string | undefined; release: () => void }
  | Later
  | { kind: "no gateway" };

interface Later {
  kind: "later";
  ms: number;
}

/** When a full outbox is looked at again. */
const OUTBOX_WAIT_MS = 250;

/**
 * Asks for one attempt through a gateway, or one of a route's, drawn by weight among those that can take it: the outbox
 * has room, the breaker is closed or wants a probe, there is a slot, and it is the attempt's turn by the gateway's rate
 * and by that of a domain that one of the emails goes to. The slot comes before the turn, so that attempts begin at the
 * rate and not in the bunches in which slots come free. Waits for a slot and for a turn that is near; rejects when
 * `signal` aborts.
 */
export async function admit(
  gateway: string,
  turns: Turns,
  context: GateContext,
  signal: AbortSignal,
): Promise<Admission> {
  const { gateways, slots, clock, outboxIsFull } = context;
  const choices = await gateways.through(gateway);
  if (choices.length === 0) return { kind: "no gateway" };
  if (outboxIsFull()) return { kind: "later", ms: OUTBOX_WAIT_MS };
  const now = clock.now();
  // No slot is asked for while none of them can take anything.
  const able = choices.filter(({ open }) => waitMs(open, turns, now) === 0);
  if (able.length === 0)
    return { kind: "later", ms: Math.min(...choices.map(({ open }) => waitMs(open, turns, now))) };

  const release = await slots.acquire(signal);
  let admitted = false;
  let soonest = Number.POSITIVE_INFINITY;
  try {
    for (const { open } of able.length === 1 ? able : drawn(able, Math.random)) {
      const turn = await takeTurn(open, turns, context);
      if (turn.kind === "later") soonest = Math.min(soonest, turn.ms);
      else {
        if (turn.ms > 0) await clock.sleep(turn.ms, signal);
        const over = open.breaker.admit(clock.now());
        if (over !== undefined) {
          admitted = true;
          const leave = () => {
            over();
            release();
          };
          return { kind: "admitted", open, domain: turn.domain, release: leave };
        }
        soonest = Math.min(soonest, Math.max(1, open.breaker.waitMs(clock.now())));
      }
    }
    return { kind: "later", ms: soonest };
  } finally {
    if (!admitted) release();
  }
}

/** How long a gateway takes nothing: its breaker is open, or all domains are known to be out of turn. */
function waitMs(open: OpenGateway, turns: Turns, now: number): number {
  const pause = open.breaker.waitMs(now);
  if (pause > 0 || !isLimitedByDomain(open)) return pause;
  return turns.candidates(now, open).length === 0 ? turns.idleMs(now, open) : 0;
}

/** A turn by the rates: it comes in so many milliseconds, for an email to this domain. */
type Turn = { kind: "turn"; ms: number; domain: string | undefined } | Later;

async function takeTurn(
  open: OpenGateway,
  turns: Turns,
  { rates, clock }: GateContext,
): Promise<Turn> {
  const { id } = open;
  if (!isLimitedByDomain(open)) {
    const rate = rateNow(open, clock.now());
    const ms = rate.effective === null ? 0 : await rates.reserve(id, rate);
    return ms > HORIZON_MS ? later(ms) : { kind: "turn", ms, domain: undefined };
  }
  for (;;) {
    const now = clock.now();
    const candidates = turns.candidates(now, open);
    if (candidates.length === 0) return { kind: "later", ms: turns.idleMs(now, open) };
    const { waitMs, domain, outOfTurn } = await rates.reserveFor(
      id,
      rateNow(open, now),
      candidates,
    );
    if (waitMs > HORIZON_MS) return later(waitMs);
    for (const { of, ms } of outOfTurn) turns.putOff(open, of, now, ms);
    if (domain !== undefined) return { kind: "turn", ms: waitMs, domain };
  }
}

/** Asked again when a place in the near future is to be had. */
function later(ms: number): Later {
  return { kind: "later", ms: ms - HORIZON_MS };
}
