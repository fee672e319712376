import { sql } from "drizzle-orm";
import type { Database } from "./open.ts";
import { codeOf, LOCK_NOT_AVAILABLE } from "./sqlstate.ts";
import { liftStatementTimeout } from "./statement-timeout.ts";

/**
 * Makes the partitions that events of this month's emails and the next two months' go into, as far as they are missing: at
 * each start, and while it runs. What has fallen into the default partition for want of them is moved, which may take long.
 * "later" when somebody has the table open for long, as a dump does: nothing was made then, and nothing is lost by that.
 */
export async function ensurePartitions(
  db: Pick<Database, "transaction">,
): Promise<"made" | "later"> {
  try {
    await db.transaction(async (tx) => {
      await liftStatementTimeout(tx);
      // Whatever asks for the table after us queues behind us, and reports are among it.
      await tx.execute(sql`SET LOCAL lock_timeout = '2s'`);
      await tx.execute(sql`SELECT ensure_email_event_partitions(now())`);
    });
    return "made";
  } catch (error) {
    if (codeOf(error) !== LOCK_NOT_AVAILABLE) throw error;
    return "later";
  }
}
