import type { Clock } from "@mailwright/platform";
import { type Job, type Processor, Worker, type WorkerOptions } from "bullmq";

/** Between two questions for a batch while Redis refuses to answer. */
const REFUSED_WAIT_MS = 250;

/**
 * BullMQ's worker, which rests after a refusal. By itself it rests only when its connection is gone: a Redis that is full, or
 * has become a replica, was asked for a batch 5,300 times a second by each process, for as long as that lasted.
 */
export class BatchWorker extends Worker {
  constructor(
    queue: string,
    work: Processor,
    options: WorkerOptions,
    private readonly clock: Clock,
    private readonly stopping: AbortSignal,
  ) {
    super(queue, work, options);
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
