import { expect, test } from "bun:test";
import { newId, silentLog, systemClock } from "@mailwright/platform";
import { ownRedisCluster, testRedis } from "@mailwright/testing";
import { openRedis, type RedisClient } from "../redis/open.ts";
import { requireRedis } from "../redis/require.ts";
import { isOfOneBody } from "./tokens.ts";

/** What is said to a token of one gateway with these bodies, one after the other. */
async function said(redis: RedisClient, gateway: string, value: string, ...bodies: string[]) {
  const answers: boolean[] = [];
  for (const body of bodies) {
    const token = { value, believedMs: 1_000 };
    answers.push(await isOfOneBody(redis, gateway, token, Buffer.from(body)));
  }
  return answers;
}

test("a token is good for the body that it first came with, at each gateway", async () => {
  await using given = await testRedis();
  const [one, another] = [newId(), newId()];
  const { redis } = given;
  expect(await said(redis, one, "t", "a", "a", "b", "a")).toEqual([true, true, false, true]);
  expect(await said(redis, one, "u", "b", "a")).toEqual([true, false]);
  expect(await said(redis, another, "t", "b", "a")).toEqual([true, false]);
});

test("of two that bring one token along at once with different bodies, one is believed", async () => {
  await using given = await testRedis();
  const gateway = newId();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => said(given.redis, gateway, "t", `body ${n}`)),
  );
  expect(answers.flat().filter((answer) => answer)).toEqual([true]);
});

test("it is remembered a little longer than its signature is believed", async () => {
  await using given = await testRedis();
  const { redis } = given;
  const token = { value: "t", believedMs: 3_600_000.5 };
  expect(await isOfOneBody(redis, newId(), token, Buffer.from("a"))).toBe(true);
  const [key = ""] = await redis.keys("*");
  const left = await redis.pttl(key);
  expect([left > token.believedMs, left < token.believedMs + 120_000]).toEqual([true, true]);
});

test("on a Redis Cluster too", async () => {
  await using cluster = await ownRedisCluster();
  const redis = openRedis(cluster.url.split(","), silentLog);
  await requireRedis(redis, systemClock, silentLog);
  // So many that they fall on every node.
  for (const gateway of Array.from({ length: 12 }, newId))
    expect(await said(redis, gateway, "t", "a", "b", "a")).toEqual([true, false, true]);
  redis.disconnect();
});
