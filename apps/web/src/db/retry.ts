import type { Clock } from "@mailwright/platform";
import { isAway } from "./away.ts";
import { codeOf } from "./sqlstate.ts";

/** Serialization failure, deadlock, and a lock that was not to be had: Postgres asks for another try. */
const TRY_AGAIN = new Set(["40001", "40P01", "55P03"]);

const MOST_TRIES = 5;

/** Between two looks at a Postgres that is away. */
const LOOK_AGAIN_MS = 200;

/** Runs a transaction again when Postgres says that only chance was against it. Anything else is thrown as it is. */
export async function retried<T>(run: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await run();
    } catch (error) {
      if (tries === MOST_TRIES || !TRY_AGAIN.has(codeOf(error))) throw error;
    }
  }
}

export interface OnceBackOptions {
  clock: Clock;
  patienceMs: number;
  signal?: AbortSignal | undefined;
}

/**
 * Runs what may be run twice again and again while Postgres is away, for as long as `patienceMs` says; then, or when
 * `signal` aborts, it throws. Any other failure is thrown as it is.
 */
export async function onceBack<T>(
  run: () => Promise<T>,
  { clock, patienceMs, signal }: OnceBackOptions,
): Promise<T> {
  for (let left = patienceMs; ; left -= LOOK_AGAIN_MS) {
    try {
      return await run();
    } catch (error) {
      if (left <= 0 || !isAway(error)) throw error;
      await clock.sleep(LOOK_AGAIN_MS, signal);
    }
  }
}
