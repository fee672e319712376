import type { EmailEvent } from "@mailwright/email_machine";
import { type Shard, shardOf, testimonyKey } from "../redis/keys.ts";
import type { RedisClient } from "../redis/open.ts";

/**
 * What a worker that lost its batch still knows. Its fence is stale, so it may not write; but when its attempt ends it
 * can say how, and the worker that has the batch now, which found the email in `sending`, asks here before it gives the
 * email up as uncertain. A worker that was killed leaves no testimony.
 */
export interface Testimonies {
  give(
    batch: string,
    email: string,
    run: number,
    attempt: number,
    event: EmailEvent,
  ): Promise<void>;
  /** The end of exactly this attempt, when somebody has told it. */
  hear(batch: string, email: string, run: number, attempt: number): Promise<EmailEvent | undefined>;
}

const TTL_S = 3_600;

const field = (email: string, run: number, attempt: number) => `${email}/${run}/${attempt}`;

export function createTestimonies(redis: RedisClient, shards: readonly Shard[]): Testimonies {
  const keyOf = (batch: string) => testimonyKey(shardOf(shards, batch), batch);
  return {
    async give(batch, email, run, attempt, event) {
      await redis
        .multi()
        .hset(keyOf(batch), field(email, run, attempt), JSON.stringify(event))
        .expire(keyOf(batch), TTL_S)
        .exec();
    },
    async hear(batch, email, run, attempt) {
      const text = await redis.hget(keyOf(batch), field(email, run, attempt));
      return text === null ? undefined : (JSON.parse(text) as EmailEvent);
    },
  };
}
