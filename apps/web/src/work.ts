import type { Clock } from "@mailwright/platform";

/** How whoever makes work (a launch, an order) tells the workers of this web that it is there, so that none of it waits. */
export interface Work {
  /** There is something to do. */
  announce(): void;
  /** Has `listener` called at every announcement, until it is disposed. */
  onAnnounced(listener: () => void): Disposable;
}

/** Nothing is kept: work lies in Postgres, and a worker that heard nothing finds it when it next looks. */
export function createWork(): Work {
  const listeners = new Set<() => void>();
  return {
    announce() {
      for (const listener of listeners) listener();
    },
    onAnnounced(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
}

/** What a worker waits for between two looks; rung while nobody waits, it is heard by the next wait. */
export interface Bell {
  ring(): void;
  /** Waits until it is rung, for `ms` at most and no longer than until its signal aborts. */
  rungOr(ms: number): Promise<void>;
}

export function createBell(clock: Clock, signal: AbortSignal): Bell {
  let rung = Promise.withResolvers<void>();
  return {
    ring: () => rung.resolve(),
    async rungOr(ms) {
      const sleep = new AbortController();
      const timer = clock.sleep(ms, AbortSignal.any([signal, sleep.signal])).catch(() => {});
      await Promise.race([rung.promise, timer]);
      sleep.abort();
      rung = Promise.withResolvers();
    },
  };
}
