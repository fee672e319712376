import { readdirSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { OwnServer } from "./own-servers.ts";

/** How many bytes a Redis of a test's own has appended to its log. */
export function logSize(redis: OwnServer): number {
  return statSync(logOf(redis)).size;
}

/** Cuts the log of a Redis that has been killed, as a power cut does: what came after is lost, though acknowledged. */
export function cutLog(redis: OwnServer, bytes: number): void {
  truncateSync(logOf(redis), Math.min(bytes, logSize(redis)));
}

/** The file that is appended to now. */
function logOf({ directory }: OwnServer): string {
  const folder = join(directory, "appendonlydir");
  const newest = readdirSync(folder)
    .filter((name) => name.endsWith(".incr.aof"))
    .toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .at(-1);
  if (newest === undefined) throw new Error(`there is no append-only file in ${folder}`);
  return join(folder, newest);
}
