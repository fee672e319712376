import type { Clock, Log } from "@mailwright/platform";
import type { Redis } from "ioredis";
import { readGateway } from "../settings/gateway-records.ts";
import type { Vault } from "../settings/vault.ts";
import { type Breaker, createBreaker } from "./breaker.ts";
import type { Gateway } from "./gateway.ts";
import { adapterOf } from "./kinds.ts";

/** A gateway that can be sent through now. */
export interface OpenGateway {
  id: string;
  gateway: Gateway;
  ratePerSecond: number | null;
  breaker: Breaker;
}

export interface GatewayRegistry {
  /** Undefined when there is no such gateway, or its secrets cannot be opened: nothing is failed for that, it waits. */
  get(id: string): Promise<OpenGateway | undefined>;
  breakerState(id: string): ReturnType<Breaker["state"]>;
  /** Forgets what is cached: the next attempt uses what was just saved. */
  refresh(): void;
}

/** How old a cached gateway may be: another worker's change of credentials or rate is obeyed within this time. */
const FRESH_MS = 500;

export function createGatewayRegistry(
  redis: Redis,
  vault: Vault,
  clock: Clock,
  log: Log,
): GatewayRegistry {
  const cache = new Map<
    string,
    { version: number; readAt: number; open: OpenGateway | undefined }
  >();
  const breakers = new Map<string, Breaker>();

  const breakerOf = (id: string) => {
    const breaker = breakers.get(id) ?? createBreaker();
    breakers.set(id, breaker);
    return breaker;
  };

  async function read(id: string): Promise<OpenGateway | undefined> {
    const record = await readGateway(redis, id);
    const cached = cache.get(id);
    if (record !== undefined && cached?.open !== undefined && cached.version === record.version) {
      cache.set(id, { ...cached, readAt: clock.now() });
      return cached.open;
    }
    const adapter = record && adapterOf(record.kind);
    const secrets = record && (await vault.open(id, record.sealed));
    if (record !== undefined && secrets === undefined) {
      log.error(
        { gateway: id },
        "the secrets of a gateway cannot be opened with CREDENTIALS_KEYS; its emails wait",
      );
    }
    // New credentials deserve a new trial.
    if (record !== undefined && cached !== undefined && cached.version !== record.version)
      breakers.delete(id);
    const open: OpenGateway | undefined = record &&
      adapter &&
      secrets && {
        id,
        gateway: adapter.open(record.settings, secrets),
        ratePerSecond: record.rate_per_second,
        breaker: breakerOf(id),
      };
    cache.set(id, { version: record?.version ?? 0, readAt: clock.now(), open });
    return open;
  }

  return {
    async get(id) {
      const cached = cache.get(id);
      if (cached !== undefined && clock.now() - cached.readAt < FRESH_MS) return cached.open;
      return read(id);
    },
    breakerState: (id) => breakers.get(id)?.state() ?? "closed",
    refresh: () => {
      for (const [id, cached] of cache)
        cache.set(id, { ...cached, readAt: Number.NEGATIVE_INFINITY });
    },
  };
}
