import type { Clock, FairSemaphore } from "@mailwright/platform";
import { isLimitedByDomain, rateNow } from "../gateways/allowance.ts";
import { HORIZON_MS, type RateLimiter } from "../gateways/rate.ts";
import type { GatewayRegistry, OpenGateway } from "../gateways/registry.ts";
import type { Pace } from "../pace.ts";
import type { BatchHead } from "./journal.ts";
import { type Full, placeAt, takePlace } from "./places.ts";
import type { Turns } from "./turns.ts";

export interface GateContext {
  gateways: GatewayRegistry;
  rates: RateLimiter;
  /** Campaigns share them. */
  slots: FairSemaphore;
  clock: Clock;
  pace: Pick<Pace, "sitOutMs">;
  /** Whether web is so far behind with reports that no new attempt may begin. */
  outboxIsFull(): boolean;
}

/**
 * Whether an attempt may begin: `admitted` holds a slot, a place at the gateway and a breaker's probe, until it is released, and is
 * for an email to the domain, if one is named; `later` says when to ask again. `full`: for as long as waits are sat out, all who
 * could take it made as many attempts as they can.
 */
export type Admission = Admitted | Later | Full | { kind: "no gateway" };

export interface Admitted {
  kind: "admitted";
  open: OpenGateway;
  domain: string | undefined;
  /** To be called when the attempt is over: gives the place back, which another one can use while this one is written down. */
  leave: () => void;
  /** Gives back everything. */
  release: () => void;
}

interface Later {
  kind: "later";
  ms: number;
}

/** When a full outbox is looked at again. */
const OUTBOX_WAIT_MS = 250;

/**
 * Asks for one attempt of a batch through its gateway, or one of its route's, drawn by weight among those that can take it: the
 * outbox has room, the breaker is closed or wants a probe, the gateway has a place, there is a slot, and it is the attempt's turn
 * by the gateway's rate and by that of a domain that one of the emails goes to. The place comes before the slot, so that what
 * waits for a slow gateway keeps none from others, and the slot before the turn, so that attempts begin at the rate and not in
 * the bunches in which slots come free. Waits for a slot, and for a place and a turn that are near; rejects when `signal` aborts.
 */
export async function admit(
  { gateway, campaign }: Pick<BatchHead, "gateway" | "campaign">,
  turns: Turns,
  context: GateContext,
  signal: AbortSignal,
): Promise<Admission> {
  const { gateways, slots, clock, pace, outboxIsFull } = context;
  const choices = await gateways.through(gateway);
  if (choices.length === 0) return { kind: "no gateway" };
  if (outboxIsFull()) return { kind: "later", ms: OUTBOX_WAIT_MS };
  const now = clock.now();
  // Nothing is asked for while none of them can take anything.
  const able = choices.filter(({ open }) => waitMs(open, turns, now) === 0);
  if (able.length === 0)
    return { kind: "later", ms: Math.min(...choices.map(({ open }) => waitMs(open, turns, now))) };

  const place = await takePlace(able, campaign, pace.sitOutMs, clock, signal);
  if (place.kind === "full") return place;
  let { leave } = place;
  let releaseSlot: (() => void) | undefined;
  let isAdmitted = false;
  try {
    releaseSlot = await slots.acquire(campaign, signal);
    let soonest = Number.POSITIVE_INFINITY;
    for (const open of [place.open, ...place.others]) {
      const placed = open === place.open ? leave : placeAt(open, campaign);
      if (placed === undefined) continue;
      leave = placed;
      const entry = await enter(open, turns, context, signal);
      if (entry.kind === "entered") {
        isAdmitted = true;
        const release = () => {
          entry.over();
          placed();
          releaseSlot?.();
        };
        return { kind: "admitted", open, domain: entry.domain, leave, release };
      }
      leave();
      soonest = Math.min(soonest, entry.ms);
    }
    return { kind: "later", ms: soonest };
  } finally {
    if (!isAdmitted) {
      leave();
      releaseSlot?.();
    }
  }
}

/** Waits for its turn, if that is near, and passes the breaker. */
async function enter(
  open: OpenGateway,
  turns: Turns,
  context: GateContext,
  signal: AbortSignal,
): Promise<{ kind: "entered"; domain: string | undefined; over: () => void } | Later> {
  const { clock } = context;
  const turn = await takeTurn(open, turns, context);
  if (turn.kind === "later") return turn;
  if (turn.ms > 0) await clock.sleep(turn.ms, signal);
  const over = open.breaker.admit(clock.now());
  return over === undefined
    ? { kind: "later", ms: Math.max(1, open.breaker.waitMs(clock.now())) }
    : { kind: "entered", domain: turn.domain, over };
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

/**
 * Waits for a turn by a gateway's rate alone: for a call that is no attempt of a batch's next email. False when that would take
 * longer than `patienceMs`.
 */
export async function awaitTurn(
  open: OpenGateway,
  { rates, clock }: Pick<GateContext, "rates" | "clock">,
  patienceMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  for (;;) {
    const rate = rateNow(open, clock.now());
    const ms = rate.effective === null ? 0 : await rates.reserve(open.id, rate);
    if (ms > patienceMs) return false;
    if (ms > 0) await clock.sleep(ms > HORIZON_MS ? ms - HORIZON_MS : ms, signal);
    if (ms <= HORIZON_MS) return true;
  }
}

/** Asked again when a place in the near future is to be had. */
function later(ms: number): Later {
  return { kind: "later", ms: ms - HORIZON_MS };
}
