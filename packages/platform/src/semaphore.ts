/** A fair semaphore: at most `size` holders at once, first come first served. */
export interface Semaphore {
  /** Resolves with a function that gives the slot back; rejects when the signal aborts first. */
  acquire(signal: AbortSignal): Promise<() => void>;
  inUse(): number;
}

export function createSemaphore(size: number): Semaphore {
  const waiting: { grant: () => void }[] = [];
  let inUse = 0;

  function release(): void {
    const next = waiting.shift();
    if (next === undefined) inUse--;
    else next.grant();
  }
  const releaseOnce = () => {
    let released = false;
    return () => {
      if (!released) release();
      released = true;
    };
  };

  return {
    inUse: () => inUse,
    acquire(signal) {
      if (signal.aborted) return Promise.reject(signal.reason as Error);
      if (inUse < size) {
        inUse++;
        return Promise.resolve(releaseOnce());
      }
      const { promise, resolve, reject } = Promise.withResolvers<() => void>();
      const ticket = {
        grant: () => {
          signal.removeEventListener("abort", giveUp);
          resolve(releaseOnce());
        },
      };
      const giveUp = () => {
        waiting.splice(waiting.indexOf(ticket), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", giveUp, { once: true });
      waiting.push(ticket);
      return promise;
    },
  };
}
