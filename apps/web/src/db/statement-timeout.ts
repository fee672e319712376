import { sql } from "drizzle-orm";
import type { Queryable } from "./open.ts";

/** Lifts the limit that ends what a page would never wait for, for this transaction. */
export async function liftStatementTimeout(tx: Queryable): Promise<void> {
  await tx.execute(sql`SET LOCAL statement_timeout = 0`);
}
