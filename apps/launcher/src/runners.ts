import { readFileSync } from "node:fs";
import { parentOf } from "./process-table.ts";

/**
 * The processes that run us on somebody's behalf, nearest first: `bun start`, and the shell of `npx` and `npx` itself
 * above it. Each of them marks what it starts in the environment. Not all of them hand signals on (npx does not), and
 * none can hand on its SIGKILL, so the end of one of them has to be noticed.
 */
export function findRunners(pid: number = process.pid): number[] {
  const parent = isMarked(pid) ? parentOf(pid) : undefined;
  return parent === undefined || parent <= 1 ? [] : [parent, ...findRunners(parent)];
}

function isMarked(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1")
      .split("\0")
      .some((variable) => variable.startsWith("npm_lifecycle_event="));
  } catch {
    return false;
  }
}
