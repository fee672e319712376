import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { ownRedis, until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { PACE } from "../pace.ts";
import { finished, send, setUp } from "../testing/client.ts";

/** Fewer than a process works on at once, so that it asks for more; or more, so that it asks for another when one fails. */
const [FEW, MANY] = [3, 12];
/** Asked of Redis for every attempt, and so low that most are still to be made when it refuses. */
const RATE = 10;
const MEASURED_MS = 2_000;
/** Of all the loops of a process together: each asks a few times a second, and for ten batches whether it is their turn. */
const MOST_A_SECOND = 200;

test.each([
  [
    "it is full",
    FEW,
    (redis: Redis) => redis.config("SET", "maxmemory", "1mb"),
    (redis: Redis) => redis.config("SET", "maxmemory", "0"),
  ],
  [
    "it has become a replica",
    MANY,
    (redis: Redis) => redis.replicaof("127.0.0.1", 1),
    (redis: Redis) => redis.replicaof("NO", "ONE"),
  ],
  [
    "rights were taken away",
    MANY,
    (redis: Redis) => redis.acl("SETUSER", "default", "-evalsha"),
    (redis: Redis) => redis.acl("SETUSER", "default", "+evalsha"),
  ],
])(
  "a Redis that refuses because %s is asked a few times a second, and all is sent once when that is over",
  async (_why, batches, strike, heal) => {
    const redis = await ownRedis();
    await using given = await setUp({ redis, pace: { ...PACE, parkMs: 500 } });
    const { calls, gateway, gatewayId, web } = given;
    await calls.patch({ gateways: [{ id: gatewayId, rate_per_second: RATE }] });
    // Taken up again and again: what a full Redis still does for a batch has its worker ask for more.
    const paused = newId();
    await calls.control(paused, "paused");
    const parked = await send(given, 2, {}, { campaign: paused });
    const handed = await Promise.all(Array.from({ length: batches }, () => send(given, 2)));
    await until(() => gateway.received.length > 0);
    const direct = new Redis(redis.url);
    await strike(direct);
    await Bun.sleep(500);
    const before = await scriptCalls(direct);
    await Bun.sleep(MEASURED_MS);
    const asked = (await scriptCalls(direct)) - before;
    await heal(direct);
    direct.disconnect();
    expect(asked / (MEASURED_MS / 1_000)).toBeLessThan(MOST_A_SECOND);
    await calls.control(paused, "running");
    handed.push(parked);
    const ends = await Promise.all(handed.map((each) => finished(given, each, 20_000)));
    expect(ends).toEqual(handed.map(() => ({ sent: 2 })));
    expect(gateway.accepted.toSorted()).toEqual(
      handed.flatMap(({ recipients }) => recipients.map(({ id }) => id)).toSorted(),
    );
    expect(web.gaps()).toEqual([]);
  },
  60_000,
);

/** How often Redis was asked to run a script, whether it did or refused. */
async function scriptCalls(redis: Redis): Promise<number> {
  const stats = await redis.info("commandstats");
  const counts = [...stats.matchAll(/^cmdstat_eval(?:sha)?:calls=(\d+),.*rejected_calls=(\d+)/gm)];
  return counts.reduce((sum, [, calls, rejected]) => sum + Number(calls) + Number(rejected), 0);
}
