import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { testRedis } from "@mailwright/testing";
import { Redis } from "ioredis";
import type { Rate } from "./allowance.ts";
import { BURST_S, createRateLimiter, HORIZON_MS } from "./rate.ts";

const per = (rate: number | null): Rate => ({ configured: rate, effective: rate });

/** Asks as a worker does, until `count` attempts were admitted; the answer is when each might begin, on Redis's clock. */
async function beginnings(redis: Redis, gateway: string, rate: number, count: number) {
  const limiter = createRateLimiter(redis);
  const begun: number[] = [];
  while (begun.length < count) {
    const before = await redisNow(redis);
    const turn = await limiter.reserve(gateway, per(rate));
    if (turn <= HORIZON_MS) begun.push(before + turn);
    await Bun.sleep(Math.max(0, turn - HORIZON_MS / 2));
  }
  return begun;
}

async function redisNow(redis: Redis): Promise<number> {
  const [s, us] = await redis.time();
  return Number(s) * 1_000 + Number(us) / 1_000;
}

/** The most beginnings in any window of so many milliseconds. */
function mostIn(windowMs: number, begun: number[]): number {
  const sorted = begun.toSorted((a, b) => a - b);
  return Math.max(
    ...sorted.map((from) => sorted.filter((at) => at >= from && at < from + windowMs).length),
  );
}

test("two connections together never go above the rate in any window, and come close to it", async () => {
  await using given = await testRedis();
  const second = new Redis(given.url);
  const gateway = newId();
  const rate = 200;
  const begun = (
    await Promise.all([
      beginnings(given.redis, gateway, rate, 120),
      beginnings(second, gateway, rate, 120),
    ])
  ).flat();
  second.disconnect();
  // What was measured before the call, and the rounding to whole milliseconds, blur the edges of a window.
  const blurMs = 10;
  for (const windowMs of [50, 100, 250, 500, 1_000]) {
    const allowed = (rate * (windowMs + blurMs)) / 1_000 + rate * BURST_S + 1;
    expect(mostIn(windowMs, begun)).toBeLessThanOrEqual(allowed);
  }
  const seconds = (Math.max(...begun) - Math.min(...begun)) / 1_000;
  expect(begun.length / seconds).toBeGreaterThan(rate * 0.5);
});

test("an attempt that is far from its turn reserves nothing, so nobody's place is lost when it does not come", async () => {
  await using given = await testRedis();
  const limiter = createRateLimiter(given.redis);
  const gateway = newId();
  expect(await limiter.reserve(gateway, per(1))).toBe(0);
  const turns = await Promise.all(
    Array.from({ length: 20 }, () => limiter.reserve(gateway, per(1))),
  );
  for (const turn of turns) {
    expect(turn).toBeGreaterThan(HORIZON_MS);
    expect(turn).toBeLessThanOrEqual(1_000);
  }
});

test("a new rate holds at once, up and down", async () => {
  await using given = await testRedis();
  const limiter = createRateLimiter(given.redis);
  const gateway = newId();
  await limiter.reserve(gateway, per(0.01));
  expect(await limiter.reserve(gateway, per(0.01))).toBeGreaterThan(90_000);
  expect(await limiter.reserve(gateway, per(1_000))).toBe(0);
  expect(await limiter.reserve(gateway, per(0.5))).toBe(0);
  expect(await limiter.reserve(gateway, per(0.5))).toBeGreaterThan(1_500);
});

test("gateways do not share a rate", async () => {
  await using given = await testRedis();
  const limiter = createRateLimiter(given.redis);
  expect(await limiter.reserve(newId(), per(0.1))).toBe(0);
  expect(await limiter.reserve(newId(), per(0.1))).toBe(0);
});

test("a Redis clock that was set back makes nobody wait for hours", async () => {
  await using given = await testRedis();
  const limiter = createRateLimiter(given.redis);
  const gateway = newId();
  await limiter.reserve(gateway, per(10));
  const [key] = await given.redis.keys("mw:rate:*");
  await given.redis.set(key!, String((Date.now() + 7_200_000) * 1_000), "KEEPTTL");
  expect(await limiter.reserve(gateway, per(10))).toBeLessThan(1_000);
});

test("a rate that is not used leaves nothing behind", async () => {
  await using given = await testRedis();
  await createRateLimiter(given.redis).reserve(newId(), per(1_000));
  const [key] = await given.redis.keys("mw:rate:*");
  expect(key === undefined ? 0 : await given.redis.pttl(key)).toBeLessThan(200);
});

