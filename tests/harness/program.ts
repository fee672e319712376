import { join, resolve } from "node:path";
import { RUNTIME } from "@mailwright/launcher/apps.ts";
import { freePort } from "@mailwright/launcher/ports.ts";
import { until } from "@mailwright/testing";

const ROOT = resolve(import.meta.dir, "../..");

/** One of our apps as the process it is in production, on a port that stays its own across restarts. */
export interface Program extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Everything it has written since it was first started. */
  output(): string;
  /** SIGKILL: it gets to say nothing. */
  kill(): Promise<void>;
  /** SIGTERM, and waits until it has ended; the answer is its exit code. */
  terminate(): Promise<number>;
  signal(name: NodeJS.Signals): void;
  /** Starts it, after a kill if it still runs, and waits until it is ready. */
  start(): Promise<void>;
}

/** Starts an app with exactly this environment and waits until it is ready. */
export async function startProgram(
  app: string,
  env: Record<string, string>,
  port: number = freePort(),
): Promise<Program> {
  const url = `http://127.0.0.1:${port}`;
  let output = "";
  let child: Bun.Subprocess<"ignore", "pipe", "pipe"> | undefined;

  async function listen(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) output += decoder.decode(chunk, { stream: true });
  }
  async function kill(): Promise<void> {
    child?.kill("SIGKILL");
    await child?.exited;
  }
  async function start(): Promise<void> {
    await kill();
    const started = Bun.spawn(
      [process.execPath, "--no-orphans", join(ROOT, `apps/${app}/src/main.ts`)],
      {
        cwd: ROOT,
        env: { PATH: process.env["PATH"] ?? "", PORT: String(port), ...RUNTIME, ...env },
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      },
    );
    child = started;
    void listen(started.stdout);
    void listen(started.stderr);
    const ready = async () => {
      if (started.exitCode !== null)
        throw new Error(`${app} ended with ${started.exitCode}:\n${output.slice(-4_000)}`);
      return (await fetch(`${url}/readyz`)).ok;
    };
    await until(ready, { what: `${app} to be ready`, timeoutMs: 60_000, everyMs: 50 });
  }

  await start();
  return {
    url,
    port,
    get pid() {
      return child?.pid ?? 0;
    },
    output: () => output,
    kill,
    async terminate() {
      child?.kill("SIGTERM");
      return (await child?.exited) ?? 0;
    },
    signal: (name) => child?.kill(name),
    start,
    [Symbol.asyncDispose]: kill,
  };
}
