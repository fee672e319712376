import { createFairSemaphore } from "./fair-semaphore.ts";

/** At most `size` holders at once, first come first served. */
export interface Semaphore {
  /** Resolves with a function that gives the slot back; rejects when the signal aborts first. */
  acquire(signal: AbortSignal): Promise<() => void>;
  inUse(): number;
}

/** One that a single party has for itself. */
export function createSemaphore(size: number): Semaphore {
  return createFairSemaphore(size).of("all");
}
