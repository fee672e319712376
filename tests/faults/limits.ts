import { existsSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { childrenOf } from "@mailwright/launcher/process-table.ts";
import type { Installation } from "../system/installation.ts";

export const UNLIMITED = "unlimited";

/**
 * Sets what a running process may have of something, by the program that Linux has for it. That runs as the user whose
 * process it is: in a container not even root may do it to the processes of others.
 */
export function limit(
  pid: number,
  what: "fsize" | "nofile",
  most: number | typeof UNLIMITED,
): void {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const idOf = (what: "Uid" | "Gid") =>
    Number(new RegExp(`^${what}:\\t(\\d+)`, "m").exec(status)?.[1]);
  const user = { uid: idOf("Uid"), gid: idOf("Gid") };
  const command = ["prlimit", `--pid=${pid}`, `--${what}=${most}:`];
  const run = Bun.spawnSync(command, { cwd: "/", ...(user.uid !== process.getuid?.() && user) });
  if (!run.success) throw new Error(`prlimit said: ${run.stderr.toString()}`);
}

/** A file of Postgres's log has as much, and has to be written up to its end. */
const LOG_FILE_BYTES = 16 * 2 ** 20;

/**
 * Makes every table and index so large that it needs more than a file of the log does. They end in pages that were never
 * used, as after a crash: Postgres goes on behind them.
 */
export async function makeLarge({ postgres, sql }: Installation): Promise<void> {
  // It would find the pages that were never used.
  await sql`ALTER SYSTEM SET autovacuum = off`;
  await sql`SELECT pg_reload_conf()`;
  const files = await sql`
    SELECT pg_relation_filepath(oid) AS path FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')
      AND pg_relation_size(oid) < ${LOG_FILE_BYTES}`;
  for (const { path } of files)
    truncateSync(join(postgres.directory, path as string), LOG_FILE_BYTES);
}

/**
 * What Postgres finds its disk to have: room for everything, for its log alone, or for nothing. It takes a limit on files
 * for a full disk, by its own word (`PostmasterMain` ignores SIGXFSZ for that), only that it says "File too large".
 */
export function giveRoom({ postgres }: Installation, room: "all" | "log" | "none"): void {
  const most = { all: UNLIMITED, log: LOG_FILE_BYTES, none: 1024 } as const;
  // The server first: whatever it starts from then on has its limit.
  for (const pid of [postgres.pid, ...childrenOf(postgres.pid)]) {
    try {
      limit(pid, "fsize", most[room]);
    } catch (error) {
      // It may have ended since it was listed, or because of the limit that another has.
      if (existsSync(`/proc/${pid}`)) throw error;
    }
  }
}