test("the first domain whose turn it is gets it, and one that is out of turn is said to be so and loses nothing", async () => {
  await using given = await testRedis();
  const limiter = createRateLimiter(given.redis);
  const gateway = newId();
  const slow = { domain: "slow.example.com", rate: per(0.5) };
  const fast = { domain: "fast.example.com", rate: per(1_000) };
  expect(await limiter.reserveFor(gateway, per(null), [slow, fast])).toEqual({
    waitMs: 0,
    domain: slow.domain,
    outOfTurn: [],
  });
  for (let i = 0; i < 3; i++) {
    const { domain, outOfTurn } = await limiter.reserveFor(gateway, per(null), [slow, fast]);
    expect([domain, outOfTurn.map(({ of }) => of)]).toEqual([fast.domain, [slow]]);
    expect(outOfTurn[0]!.ms).toBeGreaterThan(1_000);
    expect(outOfTurn[0]!.ms).toBeLessThanOrEqual(2_000);
  }
  expect(await limiter.reserveFor(gateway, per(null), [slow])).toMatchObject({ domain: undefined });
  // One without a rate always has its turn.
  const free = { domain: "free.example.com", rate: per(null) };
  expect(await limiter.reserveFor(gateway, per(null), [slow, free])).toMatchObject({
    domain: free.domain,
  });
});

test("a domain's turn is only taken with the gateway's, and the other way round", async () => {
  await using given = await testRedis();
  const limiter = createRateLimiter(given.redis);
  const gateway = newId();
  const one = { domain: "one.example.com", rate: per(0.1) };
  const two = { domain: "two.example.com", rate: per(0.1) };
  expect(await limiter.reserveFor(gateway, per(0.5), [one])).toMatchObject({ domain: one.domain });
  const late = await limiter.reserveFor(gateway, per(0.5), [two]);
  expect([late.domain, late.waitMs > HORIZON_MS]).toEqual([undefined, true]);
  // Domain two was not charged for that: at another rate of the gateway it goes at once.
  expect(await limiter.reserveFor(gateway, per(50), [two])).toMatchObject({ domain: two.domain });
  // Nor is the gateway charged when no domain is in turn.
  for (let i = 0; i < 100; i++)
    expect((await limiter.reserveFor(gateway, per(3), [one, two])).waitMs).toBe(0);
});

test("two connections never go above the rate of a domain in any window, however high the gateway's", async () => {
  await using given = await testRedis();
  const second = new Redis(given.url);
  const gateway = newId();
  const rate = 40;
  const domain = { domain: "example.com", rate: per(rate) };
  const begun: number[] = [];
  async function go(redis: Redis, count: number) {
    const limiter = createRateLimiter(redis);
    for (let done = 0; done < count;) {
      const before = await redisNow(redis);
      const turn = await limiter.reserveFor(gateway, per(60), [domain]);
      if (turn.domain !== undefined) {
        begun.push(before + turn.waitMs);
        done++;
      }
      await Bun.sleep(turn.outOfTurn[0]?.ms ?? Math.max(0, turn.waitMs - HORIZON_MS / 2));
    }
  }
  await Promise.all([go(given.redis, 40), go(second, 40)]);
  second.disconnect();
  const blurMs = 10;
  for (const windowMs of [100, 250, 500, 1_000]) {
    const allowed = (rate * (windowMs + blurMs)) / 1_000 + rate * BURST_S + 1;
    expect(mostIn(windowMs, begun)).toBeLessThanOrEqual(allowed);
  }
});

test("while a rate is slowed down it goes on at the lower one, and a bucket of its own is not filled for that", async () => {
  await using given = await testRedis();
  const limiter = createRateLimiter(given.redis);
  const gateway = newId();
  expect(await limiter.reserve(gateway, { configured: 100, effective: 100 })).toBe(0);
  expect(await limiter.reserve(gateway, { configured: 100, effective: 0.5 })).toBe(0);
  expect(await limiter.reserve(gateway, { configured: 100, effective: 0.5 })).toBeGreaterThan(
    1_500,
  );
  expect(await limiter.reserve(gateway, { configured: null, effective: 0.5 })).toBe(0);
  expect(await limiter.reserve(gateway, { configured: null, effective: 0.5 })).toBeGreaterThan(
    1_500,
  );
});
