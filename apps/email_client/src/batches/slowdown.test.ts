import { expect, test } from "bun:test";
import { until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { slowdownKey } from "../redis/keys.ts";
import { readSlowdown } from "../gateways/slowdown.ts";
import { finished, send, setUp } from "../testing/client.ts";

test("a gateway that takes no more than so many a second is slowed down for all workers, and everything is sent", async () => {
  await using given = await setUp();
  await using _second = await given.start();
  const { gateway, gatewayId, redisUrl } = given;
  const taken: number[] = [];
  let throttled = 0;
  let refusedAt = 0;
  gateway.answer = ({ at }) => {
    if (taken.filter((time) => time > at - 1_000).length >= 60) {
      throttled++;
      refusedAt = at;
      return 429;
    }
    taken.push(at);
    return "accept";
  };
  const handed = await Promise.all(Array.from({ length: 4 }, () => send(given, 50)));
  const redis = new Redis(redisUrl);
  await until(async () => (await readSlowdown(redis, gatewayId, 0)).all !== undefined, {
    what: "the gateway to be slowed down",
  });
  // As long as one of them has not heard of it, attempts are refused all the time.
  await until(() => performance.now() - refusedAt > 500, {
    what: "both workers to hear of it",
    timeoutMs: 20_000,
  });
  expect(taken.length).toBeLessThan(200);
  const before = throttled;
  for (const each of handed) expect(await finished(given, each, 60_000)).toEqual({ sent: 50 });
  redis.disconnect();
  // Each email would be tried again ten times a second.
  expect(throttled - before).toBeLessThan(before / 4);
});

test("while it is slowed down no worker goes above what is left, and above it again when that is over", async () => {
  await using given = await setUp();
  const { gateway, gatewayId, redisUrl } = given;
  const redis = new Redis(redisUrl);
  const [seconds] = await redis.time();
  const rate = 10;
  await redis.hset(slowdownKey(gatewayId), "", `${rate} ${seconds}000 ${rate * 1.2}`);
  const handed = await send(given, 100);
  await until(() => gateway.received.length >= 20, { what: "some of them to be sent" });
  const times = gateway.received.slice(1).map(({ at }) => at);
  for (const from of times) {
    const inASecond = times.filter((at) => at >= from && at < from + 1_000).length;
    // A second's, the burst, one, and as many as a busy machine may hold up and then deliver at once.
    expect(inASecond).toBeLessThanOrEqual(rate * 1.3 + 1 + 4);
  }
  await redis.del(slowdownKey(gatewayId));
  redis.disconnect();
  expect(await finished(given, handed)).toEqual({ sent: 100 });
});
