import { expect, test } from "bun:test";
import { silentLog } from "@mailwright/platform";
import { contentHash } from "@mailwright/protocol";
import { until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { createShards } from "../redis/keys.ts";
import { finished, setUp } from "../testing/client.ts";
import { batch, content } from "../testing/factories.ts";
import { createJournal } from "./journal.ts";
import { createBatchQueue } from "./queue.ts";

test("a batch whose content is gone waits, says so, and goes on when the content is there", async () => {
  await using given = await setUp();
  const { calls, gateway, gatewayId, redisUrl } = given;
  const redis = new Redis(redisUrl);
  const shards = createShards(1);
  await using queue = createBatchQueue(redis, shards, silentLog);
  const wanted = content();
  const handed = batch({ content: contentHash(wanted), gateway: gatewayId });
  // The routes would have refused it.
  await createJournal(redis, shards, 1_000).take(handed);
  await queue.add(handed.batch, handed.priority);
  await until(async () => (await redis.zcard("{mw-0}:queue:batches:delayed")) === 1);
  expect(gateway.received).toEqual([]);
  expect(await calls.batch(handed.batch)).toMatchObject({ done: false, content_missing: true });
  await calls.put(wanted);
  expect(await calls.batch(handed.batch)).not.toHaveProperty("content_missing");
  expect(await finished(given, handed)).toEqual({ sent: 2 });
  redis.disconnect();
});
