import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Clock, systemClock } from "@mailwright/platform";
import type { Say } from "./output.ts";
import { describeExit, type Exit } from "./program.ts";
import type { Server } from "./server.ts";

/** Something that is started, may die, and is started again then. */
export interface Part {
  name: string;
  /** Called again each time the last one has ended. */
  start(): Promise<RunningPart>;
}

export interface RunningPart {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  stop(): Promise<void>;
}

export interface KeepOptions {
  /** Where `<name>.pid` is kept while the part runs. */
  runDir: string;
  say: Say;
  clock?: Clock;
}

/** A part that is kept running; disposing stops it for good. */
export interface KeptPart extends AsyncDisposable {
  readonly name: string;
  /** How its first process ended, if it has. */
  readonly firstExit: Promise<Exit>;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** A part that ran this long was well: its next failure counts as the first. */
const HEALTHY_MS = 30_000;

/** Starts a part and starts it again whenever it ends, after 0.5 s at first and up to 10 s when it keeps failing. */
export async function keepRunning(part: Part, options: KeepOptions): Promise<KeptPart> {
  const { say, clock = systemClock } = options;
  const pidFile = join(options.runDir, `${part.name}.pid`);
  const stopping = new AbortController();

  const start = async () => {
    const started = await part.start();
    // Whatever becomes of the file, the process runs and is ours.
    try {
      writeFileSync(pidFile, `${started.pid}\n`);
    } catch (error) {
      say("mailwright", `${pidFile} could not be written: ${(error as Error).message}`);
    }
    // We may have been told to stop while it came up.
    if (stopping.signal.aborted) await started.stop();
    return started;
  };

  let running: RunningPart | undefined = await start();
  const { exited: firstExit } = running;

  const watching = (async () => {
    let failures = 0;
    let startedAt = clock.now();
    let what = `ended ${describeExit(await firstExit)}`;
    while (!stopping.signal.aborted) {
      failures = clock.now() - startedAt > HEALTHY_MS ? 1 : failures + 1;
      const wait = Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS);
      running = undefined;
      say("mailwright", `${part.name} ${what}; starting it again in ${wait / 1000} s`);
      if (!(await sleeps(clock, wait, stopping.signal))) return;
      startedAt = clock.now();
      try {
        running = await start();
        what = `ended ${describeExit(await running.exited)}`;
      } catch (error) {
        what = `could not be started: ${(error as Error).message}`;
      }
    }
  })();

  return {
    name: part.name,
    firstExit,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running?.stop();
      await watching;
      rmSync(pidFile, { force: true });
    },
  };
}

/** A database server as a part: it is running already, and is started again on the same data and port. */
export function serverPart(name: string, server: Server): Part {
  let fresh = true;
  return {
    name,
    async start() {
      if (!fresh) await server.start();
      fresh = false;
      const { pid, exited } = server;
      return { pid, exited, stop: async () => await server[Symbol.asyncDispose]() };
    },
  };
}

async function sleeps(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(milliseconds, signal);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
