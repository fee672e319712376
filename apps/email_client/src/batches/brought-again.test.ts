import { expect, test } from "bun:test";
import type { Batch } from "@mailwright/protocol";
import { until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { aGateway, finished, send, setUp, type SetUp } from "../testing/client.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** An email client whose gateway is slow, and a connection of the test's own to its Redis. */
async function setUpSlow(pace: { beatMs?: number } = {}) {
  await using stack = new AsyncDisposableStack();
  const given = stack.use(
    await setUp({ config: { concurrency: 4, attemptDeadlineMs: 500 }, pace }),
  );
  given.gateway.answer = async () => {
    await Bun.sleep(20);
    return "accept" as const;
  };
  const redis = stack.adopt(new Redis(given.redisUrl), (each) => each.disconnect());
  const owned = stack.move();
  return { ...given, redis, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Hands a batch over of which some are sent, and then has Redis lose every number that was written. */
async function sendAndLose({ redis, ...given }: SetUp & { redis: Redis }): Promise<Batch> {
  const handed = await send(given, 200);
  await until(() => given.web.reports.some(({ state }) => state === "sent"));
  await redis.del(...(await redis.keys("*:mark:*")));
  await until(async () => (await given.calls.batch(handed.batch)) === undefined);
  return handed;
}

/** What is kept for an hour is gone, and what has a time is an hour older. */
async function anHourPasses(redis: Redis): Promise<void> {
  for (const key of await redis.keys("{mw-0}:*")) {
    const ttl = await redis.pttl(key);
    if (ttl > 0 && ttl <= HOUR_MS) await redis.del(key);
  }
  if ((await redis.exists("{mw-0}:lost")) === 1) await redis.decrby("{mw-0}:lost", HOUR_MS);
}

test("in a new installation a batch that is brought again is sent like any other", async () => {
  await using given = await setUpSlow();
  await send(given, 1);
  const again = { again: true, since_first_ms: 15_000 };
  const brought = await until(() => send(given, 5, {}, again).catch(() => undefined));
  expect(await finished(given, brought)).toEqual({ sent: 5 });
});

async function expectTriedOnce(given: SetUp, handed: Batch): Promise<void> {
  const { gateway } = given;
  expect(await finished(given, handed, 40_000)).toHaveProperty("uncertain");
  expect(new Set(gateway.received.map(({ key }) => key)).size).toBe(gateway.received.length);
}

test("a batch that was brought before Redis lost anything is asked after when it is brought again, however much later that is", async () => {
  await using given = await setUpSlow();
  const { calls, redis } = given;
  const handed = await sendAndLose(given);
  await anHourPasses(redis);
  expect(await calls.post({ ...handed, again: true, since_first_ms: 65 * MINUTE_MS })).toBe(202);
  await expectTriedOnce(given, handed);
});

test("one that was brought for the first time after that is sent, however soon it is brought again", async () => {
  await using given = await setUpSlow();
  const { redis } = given;
  await sendAndLose(given);
  await redis.decrby("{mw-0}:lost", 10 * MINUTE_MS);
  const later = await send(given, 20, {}, { again: true, since_first_ms: 5 * MINUTE_MS });
  expect(await finished(given, later)).toEqual({ sent: 20 });
});

test("one of which a web of before does not say when it was brought first is asked after for an hour", async () => {
  await using given = await setUpSlow();
  const { redis } = given;
  await sendAndLose(given);
  await redis.decrby("{mw-0}:lost", 59 * MINUTE_MS);
  const within = await send(given, 5, {}, { again: true });
  expect(await finished(given, within)).toEqual({ uncertain: 5 });
  await redis.decrby("{mw-0}:lost", 10 * MINUTE_MS);
  const later = await send(given, 5, {}, { again: true });
  expect(await finished(given, later)).toEqual({ sent: 5 });
});

test("that an email client of before noted a loss counts for as long as it noted it", async () => {
  await using given = await setUpSlow();
  await given.redis.set("{mw-0}:lost", 1, "EX", 3_600);
  const handed = await send(given, 5, {}, { again: true, since_first_ms: 1 });
  expect(await finished(given, handed)).toEqual({ uncertain: 5 });
});

test("a Redis that was emptied has lost something, also where a new batch comes before anybody has noticed", async () => {
  await using given = await setUpSlow({ beatMs: 2_000 });
  const { calls, gateway, gatewayId, redis } = given;
  const handed = await send(given, 200);
  const { batch, campaign, recipients } = handed;
  await until(() => given.web.reports.some(({ state }) => state === "sent"));
  const heard = () => redis.zrange("{mw-0}:alive", 0, "-1", "WITHSCORES");
  const before = await heard();
  await until(async () => String(await heard()) !== String(before));
  await redis.flushdb();
  await calls.patch({ gateways: [aGateway(gatewayId, gateway.url)] });
  await until(() => send(given, 1).then(Boolean, () => false));
  const again = { batch, campaign, recipients, again: true, since_first_ms: 15_000 };
  await until(() => send(given, 0, {}, again).then(Boolean, () => false));
  await expectTriedOnce(given, handed);
});
