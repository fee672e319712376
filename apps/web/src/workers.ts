import type { Context } from "./context.ts";
import { clearDeletedCampaigns } from "./features/campaigns/deletion.ts";
import { keepRequeueing } from "./features/campaigns/requeue-worker.ts";
import { startDispatcher } from "./features/dispatch/dispatcher.ts";
import { runImports } from "./features/imports/worker.ts";
import { keepHouse } from "./housekeeping.ts";

/** What goes on in the background of every instance, each until `signal` aborts. */
const WORKERS: readonly ((context: Context, signal: AbortSignal) => Promise<void>)[] = [
  keepHouse,
  dispatch,
  clearDeletedCampaigns,
  keepRequeueing,
  runImports,
];

/** Starts the workers; disposing waits until each has put down what it was at. */
export function startWorkers(context: Context): AsyncDisposable {
  const stopping = new AbortController();
  const running = WORKERS.map((work) => work(context, stopping.signal));
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error("web is stopping"));
      await Promise.all(running);
    },
  };
}

async function dispatch(context: Context, signal: AbortSignal): Promise<void> {
  await using dispatcher = startDispatcher(context);
  using _heard = context.work.onAnnounced(() => dispatcher.wake());
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
