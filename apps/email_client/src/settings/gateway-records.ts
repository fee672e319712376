import { gatewaysKey } from "../redis/keys.ts";
import type { RedisClient } from "../redis/open.ts";
import { defineScript } from "../redis/script.ts";
import replaceLua from "./lua/replace.lua" with { type: "text" };
import type { Sealed } from "./vault.ts";

/** A gateway as it stands in Redis. `version` is a new id with every change, so that a cached one is known to be old. */
export interface GatewayRecord {
  id: string;
  version: string;
  name: string;
  kind: string;
  settings: Record<string, string>;
  sealed: Sealed;
  rate_per_second: number | null;
  /** To each recipient domain that has no rate of its own. Absent in records from before there was one. */
  domain_rate_per_second?: number | null;
  domain_rates?: Record<string, number>;
  default: boolean;
}

export async function readGateways(redis: RedisClient): Promise<GatewayRecord[]> {
  return recordsOf(await redis.hgetall(gatewaysKey));
}

export async function readGateway(
  redis: RedisClient,
  id: string,
): Promise<GatewayRecord | undefined> {
  const text = await redis.hget(gatewaysKey, id);
  return text === null ? undefined : (JSON.parse(text) as GatewayRecord);
}

/** What a change comes to: the records that are written and the ids that are removed, or a refusal. */
export type Change<Refusal> =
  { ok: true; changed: GatewayRecord[]; removed: string[] } | { ok: false; refusal: Refusal };

/**
 * Changes gateways, all that is to change or nothing. `change` is asked again when somebody else's change came between,
 * so it works on what really stands there; it gives undefined, or the refusal of the last time it was asked.
 */
export async function changeGateways<Refusal>(
  redis: RedisClient,
  change: (records: GatewayRecord[]) => Promise<Change<Refusal>>,
): Promise<Refusal | undefined> {
  const replace = defineScript<0 | 1>(redis, "mwReplaceGateways", replaceLua);
  for (;;) {
    const read = await redis.hgetall(gatewaysKey);
    const wanted = await change(recordsOf(read));
    if (!wanted.ok) return wanted.refusal;
    const { changed, removed } = wanted;
    const written = await replace(
      [gatewaysKey],
      [
        Object.keys(read).length,
        ...Object.entries(read).flat(),
        changed.length,
        ...changed.flatMap((record) => [record.id, JSON.stringify(record)]),
        ...removed,
      ],
    );
    if (written === 1) return undefined;
  }
}

function recordsOf(hash: Record<string, string>): GatewayRecord[] {
  return Object.values(hash)
    .map((text) => JSON.parse(text) as GatewayRecord)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
