import { expect, test } from "bun:test";
import { type Clock, newId, silentLog, systemClock } from "@mailwright/platform";
import type { Control } from "@mailwright/protocol";
import { testRedis, until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { createShards } from "../redis/keys.ts";
import { SHORT_PACE } from "../testing/client.ts";
import { createBatchQueue, startBatchWorkers } from "./queue.ts";
import type { RunnerContext } from "./runner.ts";

const key = (name: string) => `{mw-0}:queue:batches:${name}`;

/** A queue and a worker whose batches have no content, so that they park; `controls` are the answers about the campaign. */
async function setUp(
  controls: Control["state"][],
  journal: Partial<RunnerContext["journal"]> = {},
  clock: Clock = systemClock,
  parkMs = 3_600_000,
) {
  await using stack = new AsyncDisposableStack();
  const { redis, url } = stack.use(await testRedis());
  const patient = new Redis(url, { maxRetriesPerRequest: null });
  stack.defer(() => patient.disconnect());
  const shards = createShards(1);
  const queue = stack.use(createBatchQueue(redis, shards, silentLog));
  const asked: string[] = [];
  const context = {
    journal: {
      head: async (batch: string) => ({ batch, campaign: newId(), content: "", gateway: newId() }),
      control: async ({ batch }: { batch: string }) => {
        asked.push(batch);
        return controls.shift() ?? "running";
      },
      claim: async () => undefined,
      ...journal,
    },
    contents: { get: async () => undefined },
    clock,
    log: silentLog,
    pace: { ...SHORT_PACE, parkMs },
  } as unknown as RunnerContext;
  stack.use(startBatchWorkers(patient, shards, context));
  const owned = stack.move();
  return {
    redis,
    queue,
    asked,
    delayed: () => redis.zrange(key("delayed"), 0, "-1"),
    exists: async (batch: string) => (await redis.exists(key(batch))) === 1,
    job: (batch: string) => redis.hgetall(key(batch)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test("a batch that Redis has lost out of the queue is queued again when it is woken; what is over ends at once", async () => {
  const [lost, over] = [newId(), newId()];
  const head = async (batch: string) =>
    batch === over ? undefined : { batch, campaign: newId(), content: "", gateway: newId() };
  await using given = await setUp([], { head });
  await given.queue.wake([over, lost]);
  await until(async () => (await given.delayed()).includes(lost) && !(await given.exists(over)));
});

test("a control that is set while a batch is on its way to sleep wakes it: it cannot be missed", async () => {
  await using given = await setUp(["running", "cancelled", "cancelled"]);
  const batch = newId();
  await given.queue.add(batch, 10);
  // Cancelled, it has nothing left, and is done.
  await until(async () => given.asked.length === 3 && !(await given.exists(batch)));
});

test("a batch sleeps until it is woken", async () => {
  await using given = await setUp(["paused", "paused", "cancelled"]);
  const batch = newId();
  await given.queue.add(batch, 10);
  await until(async () => (await given.delayed()).includes(batch));
  await given.queue.wake([batch]);
  await until(async () => !(await given.exists(batch)));
});

test("adding a batch that is queued, or asleep, changes nothing", async () => {
  await using given = await setUp([]);
  const batch = newId();
  await given.queue.add(batch, 10);
  await until(async () => (await given.delayed()).includes(batch));
  await given.queue.add(batch, 10);
  expect(await given.delayed()).toEqual([batch]);
});

test("a batch that fails unexpectedly is never given up, and of its failures the last one is kept", async () => {
  let failures = 0;
  const head = async () => {
    failures++;
    throw new Error(`failure ${failures}`);
  };
  await using given = await setUp([], { head });
  const batch = newId();
  await given.queue.add(batch, 10);
  for (let wanted = 1; wanted <= 3; wanted++) {
    await until(async () => failures === wanted && (await given.delayed()).includes(batch));
    await given.queue.wake([batch]);
  }
  await until(async () => failures === 4 && (await given.delayed()).includes(batch));
  const { stacktrace = "[]", failedReason } = await given.job(batch);
  expect([(JSON.parse(stacktrace) as string[]).length, failedReason]).toEqual([1, "failure 4"]);
});

for (const [end, standing] of [
  ["has ended", "gone"],
  ["waits for something", "delayed"],
  ["fails", "delayed"],
] as const)
  test(`a batch that lost its lock is run once at a time, and is put where it belongs by who has the lock now: when it ${end}`, async () => {
    const ending = Promise.withResolvers<void>();
    let runs = 0;
    const head = async (batch: string) => {
      runs++;
      await ending.promise;
      if (end === "fails") throw new Error("a failure");
      const waiting = { batch, campaign: newId(), content: "", gateway: newId() };
      return end === "has ended" ? undefined : waiting;
    };
    await using given = await setUp([], { head });
    const batch = newId();
    await given.queue.add(batch, 10);
    await until(() => runs === 1);
    await given.redis.del(`${key(batch)}:lock`);
    await until(async () => (await given.job(batch))["ats"] === "2");
    ending.resolve();
    await until(async () =>
      standing === "gone" ? !(await given.exists(batch)) : (await given.delayed()).includes(batch),
    );
    expect(runs).toBe(1);
  });

test("a process whose clock is ahead does not look at what sleeps again and again", async () => {
  const right = Date.now.bind(Date);
  await using given = await setUp([], {}, { ...systemClock, now: right });
  // By it, what sleeps for an hour is due.
  Date.now = () => right() + 2 * 3_600_000;
  try {
    await given.queue.add(newId(), 10);
    await until(() => given.asked.length > 0);
    await Bun.sleep(1_500);
    expect(given.asked.length).toBeLessThan(6);
  } finally {
    Date.now = right;
  }
});

test("a process whose clock is behind takes up in time what slept", async () => {
  const right = Date.now.bind(Date);
  await using given = await setUp([], {}, { ...systemClock, now: right }, 100);
  Date.now = () => right() - 2 * 3_600_000;
  try {
    await given.queue.add(newId(), 10);
    await until(() => given.asked.length > 6);
  } finally {
    Date.now = right;
  }
});
