import { sql } from "drizzle-orm";
import type { Queryable } from "./open.ts";

/** What time it is by Postgres, whose clock all webs share; in milliseconds since 1970. */
export async function databaseTime(db: Queryable): Promise<number> {
  const [row] = await db.execute<{ ms: number }>(
    sql`SELECT (extract(epoch FROM now()) * 1000)::float8 AS "ms"`,
  );
  if (row === undefined) throw new Error("a statement without a table gave no row");
  return row.ms;
}
