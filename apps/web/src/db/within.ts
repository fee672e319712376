import { sql } from "drizzle-orm";
import type { Database, Queryable } from "./open.ts";
import { codeOf, QUERY_CANCELED } from "./sqlstate.ts";

export type InTime<T> = { kind: "in time"; value: T } | { kind: "too long" };

/**
 * Runs queries in a transaction of which no statement may take longer than `mostMs`; Postgres gives up on one that does. What
 * nobody waits for is left to one processor (`parallel: false`), so that it does not hold up what somebody does.
 */
export async function within<T>(
  db: Database,
  mostMs: number,
  run: (tx: Queryable) => Promise<T>,
  { parallel = true }: { parallel?: boolean } = {},
): Promise<InTime<T>> {
  try {
    const value = await db.transaction(async (tx) => {
      await tx.execute(sql`SELECT set_config('statement_timeout', ${String(mostMs)}, TRUE)`);
      if (!parallel) await tx.execute(sql`SET LOCAL max_parallel_workers_per_gather = 0`);
      return run(tx);
    });
    return { kind: "in time", value };
  } catch (error) {
    if (codeOf(error) !== QUERY_CANCELED) throw error;
    return { kind: "too long" };
  }
}
