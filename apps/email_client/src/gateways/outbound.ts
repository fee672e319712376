import { lookup as lookupSystem } from "node:dns/promises";
import { isIP } from "node:net";
import { type Clock, isPublicAddress, orAborted, systemClock } from "@mailwright/platform";
import { LRUCache } from "lru-cache";

/** One address of a host, as `dns.lookup` tells it. */
export interface HostAddress {
  address: string;
  family: number;
}

/** What a host came to when it was looked up. */
export type Vetted =
  | { kind: "found"; addresses: readonly [HostAddress, ...HostAddress[]] }
  /** One of its addresses is not public, and gateways have to be. */
  | { kind: "refused" }
  /** By `code`, such as ENOTFOUND. */
  | { kind: "unknown"; code: string };

/** Where gateways may be. */
export interface Outbound {
  /** True where any address will do, so that nobody has to look first. */
  readonly anywhere: boolean;
  /** Looks a host up, unless that was done a moment ago. `signal` ends the wait: then it is unknown. */
  vet(host: string, signal: AbortSignal): Promise<Vetted>;
}

export type Lookup = (host: string) => Promise<HostAddress[]>;

/** For how long a host is taken to be where it was, and for how long nobody asks again after one that is not known. */
const FRESH_MS = 10_000;
const UNKNOWN_MS = 1_000;
/** Hosts kept in memory. */
const CACHED = 1_000;
const TOO_LATE: Vetted = { kind: "unknown", code: "ETIMEOUT" };

interface Look {
  at: number;
  found: Promise<Vetted>;
  settled?: Vetted;
}

/** `allow` lets gateways be anywhere; `refuse` has them be at public addresses alone. */
export function createOutbound(
  privateGateways: "allow" | "refuse",
  clock: Clock,
  lookup: Lookup = (host) => lookupSystem(host, { all: true }),
): Outbound {
  const anywhere = privateGateways === "allow";
  const looks = new LRUCache<string, Look>({ max: CACHED });

  async function lookUp(host: string): Promise<Vetted> {
    try {
      const [first, ...others] = await addressesOf(host, lookup);
      if (first === undefined) return { kind: "unknown", code: "ENOTFOUND" };
      // Any of them could be the one that is connected to.
      return anywhere || [first, ...others].every(({ address }) => isPublicAddress(address))
        ? { kind: "found", addresses: [first, ...others] }
        : { kind: "refused" };
    } catch (error) {
      return { kind: "unknown", code: codeOf(error) };
    }
  }

  function look(host: string): Look {
    const made: Look = { at: clock.now(), found: lookUp(host) };
    void made.found.then((settled) => (made.settled = settled));
    looks.set(host, made);
    return made;
  }

  /** Absolute, for the clock may have been set back. */
  function isFresh({ at, settled }: Look): boolean {
    const age = Math.abs(clock.now() - at);
    return age < (settled?.kind === "unknown" ? UNKNOWN_MS : FRESH_MS);
  }

  return {
    anywhere,
    async vet(host, signal) {
      const known = looks.get(host);
      const { settled, found } = known !== undefined && isFresh(known) ? known : look(host);
      return settled ?? orAborted(found, signal).catch(() => TOO_LATE);
    },
  };
}

/** Any address will do, by the system's own lookup. */
export const ANYWHERE: Outbound = createOutbound("allow", systemClock);

async function addressesOf(host: string, lookup: Lookup): Promise<HostAddress[]> {
  const family = isIP(host);
  return family === 0 ? lookup(host) : [{ address: host, family }];
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "ENOTFOUND";
}

/** Why there is no connection to a host, for a person. */
export function whyRefused(host: string): string {
  return `${host} has no public address, which gateways need unless PRIVATE_GATEWAYS is “allow”`;
}
