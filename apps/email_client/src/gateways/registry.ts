import {
  type Clock,
  createFairSemaphore,
  type FairSemaphore,
  type Log,
} from "@mailwright/platform";
import { ROUTE } from "@mailwright/protocol";
import { LRUCache } from "lru-cache";
import type { Verp } from "../bounces/verp.ts";
import type { RedisClient } from "../redis/open.ts";
import { type GatewayRecord, readGateway } from "../settings/gateway-records.ts";
import type { Vault } from "../settings/vault.ts";
import type { Allowance, GatewayAllowance } from "./allowance.ts";
import { type Breaker, createBreaker } from "./breaker.ts";
import type { Gateway, ReturnPath } from "./gateway.ts";
import { adapterOf, isComplete } from "./kinds.ts";
import type { Outbound } from "./outbound.ts";
import { publicOnly } from "./public-only.ts";
import { type Member, membersOf } from "./route.ts";
import { hostOf } from "./server-address.ts";
import { readSlowdown, type Slowdown } from "./slowdown.ts";
import { refusingUnsafe } from "./unsafe-message.ts";

/** A gateway that can be sent through now. */
export interface OpenGateway extends GatewayAllowance {
  version: string;
  kind: string;
  name: string;
  gateway: Gateway;
  /** For how long the service knows a repeated key again; undefined where it knows none. */
  repeatWindowMs: number | undefined;
  breaker: Breaker;
  /**
   * Where it makes only so many attempts at once, a place for each of them, which campaigns share. They are the same under new
   * settings, so that what is under way under the old ones counts.
   */
  places: FairSemaphore | undefined;
}

/** One that an attempt may go through, and its share of them. */
export interface Choice {
  open: OpenGateway;
  weight: number;
}

export interface GatewayRegistry extends Disposable {
  /**
   * Undefined when there is no such gateway, it lacks a setting, or its secrets cannot be opened: nothing is failed for
   * that, it waits. While Redis does not answer, what was read last holds. A route is none.
   */
  get(id: string): Promise<OpenGateway | undefined>;
  /** What an attempt through this gateway or route may go through: itself, or those of the route that can be used. */
  through(id: string): Promise<Choice[]>;
  isRoute(id: string): Promise<boolean>;
  breakerState(id: string): ReturnType<Breaker["state"]>;
  /** Forgets what is cached: the next attempt uses what was just saved. */
  refresh(): void;
}

/** How old a cached gateway may be: another worker's change of credentials or rate is obeyed within this time. */
const FRESH_MS = 500;
/** Gateways kept in memory, those that do not exist included. */
const CACHED = 1_000;

interface Cached {
  version: string | undefined;
  readAt: number;
  /** Or the gateways of a route, or the sentence that says why it cannot be used. */
  open: OpenGateway | Member[] | string;
}

