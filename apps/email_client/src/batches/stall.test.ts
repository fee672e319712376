import { expect, test } from "bun:test";
import { ownRedis, type OwnServer, until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { startChild } from "../testing/child.ts";
import { callsTo, finished, send, setUp, type SetUp, SHORT_PACE } from "../testing/client.ts";

/** Four attempts of a batch of twelve are under way, and go on until they are released. */
async function underWay(given: Pick<SetUp, "calls" | "gateway" | "gatewayId">, redis: OwnServer) {
  const { gateway } = given;
  const released = Promise.withResolvers<void>();
  gateway.answer = async () => {
    await released.promise;
    return "accept" as const;
  };
  const handed = await send(given, 12);
  await until(() => gateway.received.length === 4);
  const direct = new Redis(redis.url);
  return {
    handed,
    release: released.resolve,
    /** How often its lock was found to have run out. */
    async stalls() {
      return Number(await direct.hget(`{mw-0}:queue:batches:${handed.batch}`, "stc"));
    },
    async claims() {
      return Number(await direct.hget(`{mw-0}:batch:${handed.batch}`, "fence"));
    },
    /** As if another process had had the batch, and had lost it. */
    async claimedElsewhere() {
      await direct.hincrby(`{mw-0}:batch:${handed.batch}`, "fence", 1);
      await direct.del(`{mw-0}:queue:batches:${handed.batch}:lock`);
    },
    [Symbol.dispose]: () => direct.disconnect(),
  };
}

const PATIENT = { concurrency: 4, attemptDeadlineMs: 60_000 };

test("a batch whose process is alone and stood still with Redis for longer than its lock goes on as if nothing had been", async () => {
  const redis = await ownRedis();
  await using given = await setUp({ redis, config: PATIENT });
  const { gateway, web } = given;
  using batch = await underWay(given, redis);
  process.kill(redis.pid, "SIGSTOP");
  await Bun.sleep(2 * SHORT_PACE.lockMs);
  process.kill(redis.pid, "SIGCONT");
  await until(async () => (await batch.stalls()) > 0);
  // Nor is the new lock lost.
  await Bun.sleep(3 * SHORT_PACE.lockMs);
  expect([await batch.stalls(), await batch.claims()]).toEqual([1, 1]);
  batch.release();
  expect(await finished(given, batch.handed, 20_000)).toEqual({ sent: 12 });
  expect(gateway.received).toHaveLength(12);
  expect(web.reports.filter(({ event }) => event === "INTERRUPTED")).toEqual([]);
}, 60_000);

test("the same when it is the process that stood still, for five seconds", async () => {
  const redis = await ownRedis();
  await using given = await setUp({ redis });
  const { gateway, gatewayId, web, client } = given;
  await client[Symbol.asyncDispose]();
  await using child = await startChild({
    REDIS_URL: redis.url,
    WEB_URL: web.url,
    SEND_CONCURRENCY: "4",
    ATTEMPT_DEADLINE_MS: "60000",
  });
  const calls = callsTo(child.url);
  using batch = await underWay({ calls, gateway, gatewayId }, redis);
  child.signal("SIGSTOP");
  await Bun.sleep(5_000);
  child.signal("SIGCONT");
  await until(async () => (await batch.stalls()) > 0);
  await Bun.sleep(4_500);
  expect([await batch.stalls(), await batch.claims()]).toEqual([1, 1]);
  batch.release();
  expect(await finished({ calls, web }, batch.handed, 20_000)).toEqual({ sent: 12 });
  expect(gateway.received).toHaveLength(12);
  expect(web.reports.filter(({ event }) => event === "INTERRUPTED")).toEqual([]);
}, 60_000);

test("a batch that another process had meanwhile is claimed anew once those attempts have ended, and by what they came to", async () => {
  const redis = await ownRedis();
  await using given = await setUp({ redis, config: PATIENT });
  const { gateway, web } = given;
  using batch = await underWay(given, redis);
  await batch.claimedElsewhere();
  await until(async () => (await batch.stalls()) === 1);
  batch.release();
  expect(await finished(given, batch.handed, 20_000)).toEqual({ sent: 12 });
  expect(await batch.claims()).toBe(3);
  expect(gateway.received).toHaveLength(12);
  expect(web.gaps()).toEqual([]);
}, 60_000);

test("a batch that is taken up again when its turn is over keeps its lock", async () => {
  const redis = await ownRedis();
  await using given = await setUp({ redis, config: PATIENT, pace: { turnMs: 500 } });
  const { gateway, web } = given;
  gateway.answer = async () => {
    await Bun.sleep(1_800);
    return "accept" as const;
  };
  const handed = await send(given, 12);
  await until(() => gateway.accepted.length >= 8, { timeoutMs: 30_000 });
  const direct = new Redis(redis.url);
  const stalls = await direct.hget(`{mw-0}:queue:batches:${handed.batch}`, "stc");
  direct.disconnect();
  expect(stalls).toBeNull();
  expect(await finished(given, handed, 20_000)).toEqual({ sent: 12 });
  expect(web.reports.filter(({ event }) => event === "INTERRUPTED")).toEqual([]);
}, 60_000);
