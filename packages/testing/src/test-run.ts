import { existsSync, mkdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive, startTimeOf } from "@mailwright/launcher/process-table.ts";
import { until } from "./until.ts";

/**
 * A run of tests: all that lives no longer than one process, which is `bun test` (not its workers) or `tests/run.ts`. It
 * has a directory for whatever its tests put on disk, and a keeper, a process that runs the servers they share. When
 * the run's process ends, however it ends, the keeper stops the servers and removes the directory.
 */
export interface TestRun {
  directory: string;
  /** Asks the keeper for the URL of a shared server, which is started if it does not run yet. */
  serverUrl(server: SharedServer): Promise<string>;
}

export type SharedServer = "postgres" | "redis";

const VARIABLE = "MAILWRIGHT_TEST_RUN";

/** Decides to which run this process and what it starts belong, unless that was decided for it. */
export function nameTestRun(): string {
  const named = process.env[VARIABLE];
  if (named && isRunning(named)) return named;
  const pid = process.env["BUN_TEST_WORKER_ID"] ? process.ppid : process.pid;
  const name = `${pid}-${startTimeOf(pid)}`;
  process.env[VARIABLE] = name;
  return name;
}

/** Whether the process that a run is named after still runs. */
export function isRunning(name: string): boolean {
  const [pid, startTime] = name.split("-");
  return isAlive(Number(pid)) && startTimeOf(Number(pid)) === startTime;
}

/** The run that this process belongs to, with its keeper up. */
export async function testRun(): Promise<TestRun> {
  const name = nameTestRun();
  const { directory, socket } = placesOf(name);
  if (makeDirectory(directory)) startKeeper(name, directory);

  const ask = async (path: string) => {
    const response = await fetch(`http://localhost/${path}`, { unix: socket });
    if (response.ok) return await response.text();
    throw new Error(`The test ${path} could not be started: ${await response.text()}`);
  };
  await until(() => ask("").catch(() => false), {
    what: `the keeper of the test servers, which logs to ${directory}/keeper.log`,
    timeoutMs: 15_000,
  });
  return { directory, serverUrl: ask };
}

/** Ends the run of this process before the process ends: resolves when its servers and its directory are gone. */
export async function endTestRun(): Promise<void> {
  const { directory, socket } = placesOf(nameTestRun());
  if (!existsSync(socket)) return;
  // The keeper may be gone before its answer is out. Whether it did as it was told, the directory says.
  await fetch("http://localhost/", { unix: socket, method: "DELETE" }).catch(() => undefined);
  await until(() => !existsSync(directory), {
    what: "the test servers to be gone",
    timeoutMs: 60_000,
  });
}

function placesOf(name: string) {
  const directory = join(tmpdir(), `mailwright-test-${name}`);
  return { directory, socket: join(directory, "keeper") };
}

/** Whether it was us who made it: of all the processes that want one, exactly one starts the keeper. */
function makeDirectory(directory: string): boolean {
  try {
    // Postgres may have to run as another user, who passes through on the way to its data.
    mkdirSync(directory, { mode: 0o711 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if (statSync(directory).uid === process.getuid?.()) return false;
    throw new Error(`${directory} belongs to somebody else`, { cause: error });
  }
}

/**
 * By way of a shell that leaves at once: the keeper must be no child of ours, for `bun test` kills the children of a test
 * that takes too long, and the others would lose their servers.
 */
function startKeeper(name: string, directory: string) {
  const keeper = join(import.meta.dir, "keeper.ts");
  Bun.spawnSync(
    ["/bin/sh", "-c", '"$@" > "$0" 2>&1 &', join(directory, "keeper.log")].concat(
      process.execPath,
      keeper,
      name,
      directory,
    ),
    { stdin: "ignore", stdout: "ignore", stderr: "ignore", detached: true },
  );
}
