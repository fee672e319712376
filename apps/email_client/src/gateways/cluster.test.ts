import { expect, test } from "bun:test";
import { newId, silentLog, systemClock } from "@mailwright/platform";
import { ownRedisCluster } from "@mailwright/testing";
import { writeNote } from "../feedback/note.ts";
import { feedbackKey } from "../redis/keys.ts";
import { openRedis } from "../redis/open.ts";
import { requireRedis } from "../redis/require.ts";
import { createRateLimiter } from "./rate.ts";
import { NOT_SLOWED, readSlowdown } from "./slowdown.ts";
import { createTally } from "./tally.ts";

test("on a Redis Cluster what belongs to one gateway lies in one slot: its rates, its outcomes, what slows it down and what comes back", async () => {
  await using cluster = await ownRedisCluster();
  const redis = openRedis(cluster.url.split(","), silentLog);
  await requireRedis(redis, systemClock, silentLog);
  const limiter = createRateLimiter(redis);
  const rate = { configured: 10, effective: 10 };
  const allowance = { domainRate: null, domainRates: new Map(), slowdown: NOT_SLOWED };
  // So many that they fall on every node.
  for (const id of Array.from({ length: 12 }, newId)) {
    const domains = ["one.example.com", "two.example.com"].map((domain) => ({ domain, rate }));
    expect((await limiter.reserveFor(id, rate, domains)).domain).toBe("one.example.com");
    expect(await limiter.reserve(id, rate)).toBeGreaterThanOrEqual(0);
    {
      await using tally = createTally(redis, 1_000, systemClock, silentLog);
      const outcome = { kind: "throttled", detail: "Too many." } as const;
      for (let n = 0; n < 10; n++)
        tally.record({ id, ratePerSecond: 10, ...allowance }, "ann@example.com", outcome);
    }
    expect((await readSlowdown(redis, id, Date.now())).all?.limit).toBe(5);
    await writeNote(redis, id, { last: { taken: "1" }, counts: { webhooks: 2 } }, Date.now());
    expect(await redis.hget(feedbackKey(id), "taken")).toBe("1");
  }
  redis.disconnect();
});
