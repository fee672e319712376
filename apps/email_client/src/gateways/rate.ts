import { rateKey } from "../redis/keys.ts";
import type { RedisClient } from "../redis/open.ts";
import { defineScript } from "../redis/script.ts";
import type { Rate } from "./allowance.ts";
import rateLua from "./lua/rate.lua" with { type: "text" };

/**
 * The rates of a gateway, shared by every worker on this Redis: no more attempts in any window than the rate allows in
 * it, a tenth of a second's at once, and one. A rate that somebody changes begins anew at once.
 */
export interface RateLimiter {
  /**
   * Reserves one attempt and says how many milliseconds from now it may begin. An answer beyond HORIZON_MS reserved
   * nothing: ask again then.
   */
  reserve(gateway: string, rate: Rate): Promise<number>;
  /**
   * Reserves one attempt to the first of these domains whose turn it is by its own rate when it is the gateway's. Nobody
   * reserves ahead in a domain, so that its emails never keep back others.
   */
  reserveFor(gateway: string, rate: Rate, domains: readonly DomainRate[]): Promise<DomainTurn>;
}

export interface DomainRate {
  domain: string;
  rate: Rate;
}

export interface DomainTurn {
  /** Until the attempt may begin; beyond HORIZON_MS nothing was reserved, nor was any domain looked at. */
  waitMs: number;
  /** Whose turn it is; undefined when it is nobody's, and then nothing was reserved. */
  domain: string | undefined;
  /** Domains whose turn it is not, and how many milliseconds from now it may be. */
  outOfTurn: { of: DomainRate; ms: number }[];
}

/** A worker that was idle may send this much of a second's attempts at once. */
export const BURST_S = 0.1;

/** Nobody reserves further ahead: whoever waits for its turn holds a slot meanwhile. */
export const HORIZON_MS = 200;

export function createRateLimiter(redis: RedisClient): RateLimiter {
  const run = defineScript<number[]>(redis, "mwRate", rateLua);

  async function ask(gateway: string, rate: Rate, domains: readonly DomainRate[]) {
    const [waitUs = 0, chosen = 0, ...others] = await run(
      [
        rateKey(gateway, rate.configured),
        ...domains.map(({ domain, rate: { configured } }) => rateKey(gateway, configured, domain)),
      ],
      [
        BURST_S * 1_000_000,
        HORIZON_MS * 1_000,
        intervalUs(rate),
        ...domains.map(({ rate: ofDomain }) => intervalUs(ofDomain)),
      ],
    );
    return { waitMs: milliseconds(waitUs), chosen, others: others.map(milliseconds) };
  }

  return {
    reserve: async (gateway, rate) => (await ask(gateway, rate, [])).waitMs,
    async reserveFor(gateway, rate, domains) {
      const { waitMs, chosen, others } = await ask(gateway, rate, domains);
      const outOfTurn = others.map((ms, index) => ({ of: domains[index] as DomainRate, ms }));
      return { waitMs, domain: domains[chosen - 1]?.domain, outOfTurn };
    },
  };
}

function intervalUs({ effective }: Rate): number {
  return effective === null ? 0 : 1_000_000 / effective;
}

function milliseconds(us: number): number {
  return Math.ceil(us / 1000);
}
