import type { App } from "./apps.ts";
import { poll } from "./poll.ts";
import { describeExit, type Exit } from "./program.ts";
import { StartError } from "./start-error.ts";

const PATIENCE_MS = 60_000;

/**
 * Resolves when an app says that it can be used. Throws `StartError` when its first process ends before, or with what is
 * missing after a minute; while its source is watched there is no hurry, for the next edit may mend it.
 */
export async function waitUntilReady(
  app: App,
  firstExit: Promise<Exit>,
  watch: boolean,
  signal: AbortSignal,
): Promise<void> {
  let end: Exit | undefined;
  void firstExit.then((exit) => (end = exit));
  let last = "nothing";
  const state = await poll(
    async () => {
      if (end) return end;
      last = await askReadiness(app.port);
      return last === READY ? READY : undefined;
    },
    { withinMs: watch ? Number.POSITIVE_INFINITY : PATIENCE_MS, everyMs: 50, signal },
  );
  if (state === READY) return;
  const how = state
    ? `ended ${describeExit(state)} before it was ready`
    : `was not ready within ${PATIENCE_MS / 1000} s and answered ${last}`;
  throw new StartError(`${app.name} ${how}; what it said stands above.`);
}

const READY = "ready";

async function askReadiness(port: number): Promise<string> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, {
      signal: AbortSignal.timeout(5_000),
    });
    return response.ok ? READY : (await response.text()).slice(0, 200);
  } catch {
    return "nothing";
  }
}
