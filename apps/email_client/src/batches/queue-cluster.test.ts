import { expect, test } from "bun:test";
import { newId, silentLog, systemClock } from "@mailwright/platform";
import { ownRedisCluster, until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { createShards } from "../redis/keys.ts";
import { openRedis } from "../redis/open.ts";
import { SHORT_PACE } from "../testing/client.ts";
import { createBatchQueue, startBatchWorkers } from "./queue.ts";
import type { RunnerContext } from "./runner.ts";

/** BullMQ gives a wait for the next batch up after two seconds, and makes its connection anew. */
const LONGER_THAN_A_WAIT_MS = 5_000;

test("workers that waited for a batch while their Redis Cluster was down work on the next ones", async () => {
  await using cluster = await ownRedisCluster();
  await using stack = new AsyncDisposableStack();
  const patient = openRedis(cluster.url.split(","), silentLog, { patient: true });
  stack.defer(() => patient.disconnect());
  const shards = createShards(6);
  const queue = stack.use(createBatchQueue(patient, shards, silentLog));
  const worked = new Set<string>();
  const head = async (batch: string) => void worked.add(batch);
  const context = { journal: { head }, clock: systemClock, log: silentLog, pace: SHORT_PACE };
  stack.use(startBatchWorkers(patient, shards, context as unknown as RunnerContext));

  /** So many that each shard gets some. */
  async function workOnForty(): Promise<void> {
    const batches = Array.from({ length: 40 }, newId);
    await Promise.all(batches.map((batch) => queue.add(batch, 10)));
    await until(() => batches.every((batch) => worked.has(batch)), {
      what: "all batches to be worked on",
      timeoutMs: 20_000,
    });
  }
  await workOnForty();
  await cluster.nodes[1]?.kill();
  const survivor = new Redis(cluster.nodes[0]?.url ?? "");
  stack.defer(() => survivor.disconnect());
  const state = async () => String(await survivor.call("cluster", "info"));
  await until(async () => (await state()).includes("cluster_state:fail"), {
    what: "the cluster to be down",
    timeoutMs: 30_000,
  });
  await Bun.sleep(LONGER_THAN_A_WAIT_MS);
  await cluster.nodes[1]?.start();
  await workOnForty();
  expect(worked.size).toBe(80);
});
