import type { Clock, Log } from "@mailwright/platform";
import type { Queryable } from "../../db/open.ts";

export interface UseContext {
  db: Queryable;
  clock: Clock;
  log: Log;
}

/**
 * Waits until it is noted that a session or a token was used. Nothing else is written by whoever only reads: they are
 * answered all the same where Postgres has no room or takes no changes, and the time of last use stays as it was.
 */
export async function noteUse({ log }: UseContext, touched: Promise<void>): Promise<void> {
  try {
    await touched;
  } catch (error) {
    log.warn({ err: error }, "the last use of a session or a token could not be noted");
  }
}
