import type { Redis } from "ioredis";
import { gatewaysKey } from "../redis/keys.ts";
import type { Sealed } from "./vault.ts";

/** A gateway as it stands in Redis. `version` changes with every change, so that a cached one is known to be old. */
export interface GatewayRecord {
  id: string;
  version: number;
  name: string;
  kind: string;
  settings: Record<string, string>;
  sealed: Sealed;
  rate_per_second: number | null;
  default: boolean;
}

export async function readGateways(redis: Redis): Promise<GatewayRecord[]> {
  const all = Object.values(await redis.hgetall(gatewaysKey)).map(
    (text) => JSON.parse(text) as GatewayRecord,
  );
  return all.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

export async function readGateway(redis: Redis, id: string): Promise<GatewayRecord | undefined> {
  const text = await redis.hget(gatewaysKey, id);
  return text === null ? undefined : (JSON.parse(text) as GatewayRecord);
}

/** Writes and removes gateways in one step: a change of several is made whole or not at all. */
export async function writeGateways(
  redis: Redis,
  changed: GatewayRecord[],
  removed: string[],
): Promise<void> {
  const step = redis.multi();
  for (const record of changed) step.hset(gatewaysKey, record.id, JSON.stringify(record));
  if (removed.length > 0) step.hdel(gatewaysKey, ...removed);
  await step.exec();
}
