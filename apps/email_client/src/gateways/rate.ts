import { rateKey } from "../redis/keys.ts";
import type { RedisClient } from "../redis/open.ts";
import { defineScript } from "../redis/script.ts";
import rateLua from "./rate.lua" with { type: "text" };

/**
 * A rate for one gateway, shared by every worker on this Redis: no more attempts in any window than the rate allows in
 * it, a tenth of a second's at once, and one. A gateway whose rate is changed begins at the new one at once.
 */
export interface RateLimiter {
  /**
   * Reserves one attempt and says how many milliseconds from now it may begin. An answer beyond HORIZON_MS reserved
   * nothing: ask again then.
   */
  reserve(gateway: string, ratePerSecond: number): Promise<number>;
}

/** A worker that was idle may send this much of a second's attempts at once. */
export const BURST_S = 0.1;

/** Nobody reserves further ahead: whoever waits for its turn holds a slot meanwhile. */
export const HORIZON_MS = 200;

export function createRateLimiter(redis: RedisClient): RateLimiter {
  const run = defineScript<number>(redis, "mwRate", rateLua);
  return {
    async reserve(gateway, ratePerSecond) {
      const intervalUs = 1_000_000 / ratePerSecond;
      const waitUs = await run(
        [rateKey(gateway, ratePerSecond)],
        [intervalUs, BURST_S * 1_000_000, HORIZON_MS * 1_000],
      );
      return Math.ceil(waitUs / 1000);
    },
  };
}
