import type { Redis } from "ioredis";
import { rateKey } from "../redis/keys.ts";
import { defineScript } from "../redis/script.ts";
import rateLua from "./rate.lua" with { type: "text" };

/** A rate for one gateway, shared by every worker on this Redis. */
export interface RateLimiter {
  /** Reserves one attempt and says how many milliseconds from now it may begin. */
  reserve(gateway: string, ratePerSecond: number): Promise<number>;
}

/** A worker that was idle may send this much of a second's attempts at once. */
const BURST_S = 0.1;

export function createRateLimiter(redis: Redis): RateLimiter {
  const run = defineScript<number>(redis, "mwRate", rateLua);
  return {
    async reserve(gateway, ratePerSecond) {
      const intervalUs = 1_000_000 / ratePerSecond;
      const waitUs = await run([rateKey(gateway)], [intervalUs, BURST_S * 1_000_000]);
      return Math.ceil(waitUs / 1000);
    },
  };
}
