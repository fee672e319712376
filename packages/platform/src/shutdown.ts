import type { Log } from "./log.ts";

/**
 * Runs a server until SIGTERM or SIGINT, then disposes what `start` gave back and returns; a start that is given up because of
 * the signal is a stop like any other. A second signal while it
 * stops, or a stop that takes longer than `deadlineMs`, ends the process at once with code 1: a supervisor must never
 * wait for us. Only a `main.ts` calls this.
 */
export async function runUntilStopped(
  log: Log,
  start: (signal: AbortSignal) => Promise<AsyncDisposable>,
  deadlineMs = 25_000,
): Promise<void> {
  const stopping = new AbortController();
  const stopped = Promise.withResolvers<void>();
  const onSignal = (name: NodeJS.Signals) => {
    if (stopping.signal.aborted) process.exit(1);
    log.info({ signal: name }, "stopping");
    stopping.abort(new Error(`stopped by ${name}`));
    stopped.resolve();
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  {
    await using _server = await unlessStopped(start(stopping.signal), stopping.signal);
    await stopped.promise;
    setTimeout(() => {
      log.error({ deadlineMs }, "did not stop in time; what was in flight is abandoned");
      process.exit(1);
    }, deadlineMs).unref();
  }
  log.info("stopped");
}

async function unlessStopped(
  starting: Promise<AsyncDisposable>,
  signal: AbortSignal,
): Promise<AsyncDisposable | undefined> {
  try {
    return await starting;
  } catch (error) {
    if (signal.aborted && error === signal.reason) return undefined;
    throw error;
  }
}
