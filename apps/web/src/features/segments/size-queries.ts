import { type SQL, sql } from "drizzle-orm";
import type { Queryable } from "../../db/open.ts";

/** How many contacts a condition holds for. */
export async function countContacts(tx: Queryable, condition: SQL): Promise<number> {
  const [row] = await tx.execute<{ contacts: number }>(
    sql`SELECT count(*)::integer AS "contacts" FROM "contact" WHERE ${condition}`,
  );
  return row?.contacts ?? 0;
}
