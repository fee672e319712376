import { type SQL, sql } from "drizzle-orm";
import type { Database, Queryable } from "../../db/open.ts";
import { codeOf } from "../../db/retry.ts";

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
    if (codeOf(error) !== QUERY_CANCELLED) throw error;
    return { kind: "too long" };
  }
}

const QUERY_CANCELLED = "57014";

/** How many contacts a condition holds for. */
export async function countContacts(tx: Queryable, condition: SQL): Promise<number> {
  const [row] = await tx.execute<{ contacts: number }>(
    sql`SELECT count(*)::integer AS "contacts" FROM "contact" WHERE ${condition}`,
  );
  return row?.contacts ?? 0;
}
