import type { Clock, Log } from "@mailwright/platform";
import { outcomesKey, slowdownKey } from "../redis/keys.ts";
import type { RedisClient } from "../redis/open.ts";
import { defineScript } from "../redis/script.ts";
import { domainOf, type GatewayAllowance } from "./allowance.ts";
import { isUnasked, type Outcome, type ThrottleScope } from "./gateway.ts";
import { ALL, SLOWDOWN } from "./slowdown.ts";
import { type Attempts, createThrottleSamples, type Throttling } from "./throttle-samples.ts";
import tallyLua from "./lua/tally.lua" with { type: "text" };

/** A gateway's outcomes are kept for an hour and the minute under way. */
export const KEPT_MINUTES = 61;

/**
 * Counts what attempts come to and writes it to Redis once a tick, in one call for each gateway that was used in it.
 * It serves to be looked at and to slow down: a process that is killed takes its last tick along, and a call that was
 * carried out without an answer counts twice.
 */
export interface Tally extends AsyncDisposable {
  /** One for which the service was not asked says nothing of it. */
  record(gateway: GatewayAllowance, recipient: string, outcome: Outcome): void;
}

interface Counts {
  gateway: GatewayAllowance;
  outcomes: Map<Outcome["kind"], number>;
  /** By recipient domain, and of all. */
  attempts: Map<string, Attempts>;
}

export function createTally(redis: RedisClient, tickMs: number, clock: Clock, log: Log): Tally {
  const write = defineScript<number>(redis, "mwTally", tallyLua);
  const stopping = new AbortController();
  let tick = new Map<string, Counts>();
  const samples = createThrottleSamples(tickMs);

  async function flush(): Promise<void> {
    const counted = tick;
    tick = new Map();
    const minute = Math.floor(clock.now() / 60_000);
    for (const { gateway, outcomes, attempts } of counted.values()) {
      const { holdMs, recoveryMs, least } = SLOWDOWN;
      await write(
        [outcomesKey(gateway.id, minute), slowdownKey(gateway.id)],
        [
          KEPT_MINUTES * 60,
          holdMs,
          recoveryMs,
          least,
          outcomes.size,
          ...[...outcomes].flat(),
          ...samples.judge(gateway, attempts).flatMap(rateToHalve),
        ],
      ).catch((error: unknown) =>
        log.warn({ err: error }, "what attempts came to in the last moments is not counted"),
      );
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(tickMs, stopping.signal).catch(() => {});
      await flush();
    }
    // What was counted while the last tick was written.
    await flush();
  }
  const running = run();

  return {
    record(gateway, recipient, outcome) {
      if (isUnasked(outcome)) return;
      const counts = tick.get(gateway.id) ?? { gateway, outcomes: new Map(), attempts: new Map() };
      tick.set(gateway.id, counts);
      counts.gateway = gateway;
      counts.outcomes.set(outcome.kind, (counts.outcomes.get(outcome.kind) ?? 0) + 1);
      count(counts.attempts, ALL, outcome, "gateway");
      count(counts.attempts, domainOf(recipient), outcome, "domain");
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      // Not waited for without end: should Redis be away, the last write never comes back.
      await Promise.race([running, clock.sleep(tickMs)]);
    },
  };
}

function count(
  attempts: Map<string, Attempts>,
  key: string,
  outcome: Outcome,
  scope: ThrottleScope,
): void {
  const counted = attempts.get(key) ?? { made: 0, accepted: 0, throttled: 0 };
  counted.made++;
  if (outcome.kind === "accepted") counted.accepted++;
  else if (slowDownBy(outcome) === scope) counted.throttled++;
  attempts.set(key, counted);
}

function slowDownBy(outcome: Outcome): ThrottleScope | undefined {
  if (outcome.kind === "throttled") return outcome.slowDown ?? "gateway";
  return outcome.kind === "unavailable" ? outcome.slowDown : undefined;
}

/** As the script wants it. */
function rateToHalve({ domain, rate, isSet }: Throttling): [string, number, 0 | 1] {
  return [domain, rate, isSet ? 1 : 0];
}
