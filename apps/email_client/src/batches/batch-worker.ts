import type { Clock } from "@mailwright/platform";
import { type Job, type Processor, Worker, type WorkerOptions } from "bullmq";

/** Between two questions for a batch while Redis refuses to answer. */
const REFUSED_WAIT_MS = 250;

/** A batch that was fetched and has not been left: the token is that of its lock. */
interface Held {
  job: Job;
  token: string;
}

/**
 * BullMQ's worker, with two amendments.
 *
 * It rests after a refusal. By itself it rests only when its connection is gone: a Redis that is full, or has become a replica,
 * was asked for a batch 5,300 times a second by each process, for as long as that lasted.
 *
 * And it renews the lock of every batch that it holds. BullMQ (6.7) notes what to renew by the batch alone, and strikes that off
 * when the work on it is over: also what was noted for the next work on it, when that began before. A batch whose turn was over
 * and that was fetched again at once, or that was fetched again after a stall, lost its lock by that a few seconds later, and
 * what it had under way was taken for interrupted.
 */
export class BatchWorker extends Worker {
  /** By batch, what was fetched last: only that one's lock can be valid. */
  private readonly held = new Map<string, Held>();

  constructor(
    queue: string,
    work: Processor,
    options: WorkerOptions,
    private readonly clock: Clock,
    private readonly stopping: AbortSignal,
  ) {
    super(queue, work, options);
  }

  override async processJob(
    job: Job,
    token: string,
    fetchNextCallback?: () => boolean,
  ): Promise<void | Job> {
    const batch = job.id as string;
    const mine = { job, token };
    this.held.set(batch, mine);
    try {
      return await super.processJob(job, token, fetchNextCallback);
    } finally {
      const last = this.held.get(batch);
      if (last === mine) this.held.delete(batch);
      else if (last !== undefined) this.renew(last);
    }
  }

  private renew({ job, token }: Held): void {
    this.lockManager.trackJob(job.id as string, token, job.processedOn ?? Date.now());
  }

  protected override async moveToActive(token: string, name?: string): Promise<Job> {
    try {
      return await super.moveToActive(token, name);
    } catch (error) {
      await this.clock.sleep(REFUSED_WAIT_MS, this.stopping).catch(() => {});
      throw error;
    }
  }
}