export function createGatewayRegistry(
  redis: RedisClient,
  vault: Vault,
  clock: Clock,
  log: Log,
  verp: Verp,
  outbound: Outbound,
): GatewayRegistry {
  const cache = new LRUCache<string, Cached>({ max: CACHED });
  const breakers = new Map<string, Breaker>();
  const places = new Map<string, FairSemaphore>();
  /** By gateway. Whoever asks meanwhile gets the same: of two that were opened, each would hold connections of its own. */
  const reading = new Map<string, Promise<Cached>>();

  async function read(id: string, cached: Cached | undefined): Promise<Cached> {
    const [record, slowdown] = await Promise.all([
      readGateway(redis, id),
      readSlowdown(redis, id, clock.now()),
    ]);
    const readAt = clock.now();
    if (cached !== undefined && cached.version === record?.version) {
      if (isOpen(cached.open)) cached.open.slowdown = slowdown;
      return { ...cached, readAt };
    }
    if (cached?.version !== undefined) {
      // New credentials deserve a new trial.
      breakers.delete(id);
      closeOpen(cached);
    }
    // Anybody may ask for one that does not exist, by the door of the webhooks: that is no error of this installation.
    const open = record === undefined ? "it does not exist" : await openRecord(record, slowdown);
    if (record !== undefined && typeof open === "string")
      log.error({ gateway: id, why: open }, "a gateway cannot be used");
    return { version: record?.version, readAt, open };
  }

  async function openRecord(record: GatewayRecord, slowdown: Slowdown): Promise<Cached["open"]> {
    if (record.kind === ROUTE) return membersOf(record.settings);
    const { id, version, kind, name, settings, sealed } = record;
    const adapter = adapterOf(kind);
    if (adapter === undefined) return "its kind is not known";
    if (!isComplete(adapter, settings, Object.keys(sealed.fields))) return "a setting is missing";
    const secrets = await vault.open(id, sealed);
    if (secrets === undefined) return "its secrets cannot be opened with CREDENTIALS_KEYS";
    const breaker = breakers.get(id) ?? createBreaker();
    breakers.set(id, breaker);
    const returnPath: ReturnPath = (address, key) => verp.address(address, id, key);
    const opened = adapter.open({ settings, secrets, clock, returnPath, outbound });
    const [server] = adapter.servers(settings);
    const isHeld = outbound.anywhere || adapter.pins || server === undefined;
    const gateway = refusingUnsafe(
      isHeld ? opened : publicOnly(opened, hostOf(server.address), outbound),
    );
    const { idempotency } = adapter.capabilities;
    const repeatWindowMs = idempotency === "none" ? undefined : idempotency.windowS * 1_000;
    const allowance = allowanceOf(record, slowdown);
    return {
      id,
      version,
      kind,
      name,
      gateway,
      repeatWindowMs,
      breaker,
      places: gateway.atOnce === undefined ? undefined : placesOf(id, gateway.atOnce),
      ...allowance,
    };
  }

  function placesOf(id: string, atOnce: number): FairSemaphore {
    const known = places.get(id) ?? createFairSemaphore(atOnce);
    places.set(id, known);
    return known;
  }

  /** What does not exist is not kept: a thousand made-up ids would push out the gateways that there are. */
  function remember(id: string, fresh: Cached): void {
    if (fresh.version === undefined) {
      cache.delete(id);
      places.delete(id);
      return;
    }
    cache.set(id, fresh);
    // Not where it is opened: of two reads at once the older one may end last.
    if (isOpen(fresh.open)) fresh.open.places?.resize(fresh.open.gateway.atOnce as number);
  }

  function readOnce(id: string, cached: Cached | undefined): Promise<Cached> {
    const underWay = reading.get(id);
    if (underWay !== undefined) return underWay;
    const isLast = () => reading.get(id) === begun;
    const begun: Promise<Cached> = read(id, cached)
      .then((fresh) => {
        if (isLast()) remember(id, fresh);
        else if (fresh.open !== cached?.open) closeOpen(fresh);
        return fresh;
      })
      .finally(() => {
        if (isLast()) reading.delete(id);
      });
    reading.set(id, begun);
    return begun;
  }

  async function look(id: string): Promise<Cached["open"]> {
    let cached = cache.get(id);
    // The clock may have been set back.
    const isFresh = cached !== undefined && Math.abs(clock.now() - cached.readAt) < FRESH_MS;
    if (cached === undefined || !isFresh) {
      try {
        cached = await readOnce(id, cached);
      } catch (error) {
        if (cached === undefined) throw error;
      }
    }
    return cached.open;
  }

  async function get(id: string): Promise<OpenGateway | undefined> {
    const open = await look(id);
    return isOpen(open) ? open : undefined;
  }

  function breakerState(id: string): ReturnType<Breaker["state"]> {
    const members = cache.peek(id)?.open;
    if (!Array.isArray(members)) return breakers.get(id)?.state() ?? "closed";
    const states = members.map(({ gateway }) => breakerState(gateway));
    if (states.length === 0 || states.includes("closed")) return "closed";
    return states.includes("half-open") ? "half-open" : "open";
  }

  return {
    get,
    async through(id) {
      const open = await look(id);
      if (typeof open === "string") return [];
      if (isOpen(open)) return [{ open, weight: 1 }];
      const members = await Promise.all(
        open.map(async ({ gateway, weight }) => ({ open: await get(gateway), weight })),
      );
      return members.filter((member): member is Choice => member.open !== undefined);
    },
    isRoute: async (id) => Array.isArray(await look(id)),
    breakerState,
    refresh() {
      // What is being read may be from before that.
      reading.clear();
      for (const cached of cache.values()) cached.readAt = Number.NEGATIVE_INFINITY;
    },
    [Symbol.dispose]() {
      for (const cached of cache.values()) closeOpen(cached);
    },
  };
}

function allowanceOf({ rate_per_second, ...record }: GatewayRecord, slowdown: Slowdown): Allowance {
  return {
    slowdown,
    ratePerSecond: rate_per_second,
    domainRate: record.domain_rate_per_second ?? null,
    domainRates: new Map(Object.entries(record.domain_rates ?? {})),
  };
}

function isOpen(open: Cached["open"]): open is OpenGateway {
  return typeof open !== "string" && !Array.isArray(open);
}

function closeOpen({ open }: Cached): void {
  if (isOpen(open)) open.gateway.close?.();
}
