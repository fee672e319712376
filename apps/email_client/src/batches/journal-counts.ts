import type { EmailState } from "@mailwright/email_machine";
import type { Shard } from "../redis/keys.ts";
import type { RedisClient } from "../redis/open.ts";

/** What the journal holds: its emails by state, all of them, and the reports that wait for web. */
export interface JournalCounts {
  states: Partial<Record<EmailState, number>>;
  emails: number;
  outbox: number;
}

/** Adds up what each shard keeps count of. */
export async function countJournal(
  redis: RedisClient,
  shards: readonly Shard[],
): Promise<JournalCounts> {
  const perShard = await Promise.all(
    shards.map(
      async (shard) => [await redis.hgetall(shard.counts), await redis.hlen(shard.index)] as const,
    ),
  );
  const total: JournalCounts = { states: {}, emails: 0, outbox: 0 };
  for (const [fields, emails] of perShard) {
    total.emails += emails;
    for (const [field, value] of Object.entries(fields)) {
      if (field === "outbox") total.outbox += Number(value);
      else if (Number(value) !== 0) {
        const state = field as EmailState;
        total.states[state] = (total.states[state] ?? 0) + Number(value);
      }
    }
  }
  return total;
}
