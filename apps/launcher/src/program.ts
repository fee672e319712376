import type { Account } from "./postgres/account.ts";

/** What to run. It gets this environment and no other, and a session of its own, so that Ctrl-C reaches us alone. */
export interface ProgramOptions {
  command: string[];
  env: Record<string, string>;
  cwd?: string;
  /** Whom to run it as; we must be root to give one. */
  account?: Account | undefined;
  /** Hears every line of stdout and stderr, without its line break. */
  onLine?: ((line: string) => void) | undefined;
  /** What the kernel sends it when we die without having stopped it, where `setpriv` can arrange that. */
  whenOrphaned?: "SIGINT" | "SIGTERM";
}

export interface Program {
  readonly pid: number;
  /** How it ended; settles when it has, never rejects. */
  readonly exited: Promise<Exit>;
  readonly hasEnded: boolean;
  /** The last lines that it wrote: what to show when it failed. */
  lastLines(): string;
  /** Sends each signal in turn until it has ended, giving each its milliseconds; the last one is SIGKILL, always. */
  stop(steps: readonly StopStep[]): Promise<void>;
}

export interface Exit {
  code: number | null;
  signal: string | null;
}

export type StopStep = readonly [signal: NodeJS.Signals, milliseconds: number];

const KEPT_LINES = 40;
const LONGEST_LINE = 64 * 1024;

/** Starts a program. Throws what the system says when it cannot be executed at all. */
export function runProgram(options: ProgramOptions): Program {
  const kept: string[] = [];
  const subprocess = Bun.spawn(withOrphanSignal(options), {
    env: options.env,
    cwd: options.cwd ?? "/",
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    detached: true,
    ...(options.account && { uid: options.account.uid, gid: options.account.gid }),
  });
  const onLine = (line: string) => {
    kept.push(line);
    if (kept.length > KEPT_LINES) kept.shift();
    options.onLine?.(line);
  };
  const drained = Promise.all([
    readLines(subprocess.stdout, onLine),
    readLines(subprocess.stderr, onLine),
  ]);
  const exited = subprocess.exited.then(async () => {
    // A killed Postgres leaves children that hold the pipe open a moment longer: its last words are worth no more wait.
    await Promise.race([drained, Bun.sleep(300)]);
    return { code: subprocess.exitCode, signal: subprocess.signalCode?.toString() ?? null };
  });
  return {
    pid: subprocess.pid,
    exited,
    get hasEnded() {
      return subprocess.exitCode !== null || subprocess.signalCode !== null;
    },
    lastLines: () => kept.join("\n"),
    async stop(steps) {
      for (const [signal, milliseconds] of steps) {
        subprocess.kill(signal);
        if (await endsWithin(subprocess.exited, milliseconds)) return;
      }
      subprocess.kill("SIGKILL");
      await subprocess.exited;
    },
  };
}

/** How a program ended, as the end of a sentence: "with code 1", "by SIGKILL". */
export function describeExit({ code, signal }: Exit): string {
  return signal === null ? `with code ${code}` : `by ${signal}`;
}

/**
 * A parent-death signal is what makes a SIGKILL of the launcher leave nothing behind. It is set after the change of user,
 * which would clear it, and survives the exec. Busybox has a `setpriv` without it: then the next start says what to stop.
 */
function withOrphanSignal({ command, whenOrphaned }: ProgramOptions): string[] {
  const setpriv = whenOrphaned && orphanSignalTool();
  return setpriv ? [setpriv, "--pdeathsig", whenOrphaned.slice(3), "--", ...command] : command;
}

let foundTool: string | false | undefined;
function orphanSignalTool(): string | false {
  if (foundTool === undefined) {
    const path = Bun.which("setpriv");
    const works =
      path !== null && Bun.spawnSync([path, "--pdeathsig", "INT", "--", "true"]).success;
    foundTool = works && path;
  }
  return foundTool;
}

async function readLines(stream: ReadableStream<Uint8Array>, onLine: (line: string) => void) {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line.trimEnd());
    if (rest.length > LONGEST_LINE) {
      onLine(rest);
      rest = "";
    }
  }
  if (rest !== "") onLine(rest);
}

async function endsWithin(exited: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), milliseconds);
  return await Promise.race([exited.then(() => true as const), promise]).finally(() =>
    clearTimeout(timer),
  );
}
