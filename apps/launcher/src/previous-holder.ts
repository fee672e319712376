import { readdirSync, readlinkSync } from "node:fs";
import { poll } from "./poll.ts";
import { isAlive, nameOf } from "./process-table.ts";
import { StartError } from "./start-error.ts";

/**
 * Waits until no process of these names works in a directory any more. After a SIGKILL of a server some of its children
 * live on for a moment and may still write; after one of a launcher its servers do, until they have stopped. If one
 * stays, the sentence says how to end it.
 */
export async function waitForPreviousHolder(
  name: string,
  directory: string,
  programs: readonly string[],
): Promise<void> {
  let pid: number | undefined;
  const left = await poll(
    () => {
      pid = holderOf(directory, programs);
      return pid === undefined ? true : undefined;
    },
    { withinMs: 15_000 },
  );
  if (left) return;
  throw new StartError(
    `Another ${name} (process ${pid}) is using ${directory}. Stop it first: kill -INT ${pid}`,
  );
}

function holderOf(directory: string, programs: readonly string[]): number | undefined {
  return readdirSync("/proc")
    .map(Number)
    .find((pid) => pid > 0 && worksIn(pid, directory, programs) && isAlive(pid));
}

function worksIn(pid: number, directory: string, programs: readonly string[]): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === directory && programs.includes(nameOf(pid) ?? "");
  } catch {
    // It has ended meanwhile, or we may not look: then the server's own check has to do.
    return false;
  }
}
