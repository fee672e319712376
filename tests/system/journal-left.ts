import {
  batchKeys,
  controlKey,
  createShards,
  type Shard,
} from "@mailwright/email_client/redis/keys.ts";
import { Redis } from "ioredis";
import type { Installation } from "./installation.ts";

/** An installation has one unless it is told otherwise. */
export const SHARDS = createShards(1);

/** What Redis holds of emails that are not over, in words; nothing when all of them are. */
export interface JournalLeft {
  left: string[];
  /** Of the emails that it holds, the first few. */
  emails: EmailLeft[];
  /** Whether the email client keeps count there at all: in a Redis where it has never been, nothing is left either. */
  counted: boolean;
}

export interface EmailLeft {
  id: string;
  campaign: string;
  /** How it stands there, and what its campaign may do there. */
  detail: string;
}

/** So many tell what all of them have. */
const FEW = 5;

export async function journalLeft({ redis }: Pick<Installation, "redis">): Promise<JournalLeft> {
  const direct = new Redis(redis.url);
  try {
    const found: Record<string, number> = {};
    const emails: EmailLeft[] = [];
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
      emails.push(...(await emailsLeft(direct, shard)));
    }
    const left = Object.entries(found)
      .filter(([, count]) => count !== 0)
      .map(([what, count]) => `${count} ${what}`);
    return { left, emails: emails.slice(0, FEW), counted };
  } finally {
    direct.disconnect();
  }
}

async function emailsLeft(redis: Redis, shard: Shard): Promise<EmailLeft[]> {
  const indexed = Object.entries(await redis.hgetall(shard.index)).slice(0, FEW);
  return Promise.all(
    indexed.map(async ([id, batch]) => {
      const { head, records } = batchKeys(shard, batch);
      const campaign = (await redis.hget(head, "campaign")) ?? "no campaign";
      const record = await redis.hget(records, id);
      const control = await redis.get(controlKey(shard, campaign));
      const detail = `Redis still has it in the batch ${batch} as ${record}, of a campaign that is ${control ?? "not controlled"}`;
      return { id, campaign, detail };
    }),
  );
}
