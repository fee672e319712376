import { sql } from "drizzle-orm";
import { until } from "@mailwright/testing";
import type { Queryable } from "../db/open.ts";

/** Resolves once a connection to the test's own database waits for what another one has locked; with its process's id. */
export async function lockWait(db: Queryable): Promise<number> {
  return until(
    async () => {
      const [waiting] = await db.execute<{ pid: number }>(sql`
        SELECT "pid" FROM pg_stat_activity WHERE "datname" = current_database() AND "wait_event_type" = 'Lock'
      `);
      return waiting?.pid;
    },
    { what: "somebody to wait for a lock" },
  );
}
