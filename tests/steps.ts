import { resolve } from "node:path";

export const ROOT = resolve(import.meta.dir, "..");

/** What a step of the checks or a part of the tests came to. */
export interface Tally {
  passed: number;
  failed: number;
}

export interface Ended {
  code: number;
  /** stdout and stderr, as they came. */
  output: string;
  seconds: string;
}

/** Runs a command in the project's folder to its end. `hear` is given its output as it comes. */
export async function runCommand(
  command: string[],
  { env = {}, hear }: { env?: Record<string, string>; hear?: (text: string) => void } = {},
): Promise<Ended> {
  const startedAt = performance.now();
  const subprocess = Bun.spawn(command, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let output = "";
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      const text = decoder.decode(chunk, { stream: true });
      output += text;
      hear?.(text);
    }
  };
  await Promise.all([read(subprocess.stdout), read(subprocess.stderr)]);
  const code = await subprocess.exited;
  return { code, output, seconds: ((performance.now() - startedAt) / 1_000).toFixed(1) };
}

/** The command that runs `bun test` with these arguments, by the Bun that runs us. */
export function bunTest(...args: string[]): string[] {
  return [process.execPath, "test", ...args];
}

/**
 * Reads the sums at the end of what `bun test` wrote. An error between tests counts as a failure, and so does an end with
 * a failure's code that no sum accounts for (a crash, or no test found at all).
 */
export function tallyOfBunTest({ code, output }: Ended): Tally {
  const sum = (word: string) =>
    Number([...output.matchAll(new RegExp(`^ *(\\d+) ${word}s?$`, "gm"))].at(-1)?.[1] ?? 0);
  const passed = sum("pass");
  const failed = sum("fail") + sum("error");
  return { passed, failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed };
}

/**
 * What `bun test` wrote of each test that failed, once. Whoever reads a run from its end, where CI keeps it, would
 * otherwise know how many failed and not which.
 */
export function failuresIn({ output }: Pick<Ended, "output">): string[] {
  const failures = new Map<string, string>();
  let heard: string[] = [];
  for (const line of output.split("\n")) {
    heard.push(line);
    if (line.startsWith("(fail) ") && !failures.has(line))
      failures.set(line, heard.slice(-TOLD_LINES).join("\n"));
    if (/^\((pass|fail)\) /.test(line)) heard = [];
  }
  return [...failures.values()];
}

/** Enough for an assertion with its place in the source. */
const TOLD_LINES = 40;

export function add(tallies: Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    failed: tallies.reduce((sum, { failed }) => sum + failed, 0),
  };
}
