import { sql } from "drizzle-orm";
import type { Database, Queryable } from "./open.ts";
import { codeOf, QUERY_CANCELED } from "./sqlstate.ts";

export type InTime<T> = { kind: "in time"; value: T } | { kind: "too long" };

/** Runs queries in a transaction of which no statement may take longer than `mostMs`; Postgres gives up on one that does. */
export async function within<T>(
  db: Database,
  mostMs: number,
  run: (tx: Queryable) => Promise<T>,
): Promise<InTime<T>> {
  try {
    const value = await db.transaction(async (tx) => {
      await tx.execute(sql`SELECT set_config('statement_timeout', ${String(mostMs)}, TRUE)`);
      return run(tx);
    });
    return { kind: "in time", value };
  } catch (error) {
    if (codeOf(error) !== QUERY_CANCELED) throw error;
    return { kind: "too long" };
  }
}
