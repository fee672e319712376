import { readFileSync, readlinkSync } from "node:fs";
import { poll } from "./poll.ts";
import { isAlive } from "./process-table.ts";
import { StartError } from "./start-error.ts";

/**
 * Waits until the server that used a directory last has left it. Its pid file outlives a crash, and its number may be
 * somebody else's by now: it counts only if that process works in this very directory. One that still runs is an orphan
 * of a launcher which was killed, and is on its way down; if it stays, the sentence says how to stop it.
 */
export async function waitForPreviousHolder(
  name: string,
  directory: string,
  pidFile: string,
  withinMs = 15_000,
): Promise<void> {
  let pid: number | undefined;
  const left = await poll(
    () => {
      pid = holderOf(directory, pidFile);
      return pid === undefined ? true : undefined;
    },
    { withinMs },
  );
  if (left) return;
  throw new StartError(
    `Another ${name} (process ${pid}) is using ${directory}. Stop it first: kill -INT ${pid}`,
  );
}

function holderOf(directory: string, pidFile: string): number | undefined {
  const pid = readPid(pidFile);
  if (pid === undefined || !isAlive(pid)) return undefined;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === directory ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** The number in the first line of a pid file; undefined when there is no file, or none in it. */
export function readPid(file: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(file, "utf8"), 10) || undefined;
  } catch {
    return undefined;
  }
}
