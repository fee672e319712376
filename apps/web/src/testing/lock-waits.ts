import { sql } from "drizzle-orm";
import { until } from "@mailwright/testing";
import type { Queryable } from "../db/open.ts";

/**
 * Resolves once so many connections to the test's own database wait for what others have locked; with the id of the first
 * one's process.
 */
export async function lockWait(db: Queryable, connections = 1): Promise<number> {
  return until(
    async () => {
      const waiting = await db.execute<{ pid: number }>(sql`
        SELECT "pid" FROM pg_stat_activity WHERE "datname" = current_database() AND "wait_event_type" = 'Lock'
      `);
      return waiting[connections - 1] && waiting[0]?.pid;
    },
    { what: `${connections} to wait for a lock` },
  );
}
