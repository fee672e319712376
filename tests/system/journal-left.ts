import { batchKeys, createShards } from "@mailwright/email_client/redis/keys.ts";
import { Redis } from "ioredis";
import type { Installation } from "./installation.ts";

/** An installation has one unless it is told otherwise. */
export const SHARDS = createShards(1);

/** What Redis holds of emails that are not over, in words; nothing when all of them are. */
export interface JournalLeft {
  left: string[];
  /** Whether the email client keeps count there at all: in a Redis where it has never been, nothing is left either. */
  counted: boolean;
}

export async function journalLeft({ redis }: Pick<Installation, "redis">): Promise<JournalLeft> {
  const direct = new Redis(redis.url);
  try {
    const found: Record<string, number> = {};
    let counted = true;
    for (const shard of SHARDS) {
      const counts = await direct.hgetall(shard.counts);
      counted &&= Object.keys(counts).length > 0;
      for (const [of, count] of Object.entries(counts)) found[`counted as ${of}`] = Number(count);
      found["indexed"] = await direct.hlen(shard.index);
      found["entries in the outbox"] = await direct.xlen(shard.outbox);
      const { recipients, records } = batchKeys(shard, "*");
      found["batches with recipients"] = (await direct.keys(recipients)).length;
      found["batches with records"] = (await direct.keys(records)).length;
    }
    const left = Object.entries(found)
      .filter(([, count]) => count !== 0)
      .map(([what, count]) => `${count} ${what}`);
    return { left, counted };
  } finally {
    direct.disconnect();
  }
}
