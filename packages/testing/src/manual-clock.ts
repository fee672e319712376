import type { Clock } from "@mailwright/platform";

interface Sleeper {
  due: number;
  wake: () => void;
}

/**
 * A clock that stands still until a test moves it. Sleepers wake in the order in which they are due, each at its own time,
 * and what one does when it wakes (go back to sleep, say) has happened before the next one wakes.
 */
export class ManualClock implements Clock {
  private readonly sleepers: Sleeper[] = [];

  constructor(private time = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        this.forget(sleeper);
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        due: this.time + Math.max(0, ms),
        wake: () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      const later = this.sleepers.findIndex(({ due }) => due > sleeper.due);
      this.sleepers.splice(later === -1 ? this.sleepers.length : later, 0, sleeper);
    });
  }

  /** How many wait. */
  get sleeping(): number {
    return this.sleepers.length;
  }

  /** When the next one is due, in milliseconds since the epoch. */
  get nextDue(): number | undefined {
    return this.sleepers[0]?.due;
  }

  /** Moves the time on by `ms`, waking whoever is due on the way; resolves when all that follows at once has happened. */
  async advance(ms: number): Promise<void> {
    const target = this.time + ms;
    await settle();
    for (let next = this.sleepers[0]; next && next.due <= target; next = this.sleepers[0]) {
      this.time = Math.max(this.time, next.due);
      this.forget(next);
      next.wake();
      await settle();
    }
    this.time = target;
  }

  private forget(sleeper: Sleeper) {
    const index = this.sleepers.indexOf(sleeper);
    if (index !== -1) this.sleepers.splice(index, 1);
  }
}

/** Lets every promise that can go on do so: they all do before the event loop turns. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
