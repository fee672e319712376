import type { Log } from "@mailwright/platform";
import { DelayedError, Job, Queue } from "bullmq";
import { type Shard, shardOf } from "../redis/keys.ts";
import type { RedisClient } from "../redis/open.ts";
import { BatchWorker } from "./batch-worker.ts";
import { type BatchEnd, runBatch, type RunnerContext } from "./runner.ts";

/** The queue holds the names of batches; what they are stands in the journal. */
const QUEUE = "batches";

/**
 * Batches one process works on at once: so many that a few whose last emails wait for a retry leave the slots to others,
 * and so few that a tick's transitions are of few batches and little is in memory. With 40 an email cost Redis 46 µs and
 * the process 87; with 8 it is 33 and 71, and 100 MB less at the peak.
 */
const BATCHES_AT_ONCE = 10;

/** How long BullMQ may take to close when no batch is under way any more. */
const CLOSE_PATIENCE_MS = 2_000;

/** A clock of the process that is off by less is right enough. */
const CLOCK_OFF_MS = 1_000;

/** After an unexpected failure a batch rests for this long. */
const FAILED_WAIT_MS = 2_000;

export interface BatchQueue extends AsyncDisposable {
  /** Queues a batch; one that is queued already stays where it is. */
  add(batch: string, priority: number): Promise<void>;
  /**
   * Takes batches that wait for something out of their sleep, and queues those that are not queued: a Redis that was set
   * back by a moment may have lost a batch's place in the queue and nothing else, and so has a batch that was dropped and
   * taken again while a worker was just striking it off.
   */
  wake(batches: string[]): Promise<void>;
}

export function createBatchQueue(
  redis: RedisClient,
  shards: readonly Shard[],
  log: Log,
): BatchQueue {
  const queues = new Map(
    shards.map((shard) => {
      const queue = new Queue(QUEUE, {
        connection: redis,
        prefix: shard.queuePrefix,
        // Asked once, on a connection that fails fast: were it not answered, no batch could ever be queued. `requireRedis` asks.
        skipVersionCheck: true,
        defaultJobOptions: {
          removeOnComplete: true,
          // A batch is never given up: an unexpected failure is tried again until it is mended.
          attempts: Number.MAX_SAFE_INTEGER,
          backoff: { type: "fixed", delay: FAILED_WAIT_MS },
          // Of all its failures the last one is kept.
          stackTraceLimit: 1,
        },
      });
      queue.on("error", (error) => log.debug({ err: error }, "the queue met an error and goes on"));
      return [shard, queue];
    }),
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
          if (job === undefined) await queueOf(batch).add("run", {}, { jobId: batch });
          // It may be running, or have been promoted by somebody else: then there is nothing to wake.
          else if (await job.isDelayed()) await job.promote().catch(() => {});
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
  redis: RedisClient,
  shards: readonly Shard[],
  context: RunnerContext,
): AsyncDisposable {
  const { clock, log, pace } = context;
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  const run = runner(context, stopping.signal);
  const work = async (job: Job, token: string | undefined) => {
    const end = await run(job.id as string);
    await leave(job, token, end, context);
  };
  const workers = shards.map((shard) => {
    const worker = new BatchWorker(
      QUEUE,
      (job, token) => {
        const working = work(job, token);
        const settled = working.catch(() => {}).finally(() => underWay.delete(settled));
        underWay.add(settled);
        return working;
      },
      {
        connection: redis,
        prefix: shard.queuePrefix,
        concurrency: BATCHES_AT_ONCE,
        lockDuration: pace.lockMs,
        lockRenewTime: pace.renewMs,
        stalledInterval: pace.stallCheckMs,
        maxStalledCount: Number.MAX_SAFE_INTEGER,
        drainDelay: 1,
        // BullMQ would rest for 15 seconds after losing its connection.
        runRetryDelay: 500,
      },
      clock,
      stopping.signal,
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
      const closed = Promise.all(workers.map((worker) => worker.close()));
      await Promise.all(underWay);
      // BullMQ waits for ever for the end of a connection that is just about to be made again (ioredis gives none).
      await Promise.race([closed, clock.sleep(CLOSE_PATIENCE_MS)]);
    },
  };
}

/**
 * Runs batches, and never one of them twice at once. A process that stood still for longer than its lock is given the batch
 * again whose run it goes on with. To claim it anew would put in doubt whatever is under way, so the run is joined: who took
 * the batch up first has lost the lock and leaves nothing behind, and who joined has it and puts the batch where it belongs. If
 * another process has claimed the batch meanwhile, the run ends as `stale` and the batch is claimed anew by that.
 */
function runner(context: RunnerContext, signal: AbortSignal): (batch: string) => Promise<BatchEnd> {
  const runs = new Map<string, Promise<BatchEnd>>();
  return (batch) => {
    const standing = runs.get(batch);
    if (standing !== undefined) return standing;
    const run = runBatch(batch, context, signal).finally(() => runs.delete(batch));
    runs.set(batch, run);
    return run;
  };
}

/** Puts the batch where it belongs now. */
async function leave(
  job: Job,
  token: string | undefined,
  end: BatchEnd,
  context: RunnerContext,
): Promise<void> {
  const now = context.clock.now();
  switch (end.kind) {
    case "done":
      return;
    case "wait":
      return sleepUntil(end.until, job, token, context, () => wakeIfCalled(job, end, context));
    case "stopped":
      return sleepUntil(now, job, token, context);
    case "stale":
      // Usually another worker has it and this fails for want of the lock. Should nobody have it (Redis was set back by a
      // moment), it is claimed anew.
      return sleepUntil(now + context.pace.stallCheckMs, job, token, context);
    default:
      end satisfies never;
  }
}

/**
 * Delays the batch, by a millisecond at least: that, unlike BullMQ's `moveToWait`, wakes a worker that is idle. Who has
 * lost the lock meanwhile leaves the batch to whoever has it; should Redis refuse, the lock runs out.
 */
async function sleepUntil(
  until: number,
  job: Job,
  token: string | undefined,
  { clock, log }: RunnerContext,
  asleep: () => Promise<void> = async () => {},
): Promise<never> {
  try {
    const now = clock.now();
    // BullMQ goes by the clock of the process. One that is ahead takes what sleeps for due again and again, and one that is behind
    // would leave it asleep for as long as it is behind.
    if (Date.now() - now > CLOCK_OFF_MS) await clock.sleep(Math.min(until - now, CLOCK_OFF_MS));
    const wait = Math.max(until - clock.now(), 1);
    await job.moveToDelayed(Math.min(clock.now(), Date.now()) + wait, token);
    await asleep();
  } catch (error) {
    log.debug({ batch: job.id, err: error }, "a batch was not put back; its lock will run out");
  }
  // BullMQ wants to be told by an error that a job was moved.
  throw new DelayedError();
}

/** A control that was set, or somebody who was suppressed, while the batch was on its way to sleep found nothing to wake. */
async function wakeIfCalled(
  job: Job,
  { campaign, heeded, left }: Extract<BatchEnd, { kind: "wait" }>,
  { journal }: RunnerContext,
): Promise<void> {
  const batch = job.id as string;
  const emails = left.map(({ id, record: { run } }) => ({ id, run }));
  const isCalled =
    (await journal.control({ batch, campaign })) !== heeded ||
    (emails.length > 0 && (await journal.isSuppressed({ batch }, ...emails)));
  // It may have woken by itself, and nothing is left to do then.
  if (isCalled) await job.promote().catch(() => {});
}
