import { mailwright } from "./apps.ts";
import { explain } from "./explain.ts";
import { launch, type LaunchOptions } from "./launch.ts";
import { createOutput, type Say } from "./output.ts";
import { isAlive } from "./process-table.ts";
import { findRunners } from "./runners.ts";
import { readSettings, type Settings } from "./settings.ts";

export interface LauncherOptions {
  /** The project's folder. */
  root: string;
  /** What was written after the command: `--watch` or nothing. */
  args: string[];
  /** Ends the process at once, without stopping anything. */
  exit: (code: number) => never;
  /** What to start; Mailwright if not given. */
  product?: LaunchOptions["product"];
}

/** Runs the product until it is told to stop; answers with the exit code. */
export async function runLauncher({
  root,
  args,
  exit,
  product = (...made) => mailwright(...made, process.env),
}: LauncherOptions): Promise<number> {
  const colour = Boolean(process.stdout.isTTY) && !process.env["NO_COLOR"];
  const say = createOutput((text) => process.stdout.write(text), colour);
  const stopping = stopOnSignal(say, exit);
  let dataDir: string | undefined;
  try {
    const settings = readSettings(process.env, root);
    ({ dataDir } = settings);
    const watch = args.includes("--watch");
    await using _running = await launch({ root, settings, product, watch, say, signal: stopping });
    if (!stopping.aborted) announce(settings, colour);
    await aborted(stopping);
  } catch (error) {
    if (!stopping.aborted) {
      const sentence = explain(error, dataDir);
      if (sentence === undefined) throw error;
      console.error(`\n${sentence}`);
      return 1;
    }
  }
  say("mailwright", "stopped");
  return 0;
}

const SAME_PRESS_MS = 500;

/** The signal is aborted when the person, the system or the program that runs us wants an end. */
function stopOnSignal(say: Say, exit: (code: number) => never): AbortSignal {
  const stopping = new AbortController();
  let askedAt = 0;
  const stop = (why: string) => {
    if (stopping.signal.aborted) {
      // Asked twice, we go at once; the kernel tells the parts. But one Ctrl-C may come twice: from the terminal, which
      // signals every process in it, and handed on by `bun start`.
      if (performance.now() - askedAt > SAME_PRESS_MS) exit(1);
      return;
    }
    askedAt = performance.now();
    say("mailwright", `stopping: ${why}`);
    stopping.abort(new Error(why));
  };
  process.on("SIGINT", () => stop("Ctrl-C"));
  process.on("SIGTERM", () => stop("asked to end"));
  process.on("SIGHUP", () => stop("the terminal is gone"));
  process.stdout.on("error", () => stop("nobody reads what it says"));
  const runners = findRunners();
  setInterval(() => {
    if (!stopping.signal.aborted && !runners.every(isAlive)) stop("what started it is gone");
  }, 1_000).unref();
  return stopping.signal;
}

function announce({ ports, dataDir }: Settings, colour: boolean) {
  const bold = (text: string) => (colour ? `\u001B[1m${text}\u001B[0m` : text);
  process.stdout.write(
    `\n  ${bold("Mailwright is ready")}   ${bold(`http://localhost:${ports.web}`)}\n\n` +
      `  what was sent         http://localhost:${ports.gatewayMock}, by the stand-in gateway\n` +
      `  data                  ${dataDir}\n` +
      `  stop                  Ctrl-C\n\n`,
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}
