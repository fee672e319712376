import postgres from "postgres";
import { poll } from "../poll.ts";
import type { Exit } from "../program.ts";

/** Recovery after a crash replays up to `max_wal_size` of log, and a slow disk may take minutes over that. */
const LONGEST_RECOVERY_MS = 5 * 60_000;

export type Opened =
  | { state: "open" }
  | { state: "ended"; exit: Exit }
  | { state: "wrong_password" }
  | { state: "silent" };

/** Waits until a server answers its owner, then makes `database` if it does not exist. */
export async function openDatabase(
  url: string,
  database: string,
  exited: Promise<Exit>,
  signal?: AbortSignal,
): Promise<Opened> {
  // Raced, for what answers on the port may be somebody else, who never will.
  const ended = exited.then((exit): Opened => ({ state: "ended", exit }));
  const opened = await poll(() => Promise.race([ended, tryToOpen(url, database)]), {
    withinMs: LONGEST_RECOVERY_MS,
    signal,
  });
  return opened ?? { state: "silent" };
}

async function tryToOpen(url: string, database: string): Promise<Opened | undefined> {
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} });
  try {
    const found = await sql`select 1 from pg_database where datname = ${database}`;
    if (found.length === 0) await sql`create database ${sql(database)}`;
    return { state: "open" };
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "28P01") return { state: "wrong_password" };
    if (code !== undefined && NOT_YET.has(code)) return undefined;
    throw error;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Nobody listens, the connection was cut, it is starting or stopping. */
const NOT_YET = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECTION_ENDED",
  "57P03",
  "57P01",
]);
