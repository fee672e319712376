import { batchKeys, campaignKey, type Shard } from "../redis/keys.ts";
import type { RedisClient } from "../redis/open.ts";
import { defineScript } from "../redis/script.ts";
import acknowledgeLua from "./lua/acknowledge.lua" with { type: "text" };
import forgetDeadLua from "./lua/forget-dead.lua" with { type: "text" };
import leaveLua from "./lua/leave.lua" with { type: "text" };

/** One commit's reports as they lie in the outbox, and which emails of which batches ended in it. */
export interface OutboxEntry {
  id: string;
  /** How many reports it holds. */
  count: number;
  /** A JSON array of them. They go to web as they stand: reading and writing them again would cost 5 µs an email. */
  reports: string;
  ends: [batch: string, campaign: string, emails: string[]][];
}

/** One shard's outbox, read as a member of the consumer group: what one reporter has in hand no other is given. */
export interface Outbox {
  /** New entries, waiting up to `blockMs` for the first; [] when there are none. */
  next(blockMs: number): Promise<OutboxEntry[]>;
  /** A sign of life: what is in hand is not abandoned. */
  keep(entries: OutboxEntry[]): Promise<void>;
  /**
   * Entries that another reporter took, and of which there was no sign of life for `idleMs`: it has died. Reporters that
   * died with nothing in hand are forgotten.
   */
  abandoned(idleMs: number): Promise<OutboxEntry[]>;
  /** Web has them: takes them out and forgets the emails that ended in them. */
  acknowledge(entries: OutboxEntry[]): Promise<void>;
  /** Signs off. What is still in hand counts as abandoned at once. */
  leave(): Promise<void>;
}

const GROUP = "reporters";
/** Entries read at once; each holds the reports of one commit, 500 at the most and some 30 when all are busy. */
const ENTRIES = 100;
/** How long the name of a finished batch is kept, so that a late repetition of it is recognised. */
const REMEMBER_S = 7 * 86_400;
/** A reporter with nothing in hand is forgotten after this many times as long as one with something. */
const FORGOTTEN_AFTER = 100;

export function createOutbox(
  blocking: RedisClient,
  redis: RedisClient,
  shard: Shard,
  consumer: string,
): Outbox {
  const acknowledge = defineScript<number>(redis, "mwAcknowledge", acknowledgeLua);
  const forgetDead = defineScript<number>(redis, "mwForgetDead", forgetDeadLua);
  const leave = defineScript<number>(redis, "mwLeave", leaveLua);
  let group: Promise<unknown> | undefined;

  /** A Redis that lost its data lost the group too, so it is made whenever it is missing. */
  async function inGroup<T>(read: () => Promise<T>): Promise<T> {
    group ??= redis.xgroup("CREATE", shard.outbox, GROUP, "0", "MKSTREAM").catch((error: Error) => {
      if (!error.message.startsWith("BUSYGROUP")) throw error;
    });
    try {
      await group;
      return await read();
    } catch (error) {
      group = undefined;
      throw error;
    }
  }

  return {
    next: (blockMs) =>
      inGroup(async () => {
        const streams = await blocking.xreadgroup(
          "GROUP",
          GROUP,
          consumer,
          "COUNT",
          ENTRIES,
          "BLOCK",
          blockMs,
          "STREAMS",
          shard.outbox,
          ">",
        );
        return parseEntries((streams?.[0] as [string, RawEntry[]] | undefined)?.[1] ?? []);
      }),
    async keep(entries) {
      const ids = entries.map(({ id }) => id);
      if (ids.length > 0)
        await redis.call("xclaim", shard.outbox, GROUP, consumer, 0, ...ids, "JUSTID");
    },
    abandoned: (idleMs) =>
      inGroup(async () => {
        await forgetDead([shard.outbox], [GROUP, idleMs * FORGOTTEN_AFTER]);
        const [, entries] = (await redis.xautoclaim(
          shard.outbox,
          GROUP,
          consumer,
          idleMs,
          "0",
          "COUNT",
          ENTRIES,
        )) as [string, RawEntry[]];
        return parseEntries(entries);
      }),
    async acknowledge(entries) {
      await Promise.all(
        entries.map(({ id, count, ends }) =>
          acknowledge(
            [
              shard.outbox,
              shard.counts,
              shard.index,
              ...ends.flatMap(([batch, campaign]) => {
                const { head, recipients, records } = batchKeys(shard, batch);
                return [head, recipients, records, campaignKey(shard, campaign)];
              }),
            ],
            [
              GROUP,
              id,
              count,
              REMEMBER_S,
              ...ends.flatMap(([batch, , emails]) => [batch, emails.length, ...emails]),
            ],
          ),
        ),
      );
    },
    async leave() {
      await leave([shard.outbox], [GROUP, consumer]);
    },
  };
}

type RawEntry = [id: string, fields: string[]];

function parseEntries(raw: RawEntry[]): OutboxEntry[] {
  return raw.map(([id, fields]) => {
    const [, count = "0", , reports = "[]", , endings = "[]"] = fields;
    const ends: unknown = JSON.parse(endings);
    return {
      id,
      count: Number(count),
      reports,
      // Lua writes an empty list as an empty object.
      ends: Array.isArray(ends) ? (ends as OutboxEntry["ends"]) : [],
    };
  });
}
