import { sql } from "drizzle-orm";
import type { Database } from "./open.ts";

/**
 * Makes the partitions that events of this month's emails and the next two months' go into, as far as they are missing: at
 * each start, and while it runs. What has fallen into the default partition for want of them is moved, which may take long.
 */
export async function ensurePartitions(db: Pick<Database, "transaction">): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`SET LOCAL statement_timeout = 0`);
    await tx.execute(sql`SELECT ensure_email_event_partitions(now())`);
  });
}
