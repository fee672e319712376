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
