import { type Suppressed, SUPPRESSED_LIMIT, type SuppressedEmail } from "@mailwright/protocol";
import type { Shard } from "../redis/keys.ts";
import type { RedisClient } from "../redis/open.ts";
import type { JournalCommands } from "./journal-commands.ts";

/**
 * How long it is remembered of an email that is not here that it must not be attempted. A hand-over that read its recipients
 * before may still arrive, seconds later as a rule: a web that is frozen between the two is all that makes it longer.
 */
const ON_ITS_WAY_MS = 86_400_000;

/**
 * Refuses attempts of emails, by id and run, from `now` on, also if they come later; answers the batches of those here. At
 * most as many words are forgotten as a call may bring, so it takes no longer than twice the longest call.
 */
export async function suppress(
  scripts: JournalCommands,
  shards: readonly Shard[],
  emails: Suppressed["emails"],
  now: number,
): Promise<string[]> {
  const args = [
    now,
    now - ON_ITS_WAY_MS,
    SUPPRESSED_LIMIT,
    ...emails.flatMap(({ id, run, unbrought }) => [id, run, unbrought === true ? "unbrought" : ""]),
  ];
  const batches = await Promise.all(
    shards.map((shard) => scripts.suppress([shard.suppressed, shard.index], args)),
  );
  return batches.flat();
}

/** Whether one of these emails must not be attempted any more. */
export async function isSuppressed(
  redis: RedisClient,
  shard: Shard,
  emails: readonly SuppressedEmail[],
): Promise<boolean> {
  const members = emails.map(({ id, run }) => `${id} ${run}`);
  const since = await redis.zmscore(shard.suppressed, members);
  return since.some((each) => each !== null);
}
