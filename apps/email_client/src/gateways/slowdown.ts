import { slowdownKey } from "../redis/keys.ts";
import type { RedisClient } from "../redis/open.ts";

/**
 * A gateway that throttles is slowed down as TCP is (additive increase, multiplicative decrease): its rate, or the one to
 * a single recipient domain, is halved, and comes back evenly. All workers share it.
 */
export const SLOWDOWN = {
  /**
   * Slows down when at least `throttled` attempts, and this share of the current sample, were throttled. A sample ends after
   * `sample` attempts. Judged by the share alone, a gateway that refuses one in twenty-five at random was slowed by one refusal
   * among a few attempts, then made fewer, and stayed at a sixteenth; of a hundred there are ten by chance once in a hundred
   * times.
   */
  throttled: 10,
  share: 0.1,
  sample: 100,
  /** Answers to attempts that were under way do not halve it once more. */
  holdMs: 3_000,
  /** From nothing to the whole rate. */
  recoveryMs: 120_000,
  /** However often it is halved, this part of the rate stays. */
  least: 1 / 16,
  /** What is taken for the rate of one that has none is what it took of one worker in a second, and not less than this. */
  leastRate: 20,
};

/** At `at` so many attempts a second were allowed, and since then more and more, up to `ceiling`. */
export interface Slowed {
  limit: number;
  at: number;
  ceiling: number;
}

/** What of a gateway is slowed down: everything, or emails to some domains. */
export interface Slowdown {
  all: Slowed | undefined;
  domains: ReadonlyMap<string, Slowed>;
}

export const NOT_SLOWED: Slowdown = { all: undefined, domains: new Map() };

/** The field of the hash that stands for all domains together. */
export const ALL = "";

export async function readSlowdown(
  redis: RedisClient,
  gateway: string,
  now: number,
): Promise<Slowdown> {
  const hash = await redis.hgetall(slowdownKey(gateway));
  const slowed = Object.entries(hash).flatMap(([field, text]): [string, Slowed][] => {
    const [limit = 0, at = 0, ceiling = 0] = text.split(" ").map(Number);
    const one = { limit, at, ceiling };
    return limitOf(one, now) === undefined ? [] : [[field, one]];
  });
  if (slowed.length === 0) return NOT_SLOWED;
  const domains = new Map(slowed);
  const all = domains.get(ALL);
  domains.delete(ALL);
  return { all, domains };
}

/** Attempts a second that are allowed now; undefined when it is over. */
export function limitOf({ limit, at, ceiling }: Slowed, now: number): number | undefined {
  const recovered = (Math.max(0, now - at) / SLOWDOWN.recoveryMs) * ceiling;
  return limit + recovered < ceiling ? limit + recovered : undefined;
}

/** When the whole rate is back, in milliseconds since the Unix epoch, if nothing more comes. */
export function endOf({ limit, at, ceiling }: Slowed): number {
  return Math.ceil(at + (1 - limit / ceiling) * SLOWDOWN.recoveryMs);
}
