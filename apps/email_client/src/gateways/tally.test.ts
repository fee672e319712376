import { expect, test } from "bun:test";
import { newId, silentLog } from "@mailwright/platform";
import { ManualClock, testRedis } from "@mailwright/testing";
import type { Redis } from "ioredis";
import { outcomesKey, slowdownKey } from "../redis/keys.ts";
import type { Outcome } from "./gateway.ts";
import { endOf, limitOf, NOT_SLOWED, readSlowdown, SLOWDOWN } from "./slowdown.ts";
import type { GatewayAllowance } from "./allowance.ts";
import { createTally } from "./tally.ts";

const TICK_MS = 1_000;
const ACCEPTED: Outcome = { kind: "accepted", messageId: "m" };
const THROTTLED: Outcome = { kind: "throttled", detail: "Too many." };
const DOMAIN_THROTTLED: Outcome = { ...THROTTLED, slowDown: "domain" };
const CLOSED: Outcome = { kind: "unavailable", detail: "421", slowDown: "gateway" };
const DOWN: Outcome = { kind: "unavailable", detail: "503" };

async function setUp(allowance: Partial<GatewayAllowance> = {}) {
  const stack = new AsyncDisposableStack();
  const { redis } = stack.use(await testRedis());
  const clock = new ManualClock();
  // A tally that is disposed of writes what it has, which is a tick that a test can wait for.
  const tick = async (outcomes: [address: string, Outcome, times: number][]) => {
    await using tally = createTally(redis, TICK_MS, clock, silentLog);
    for (const [address, outcome, times] of outcomes)
      for (let i = 0; i < times; i++) tally.record(gateway, address, outcome);
  };
  const gateway: GatewayAllowance = {
    id: newId(),
    ratePerSecond: null,
    domainRate: null,
    domainRates: new Map(),
    slowdown: NOT_SLOWED,
    ...allowance,
  };
  const now = await redisNow(redis);
  return {
    redis,
    clock,
    gateway,
    tick,
    slowdown: () => readSlowdown(redis, gateway.id, now),
    /** As if so much time had passed since it was slowed down last. */
    async age(field: string, ms: number) {
      const text = (await redis.hget(slowdownKey(gateway.id), field)) ?? "";
      const [limit, at, ceiling] = text.split(" ");
      const earlier = `${limit} ${Number(at) - ms} ${ceiling}`;
      await redis.hset(slowdownKey(gateway.id), field, earlier);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function redisNow(redis: Redis): Promise<number> {
  const [s] = await redis.time();
  return Number(s) * 1_000;
}

test("outcomes are counted by minute, written in one call a tick, and forgotten after an hour", async () => {
  await using given = await setUp();
  const { redis, clock, gateway, tick } = given;
  await tick([
    ["a@example.com", ACCEPTED, 40],
    ["b@example.org", DOWN, 2],
  ]);
  await tick([["a@example.com", ACCEPTED, 2]]);
  const key = outcomesKey(gateway.id, Math.floor(clock.now() / 60_000));
  expect(await redis.hgetall(key)).toEqual({ accepted: "42", unavailable: "2" });
  expect(await redis.ttl(key)).toBeGreaterThan(3_600);
  expect(await given.slowdown()).toEqual(NOT_SLOWED);
});

test("what a gateway was not asked for is not counted, nor does it slow the gateway down", async () => {
  await using given = await setUp();
  const busy: Outcome = { ...THROTTLED, unasked: true };
  await given.tick([
    ["a@example.com", busy, 100],
    ["a@example.com", ACCEPTED, 1],
  ]);
  const key = outcomesKey(given.gateway.id, Math.floor(given.clock.now() / 60_000));
  expect(await given.redis.hgetall(key)).toEqual({ accepted: "1" });
  expect(await given.slowdown()).toEqual(NOT_SLOWED);
});

test("a gateway that throttles is slowed down to half its rate, once for what was under way, and then again, down to a sixteenth", async () => {
  await using given = await setUp({ ratePerSecond: 100 });
  const limit = async () => (await given.slowdown()).all?.limit;
  await given.tick([["a@example.com", THROTTLED, 10]]);
  await given.tick([["a@example.com", THROTTLED, 10]]);
  expect(await limit()).toBe(50);
  await given.age("", SLOWDOWN.holdMs);
  await given.tick([["a@example.com", CLOSED, 10]]);
  // It had come back a little.
  expect(await limit()).toBeGreaterThan(25);
  expect(await limit()).toBeLessThan(27);
  for (let i = 0; i < 5; i++) {
    await given.age("", SLOWDOWN.holdMs);
    await given.tick([["a@example.com", THROTTLED, 10]]);
  }
  expect(await limit()).toBe(100 / 16);
  expect((await given.slowdown()).domains.size).toBe(0);
});

test("its rate comes back evenly, and then nothing is left of it", async () => {
  await using given = await setUp({ ratePerSecond: 100 });
  await given.tick([["a@example.com", THROTTLED, 10]]);
  const slowed = (await given.slowdown()).all!;
  expect(limitOf(slowed, slowed.at + SLOWDOWN.recoveryMs / 4)).toBe(75);
  expect(endOf(slowed)).toBe(slowed.at + SLOWDOWN.recoveryMs / 2);
  expect(limitOf(slowed, endOf(slowed))).toBeUndefined();
  // A clock that was set back does not slow it down further.
  expect(limitOf(slowed, slowed.at - 1_000_000)).toBe(50);
  const left = await given.redis.pttl(slowdownKey(given.gateway.id));
  expect(left).toBeGreaterThan(SLOWDOWN.recoveryMs - 10_000);
  expect(left).toBeLessThanOrEqual(SLOWDOWN.recoveryMs);
});

test("what is throttled for its recipient's domain slows down that domain alone, from its own rate", async () => {
  await using given = await setUp({
    ratePerSecond: 100,
    domainRate: 40,
    domainRates: new Map([["own.example.com", 8]]),
  });
  await given.tick([
    ["a@Example.org", DOMAIN_THROTTLED, 12],
    ["a@own.example.com", DOMAIN_THROTTLED, 10],
    ["a@example.net", ACCEPTED, 50],
  ]);
  const { all, domains } = await given.slowdown();
  expect(all).toBeUndefined();
  expect([...domains].map(([domain, { limit }]) => [domain, limit]).toSorted()).toEqual([
    ["example.org", 20],
    ["own.example.com", 4],
  ]);
});

test("of one without a rate, half of what it took is left, and slowed down it keeps what it had as its whole rate", async () => {
  await using given = await setUp();
  await given.tick([
    ["a@example.com", ACCEPTED, 100],
    ["a@example.com", THROTTLED, 60],
  ]);
  expect((await given.slowdown()).all).toMatchObject({ limit: 50, ceiling: 100 });
  await given.age("", SLOWDOWN.holdMs);
  await given.tick([["a@example.com", THROTTLED, 10]]);
  const { limit, ceiling } = (await given.slowdown()).all!;
  expect([Math.round(limit), ceiling]).toEqual([26, 100]);
});

test("a few throttled among many, and failures that say nothing of haste, slow down nothing", async () => {
  await using given = await setUp({ ratePerSecond: 100 });
  await given.tick([
    ["a@example.com", ACCEPTED, 95],
    ["a@example.com", THROTTLED, 5],
    ["b@example.org", DOWN, 50],
  ]);
  expect(await given.slowdown()).toEqual(NOT_SLOWED);
});

/** Ticks of one tally: what it sampled in one it still knows in the next. */
async function inTicks(
  { redis, clock, gateway }: Awaited<ReturnType<typeof setUp>>,
  ticks: number,
  outcomesOf: (tick: number) => Outcome[],
): Promise<void> {
  await using tally = createTally(redis, TICK_MS, clock, silentLog);
  for (let n = 0; n < ticks; n++) {
    for (const outcome of outcomesOf(n)) tally.record(gateway, "a@example.com", outcome);
    await clock.advance(TICK_MS);
  }
}

test("one in twenty-five that is throttled slows down nothing, however few attempts a second there are", async () => {
  await using given = await setUp();
  await inTicks(given, 250, (n) => [n % 25 === 0 ? THROTTLED : ACCEPTED]);
  expect(await given.slowdown()).toEqual(NOT_SLOWED);
});

test("what throttles one in four is slowed down once ten were throttled, over as many seconds as that takes", async () => {
  await using given = await setUp({ ratePerSecond: 4 });
  await inTicks(given, 9, () => [ACCEPTED, ACCEPTED, ACCEPTED, THROTTLED]);
  expect(await given.slowdown()).toEqual(NOT_SLOWED);
  await inTicks(given, 10, () => [ACCEPTED, ACCEPTED, ACCEPTED, THROTTLED]);
  expect((await given.slowdown()).all?.limit).toBe(2);
});
