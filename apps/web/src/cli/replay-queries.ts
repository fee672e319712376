import { sql } from "drizzle-orm";
import { EMAIL_STATES } from "@mailwright/email_machine";
import type { Database } from "../db/open.ts";
import { liftStatementTimeout } from "../db/statement-timeout.ts";

/** Where the ledger and its history part. */
export interface Difference extends Record<string, unknown> {
  what: "email" | "campaign";
  id: string;
  ledger: string;
  history: string;
}

/** At most this many are named; more of them are no more use. */
const MOST = 100;

/**
 * Folds the events of every email of one campaign, or of all, and compares: an email with the last event of its run, its
 * number with how many there are, and a campaign's counts with its emails.
 */
export async function differences(
  db: Database,
  campaign: string | undefined,
): Promise<{ emails: number; found: Difference[] }> {
  const chosen = campaign === undefined ? sql`TRUE` : sql`"campaign_id" = ${campaign}`;
  return db.transaction(async (tx) => {
    await liftStatementTimeout(tx);
    // One snapshot for everything, or emails that move meanwhile would look like faults.
    await tx.execute(sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`);
    const [count] = await tx.execute<{ emails: number }>(
      sql`SELECT count(*)::integer AS "emails" FROM "email" WHERE ${chosen}`,
    );
    const emails = await tx.execute<Difference>(sql`
      SELECT 'email' AS "what", "email"."id", "email"."state" || ' at ' || "email"."seq" AS "ledger",
        coalesce("last"."state"::text, 'queued') || ' at ' || coalesce("last"."seq", 0) || ' of ' || coalesce("last"."events", 0) AS "history"
      FROM "email" LEFT JOIN LATERAL (
        SELECT (array_agg("state" ORDER BY "seq" DESC))[1] AS "state", max("seq") AS "seq", count(*) FILTER (WHERE "seq" > 0) AS "events"
        FROM "email_event" WHERE "email_id" = "email"."id" AND "run" = "email"."run"
      ) AS "last" ON TRUE
      WHERE ${chosen} AND (
        "email"."state" <> coalesce("last"."state", 'queued') OR "email"."seq" <> coalesce("last"."seq", 0)
        OR "email"."seq" <> coalesce("last"."events", 0)
      )
      ORDER BY "email"."id" LIMIT ${MOST}
    `);
    const counts = sql.join(
      EMAIL_STATES.map(
        (state) =>
          sql`SELECT ${sql.raw(`'${state}'`)} AS "state", ${sql.identifier(state)} AS "count"`,
      ),
      sql` UNION ALL `,
    );
    const campaigns = await tx.execute<Difference>(sql`
      SELECT 'campaign' AS "what", "campaign"."id", "kept"."state" || ' ' || "kept"."count" AS "ledger",
        "kept"."state" || ' ' || coalesce("folded"."count", 0) AS "history"
      FROM "campaign" CROSS JOIN LATERAL (${counts}) AS "kept"
      LEFT JOIN (
        SELECT "campaign_id", "state"::text, count(*)::integer AS "count" FROM "email" WHERE ${chosen} GROUP BY 1, 2
      ) AS "folded" ON "folded"."campaign_id" = "campaign"."id" AND "folded"."state" = "kept"."state"
      WHERE ${campaign === undefined ? sql`TRUE` : sql`"campaign"."id" = ${campaign}`}
        AND "kept"."count" <> coalesce("folded"."count", 0)
      ORDER BY "campaign"."id" LIMIT ${MOST}
    `);
    return { emails: count?.emails ?? 0, found: [...emails, ...campaigns] };
  });
}
