import type { Context } from "../../context.ts";
import { continueRequeues } from "./requeue.ts";

const LOOK_EVERY_MS = 5_000;

/** Carries on, until `signal` aborts, what a web that died had begun to requeue. Any number of webs may. */
export async function keepRequeueing(
  { db, clock, log, work }: Pick<Context, "db" | "clock" | "log" | "work">,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      if ((await continueRequeues(db, log, signal)) > 0) work.announce();
    } catch (error) {
      if (signal.aborted) return;
      log.error({ err: error }, "it could not be seen which requeues are to be carried on");
    }
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
  }
}
