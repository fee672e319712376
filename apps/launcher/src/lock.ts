import { Database } from "bun:sqlite";
import { join } from "node:path";
import { readFileSync } from "node:fs";
import { StartError } from "./start-error.ts";

/**
 * Holds a data directory for this process, so that two launchers never run on one; throws `StartError` when another one
 * does. The kernel lets go of the lock when its holder dies, however it dies: a lock left behind cannot exist. It is
 * SQLite's lock on a file, since that is the one file lock which Bun brings.
 */
export function lockDataDir(dataDir: string): Disposable {
  const run = join(dataDir, "run");
  const lock = new Database(join(run, "lock"), { create: true });
  try {
    lock.run("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if ((error as { code?: unknown }).code !== "SQLITE_BUSY") throw error;
    throw new StartError(
      `Mailwright is running on ${dataDir} already${holder(join(run, "launcher.pid"))}. ` +
        "Stop it first, or set DATA_DIR to another folder.",
    );
  }
  return { [Symbol.dispose]: () => lock.close() };
}

function holder(pidFile: string): string {
  try {
    return ` (process ${readFileSync(pidFile, "utf8").trim()})`;
  } catch {
    // It has only just begun, or is nearly gone.
    return "";
  }
}
