import type { DispatchContext } from "./context.ts";
import { announceSuppressions } from "./announcement.ts";
import { cancelUnclaimedBatches } from "./cancellation-queries.ts";
import { syncControls } from "./control.ts";
import { freezeLaunched } from "./freeze.ts";
import { handOverNext } from "./handover.ts";
import { reconcile } from "./reconcile.ts";
import { retried } from "../../db/retry.ts";
import { createBell } from "../../work.ts";

/** How often the database is asked for work when nobody has said that there is some. */
const LOOK_EVERY_MS = 500;
const RECONCILE_EVERY_MS = 5_000;
/** After a failure (Postgres is down, say), before the next try. */
const AFTER_FAILURE_MS = 1_000;
/** Batches cancelled in one statement: 10,000 emails. */
const CANCEL_AT_ONCE = 20;

export interface Dispatcher extends AsyncDisposable {
  /** There is something to do: look now. */
  wake(): void;
}

/**
 * The background work of a web: freezes audiences, keeps the email client supplied and told, cancels what was not handed
 * over, and reconciles. Any number of webs may run one; what each takes up, the others leave alone.
 */
export function startDispatcher(context: DispatchContext): Dispatcher {
  const stopping = new AbortController();
  const { signal } = stopping;
  const toFreeze = createBell(context.clock, signal);
  const toSend = createBell(context.clock, signal);
  // By itself: it takes seconds for a large audience, and what others are sent, and may not be sent any more, goes on.
  const freezing = loop(context, signal, "freezing", async () => {
    if ((await freezeLaunched(context)) > 0) toSend.ring();
    await toFreeze.rungOr(LOOK_EVERY_MS);
  });
  const sending = loop(context, signal, "dispatching", async () =>
    toSend.rungOr(await dispatch(context, signal)),
  );
  const reconciling = loop(context, signal, "reconciling", async () => {
    await reconcile(context);
    await context.clock.sleep(RECONCILE_EVERY_MS, signal);
  });
  const wake = () => {
    toFreeze.ring();
    toSend.ring();
  };
  return {
    wake,
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error("the dispatcher is stopping"));
      wake();
      await Promise.all([freezing, sending, reconciling]);
    },
  };
}

/** Does all there is to do and says how long to wait before looking again. */
async function dispatch(context: DispatchContext, signal: AbortSignal): Promise<number> {
  // Before the orders: by one of them a paused campaign may go on, with whoever has left or was deleted meanwhile.
  const hasMoreToTell = await announceSuppressions(context, signal);
  await syncControls(context);
  while (
    !signal.aborted &&
    (await retried(() => cancelUnclaimedBatches(context.db, CANCEL_AT_ONCE))) > 0
  );
  // There is no room for these now, but perhaps for others: they are brought again after all else that there is to do.
  const full: string[] = [];
  let lookAgainMs = LOOK_EVERY_MS;
  while (!signal.aborted) {
    const round = await handOverNext(context, signal, full);
    if (round.kind === "full") {
      full.push(...round.campaigns);
      lookAgainMs = Math.max(lookAgainMs, round.waitMs);
      continue;
    }
    if (round.kind !== "handed" && hasMoreToTell) return 0;
    if (round.kind === "idle") return lookAgainMs;
    if (round.kind === "busy") return round.waitMs;
  }
  return 0;
}

/** Runs `work` again and again until the signal; a failure is logged once and waited out. */
async function loop(
  { clock, log }: DispatchContext,
  signal: AbortSignal,
  name: string,
  work: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      if (signal.aborted) return;
      log.error({ err: error }, `${name} met a failure and goes on`);
      await clock.sleep(AFTER_FAILURE_MS, signal).catch(() => {});
    }
  }
}
