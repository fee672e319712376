import { type Log, newId } from "@mailwright/platform";
import type { Pace } from "../pace.ts";
import type { RedisClock } from "../redis/clock.ts";
import { markKey, type Shard } from "../redis/keys.ts";
import type { RedisClient } from "../redis/open.ts";
import { defineScript } from "../redis/script.ts";
import beatLua from "./lua/beat.lua" with { type: "text" };
import { MARK_KEPT_S, type Marks } from "./marks.ts";

export interface ContinuityContext {
  redis: RedisClient;
  shards: readonly Shard[];
  marks: Marks;
  clock: RedisClock;
  log: Log;
  pace: Pick<Pace, "beatMs" | "hearingMs">;
}

type Beat = [answer: "open" | "hearing" | "lost", era: string, redisTimeMs: number];

/**
 * Hears Redis's time, and makes sure, a few times a second, that Redis still has what it acknowledged to this process.
 * A Redis that came back from a power cut or a copy, or a replica that took over, may be seconds older than what it
 * said: an email that was sent in those seconds would be queued again, and be sent again without anybody noticing.
 * Nothing is committed between a restart and the moment at which all processes have been heard; if one of them misses
 * something, the live batches are dropped.
 */
export function watchContinuity(context: ContinuityContext): AsyncDisposable {
  const { redis, shards, marks, clock, pace } = context;
  const stopping = new AbortController();
  const beat = beater(context);
  const watching = Promise.all(
    shards.map(async (shard) => {
      while (!stopping.signal.aborted) {
        await beat(shard);
        await clock.sleep(pace.beatMs, stopping.signal).catch(() => {});
      }
    }),
  );
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error("the process is stopping"));
      // Whoever has ended is not waited for when Redis is restarted next.
      const left = watching
        .then(() => Promise.all(shards.map(({ alive }) => redis.zrem(alive, marks.writer))))
        .catch(() => {});
      // A beat that waits for a Redis that is away ends with its connection.
      await Promise.race([left, clock.sleep(2 * pace.beatMs)]);
    },
  };
}

function beater({ redis, marks, shards, clock, log, pace }: ContinuityContext) {
  const run = defineScript<Beat>(redis, "mwBeat", beatLua);
  const eras = new Map(shards.map((shard) => [shard, ""]));
  return async (shard: Shard): Promise<void> => {
    const number = marks.next();
    const askedAt = clock.elapsed();
    try {
      const [answer, era, redisMs] = await run(
        [
          shard.continuity,
          markKey(shard, marks.writer),
          shard.index,
          shard.counts,
          shard.alive,
          shard.awaited,
          shard.lost,
        ],
        [
          marks.highest(shard),
          number,
          eras.get(shard) ?? "",
          newId(),
          pace.hearingMs,
          shard.name,
          MARK_KEPT_S,
          marks.writer,
        ],
      );
      // The nodes of a cluster have a clock each; one of them is followed.
      if (shard === shards[0]) clock.heard(redisMs, askedAt, clock.elapsed());
      marks.acknowledged(shard, number);
      eras.set(shard, era);
      if (answer === "lost") {
        log.error(
          { shard: shard.name },
          "Redis has lost what it had acknowledged; what it was working on is dropped, and web will hand it over again",
        );
      }
    } catch (error) {
      log.debug({ err: error }, "Redis could not be asked whether it has everything; asking again");
    }
  };
}
