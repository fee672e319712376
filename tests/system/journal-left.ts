import { batchKeys, controlKey, type Shard } from "@mailwright/email_client/redis/keys.ts";
import type { Cluster, Redis } from "ioredis";
import { directRedis, serversOf } from "./direct-redis.ts";
import type { Installation } from "./installation.ts";

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

export async function journalLeft(
  all: Pick<Installation, "redis" | "cluster" | "shards">,
): Promise<JournalLeft> {
  const direct = directRedis(all);
  try {
    const found: Record<string, number> = {};
    const add = (what: string, count: number) => {
      found[what] = (found[what] ?? 0) + count;
    };
    const emails: EmailLeft[] = [];
    let counted = false;
    for (const shard of all.shards) {
      const counts = await direct.hgetall(shard.counts);
      counted ||= Object.keys(counts).length > 0;
      for (const [of, count] of Object.entries(counts)) add(`counted as ${of}`, Number(count));
      add("indexed", await direct.hlen(shard.index));
      add("entries in the outbox", await direct.xlen(shard.outbox));
      const { recipients, records } = batchKeys(shard, "*");
      add("batches with recipients", await countKeys(direct, recipients));
      add("batches with records", await countKeys(direct, records));
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

async function countKeys(redis: Redis | Cluster, pattern: string): Promise<number> {
  const found = await Promise.all(serversOf(redis).map((server) => server.keys(pattern)));
  return found.flat().length;
}

async function emailsLeft(redis: Redis | Cluster, shard: Shard): Promise<EmailLeft[]> {
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
