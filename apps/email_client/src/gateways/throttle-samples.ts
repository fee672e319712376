import { LRUCache } from "lru-cache";
import { type GatewayAllowance, rateOfDomain } from "./allowance.ts";
import { ALL, SLOWDOWN } from "./slowdown.ts";

/** What attempts came to, of a gateway or of one of its recipient domains. */
export interface Attempts {
  made: number;
  accepted: number;
  throttled: number;
}

/** A gateway that throttles, or one of its domains, and the rate that is to be halved. */
export interface Throttling {
  /** `ALL` for the gateway. */
  domain: string;
  /** Emails a second: the one that somebody has set, else what was accepted. */
  rate: number;
  isSet: boolean;
}

/** Samples of attempts, over as many ticks as each takes: one second's few attempts say nothing (`SLOWDOWN`). */
export interface ThrottleSamples {
  /** Adds what the attempts of a tick came to, by domain and of all, and answers what throttles by now. */
  judge(gateway: GatewayAllowance, ofTick: ReadonlyMap<string, Attempts>): Throttling[];
}

interface Sample extends Attempts {
  /** Ticks in which there were attempts. */
  ticks: number;
}

/** Samples under way in one process. */
const MOST = 10_000;

export function createThrottleSamples(tickMs: number): ThrottleSamples {
  /** By gateway and domain. A domain is in it only while something of it was throttled. */
  const samples = new LRUCache<string, Sample>({ max: MOST });

  return {
    judge(gateway, ofTick) {
      return [...ofTick].flatMap(([domain, attempts]) => {
        const name = `${gateway.id} ${domain}`;
        const sample = added(samples.get(name), attempts);
        const isThrottling = throttles(sample);
        if (!isThrottling && goesOn(domain, sample)) samples.set(name, sample);
        else samples.delete(name);
        if (!isThrottling) return [];
        const set = domain === ALL ? gateway.ratePerSecond : rateOfDomain(gateway, domain);
        return [{ domain, rate: set ?? acceptedPerSecond(sample), isSet: set !== null }];
      });
    },
  };

  function acceptedPerSecond({ accepted, ticks }: Sample): number {
    return Math.max((accepted / (ticks * tickMs)) * 1_000, SLOWDOWN.leastRate);
  }
}

function throttles({ made, throttled }: Sample): boolean {
  return throttled >= SLOWDOWN.throttled && throttled >= made * SLOWDOWN.share;
}

function goesOn(domain: string, { made, throttled }: Sample): boolean {
  return made < SLOWDOWN.sample && (domain === ALL || throttled > 0);
}

function added(sample: Sample | undefined, { made, accepted, throttled }: Attempts): Sample {
  return {
    made: (sample?.made ?? 0) + made,
    accepted: (sample?.accepted ?? 0) + accepted,
    throttled: (sample?.throttled ?? 0) + throttled,
    ticks: (sample?.ticks ?? 0) + 1,
  };
}
