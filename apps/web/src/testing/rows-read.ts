import { sql } from "drizzle-orm";
import type { Database, Queryable } from "../db/open.ts";

/** How many rows of a table, live or not, the statements of `work` looked at, by an index or without one. */
export function rowsRead(
  db: Database,
  table: string,
  work: (tx: Queryable) => Promise<unknown>,
): Promise<number> {
  return db.transaction(async (tx) => {
    // What the connection has not told of yet counts too.
    const before = await rowsSoFar(tx, table);
    await work(tx);
    return (await rowsSoFar(tx, table)) - before;
  });
}

async function rowsSoFar(tx: Queryable, table: string): Promise<number> {
  const [row] = await tx.execute<{ rows: number }>(sql`
    SELECT ("seq_tup_read" + coalesce("idx_tup_fetch", 0))::integer AS "rows"
    FROM "pg_stat_xact_user_tables" WHERE "relname" = ${table}
  `);
  if (row === undefined) throw new Error(`there is no table ${table}`);
  return row.rows;
}
