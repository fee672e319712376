import type { Clock, Log } from "@mailwright/platform";
import type { Journal } from "../batches/journal.ts";

const LOOK_EVERY_MS = 250;

/**
 * Watches how many reports wait for web. Past the limit no new attempt begins: the outbox lives in Redis's memory, and a
 * web that is down for hours must not fill it.
 */
export function watchOutbox(
  journal: Pick<Journal, "counts">,
  limit: number,
  clock: Clock,
  log: Log,
): Disposable & { isFull(): boolean } {
  const stopping = new AbortController();
  let full = false;

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const { outbox } = await journal.counts();
        if (outbox > limit !== full)
          log.warn({ outbox, limit }, full ? "sending goes on" : "sending waits for web");
        full = outbox > limit;
      } catch (error) {
        // What was seen last holds. That Redis is away is said by its connection, once.
        log.debug({ err: error }, "the reports that wait for web could not be counted");
      }
      await clock.sleep(LOOK_EVERY_MS, stopping.signal).catch(() => {});
    }
  }
  void watch();
  return {
    isFull: () => full,
    // Not waited for: should Redis be away, its last look never ends.
    [Symbol.dispose]: () => stopping.abort(new Error("the watch ends")),
  };
}
