import type { Clock, Log } from "@mailwright/platform";
import { DelayedError, Job, Queue, WaitingError, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { type Shard, shardOf } from "../redis/keys.ts";
import { type BatchEnd, runBatch, type RunnerContext } from "./runner.ts";

/** The queue holds the names of batches; what they are stands in the journal. */
const QUEUE = "batches";

// A worker that died gives its batches up after at most this long, which is most of the time to recover. A process that
// is merely slow loses them too; the fence makes that harmless.
const LOCK_MS = 5_000;
const STALL_CHECK_MS = 2_000;

/** Batches one process works on at once. Most of them only wait for their retries, so this is far above what sends. */
const BATCHES_AT_ONCE = 40;

export interface BatchQueue extends AsyncDisposable {
  /** Queues a batch; one that is queued already stays where it is. */
  add(batch: string, priority: number): Promise<void>;
  /** Takes batches that wait for something out of their sleep. */
  wake(batches: string[]): Promise<void>;
}

export function createBatchQueue(redis: Redis, shards: readonly Shard[]): BatchQueue {
  const queues = new Map(
    shards.map((shard) => [
      shard,
      new Queue(QUEUE, {
        connection: redis,
        prefix: shard.queuePrefix,
        defaultJobOptions: {
          removeOnComplete: true,
          // A batch is never given up: an unexpected failure is tried again until it is mended.
          attempts: Number.MAX_SAFE_INTEGER,
          backoff: { type: "fixed", delay: LOCK_MS },
        },
      }),
    ]),
  );
  const queueOf = (batch: string) => queues.get(shardOf(shards, batch)) as Queue;
  return {
    async add(batch, priority) {
      await queueOf(batch).add("run", {}, { jobId: batch, priority });
    },
    async wake(batches) {
      await Promise.all(
        batches.map(async (batch) => {
          const job = await Job.fromId(queueOf(batch), batch);
          // It may be running, or have been promoted by somebody else: then there is nothing to wake.
          if (job !== undefined && (await job.isDelayed())) await job.promote().catch(() => {});
        }),
      );
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}

/** Starts working on batches; disposing lets attempts under way end and gives the batches back. */
export function startBatchWorkers(
  redis: Redis,
  shards: readonly Shard[],
  context: RunnerContext,
  clock: Clock,
  log: Log,
): AsyncDisposable {
  const stopping = new AbortController();
  const workers = shards.map((shard) => {
    const worker = new Worker(
      QUEUE,
      async (job, token) => {
        const end = await runBatch(job.id as string, context, stopping.signal);
        await leave(job, token, end, clock);
      },
      {
        connection: redis,
        prefix: shard.queuePrefix,
        concurrency: BATCHES_AT_ONCE,
        lockDuration: LOCK_MS,
        stalledInterval: STALL_CHECK_MS,
        maxStalledCount: Number.MAX_SAFE_INTEGER,
        drainDelay: 1,
      },
    );
    worker.on("error", (error) =>
      log.debug({ err: error }, "a batch worker met an error and goes on"),
    );
    worker.on("failed", (job, error) => {
      log.error({ batch: job?.id, err: error }, "a batch failed unexpectedly; it is tried again");
    });
    return worker;
  });
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error("the worker is stopping"));
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

/** Puts the batch where it belongs now. BullMQ wants to be told by an error that a job was moved. */
async function leave(
  job: Job,
  token: string | undefined,
  end: BatchEnd,
  clock: Clock,
): Promise<void> {
  switch (end.kind) {
    case "done":
      return;
    case "wait":
      await job.moveToDelayed(Math.max(end.until, clock.now() + 1), token);
      throw new DelayedError();
    case "stopped":
      await job.moveToWait(token);
      throw new WaitingError();
    case "stale":
      // Usually another worker has it and this fails for want of the lock. Should nobody have it, it is not lost.
      await job.moveToDelayed(clock.now() + LOCK_MS, token);
      throw new DelayedError();
    default:
      end satisfies never;
  }
}
