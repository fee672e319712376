import { createShards, type Shard, shardsKey } from "./keys.ts";
import type { RedisClient } from "./open.ts";

/**
 * Holds this process to the number of shards that the journal was written in, for a batch is looked for in the shard that
 * its id falls into: with another number it would not be found, and count as lost. Throws when the number is another one
 * and the journal is not empty. Those who run already with the old number are not seen: they have to be stopped first.
 */
export async function requireShards(redis: RedisClient, shards: readonly Shard[]): Promise<void> {
  const standing = Number((await redis.get(shardsKey)) ?? shards.length);
  if (standing !== shards.length && (await holdsWork(redis, createShards(standing)))) {
    throw new Error(
      `REDIS_SHARDS is ${shards.length}, but the journal holds emails in ${standing}: let it run empty with REDIS_SHARDS=${standing} first`,
    );
  }
  await redis.set(shardsKey, shards.length);
}

async function holdsWork(redis: RedisClient, shards: readonly Shard[]): Promise<boolean> {
  const held = await Promise.all(
    shards.map(async ({ index, outbox }) => (await redis.hlen(index)) + (await redis.xlen(outbox))),
  );
  return held.some((count) => count > 0);
}
