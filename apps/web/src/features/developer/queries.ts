import { sql } from "drizzle-orm";
import { EMAIL_STATES, type EmailState } from "@mailwright/email_machine";
import type { Queryable } from "../../db/open.ts";

/** How many emails of all campaigns are in each state: the sum of counts that are kept, so no email is read. */
export async function selectLedgerTotals(db: Queryable): Promise<Record<EmailState, number>> {
  const sums = EMAIL_STATES.map(
    (state) => sql`coalesce(sum(${sql.identifier(state)}), 0)::float8 AS ${sql.identifier(state)}`,
  );
  const [row] = await db.execute<Record<EmailState, number>>(
    sql`SELECT ${sql.join(sums, sql`, `)} FROM "campaign"`,
  );
  if (row === undefined) throw new Error("a sum without a group gave no row");
  return row;
}

/** What lies between web and the email client. */
export interface Queue extends Record<string, unknown> {
  /** Emails whose batch has not been handed over. */
  unhanded: number;
  /** Batches that wait to be handed over, and those that were and have emails left. */
  waiting: number;
  handed: number;
}

export async function selectQueue(db: Queryable): Promise<Queue> {
  const [row] = await db.execute<Queue>(sql`
    SELECT (SELECT coalesce(sum("unhanded"), 0)::float8 FROM "campaign") AS "unhanded",
      count(*) FILTER (WHERE "handed_at" IS NULL)::integer AS "waiting",
      count(*) FILTER (WHERE "handed_at" IS NOT NULL)::integer AS "handed"
    FROM "batch"
  `);
  if (row === undefined) throw new Error("a count without a group gave no row");
  return row;
}

export async function selectPostgresVersion(db: Queryable): Promise<string> {
  const [row] = await db.execute<{ version: string }>(
    sql`SELECT split_part(current_setting('server_version'), ' ', 1) AS "version"`,
  );
  return row?.version ?? "";
}
