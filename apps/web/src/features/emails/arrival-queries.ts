import type { EmailFactKind } from "../../campaign-words.ts";
import { sql } from "drizzle-orm";
import type { EmailState } from "@mailwright/email_machine";
import type { Queryable } from "../../db/open.ts";
import { isRefusal } from "../../db/told-of-run.ts";

/** Some emails of a campaign: those in the states, all or of the named ones. */
export interface AskedEmails {
  states: readonly EmailState[];
  emails: readonly string[] | "all";
}

/** The last fact of an email, of whichever run, that there is only of one that a gateway has accepted. */
export async function selectLastOfAccepted(
  db: Queryable,
  id: string,
): Promise<EmailFactKind | undefined> {
  const rows = await db.execute<{ kind: EmailFactKind }>(sql`
    SELECT "kind" FROM "email_fact" WHERE "email_id" = ${id} AND NOT ${isRefusal()}
    ORDER BY "at" DESC, "id" DESC LIMIT 1
  `);
  return rows[0]?.kind;
}

/**
 * Whether nobody could tell what became of an attempt of an email. Of a run that has ended for certain its end says so, of an
 * attempt that was given up for lost and told of later as well.
 */
export async function selectInDoubt(db: Queryable, id: string): Promise<boolean> {
  const rows = await db.execute(sql`
    SELECT FROM "email_event" JOIN "email" ON "email"."id" = "email_event"."email_id"
    WHERE "email_id" = ${id} AND ${IS_DOUBT}
      AND ("email_event"."run" < "email"."run" OR "email"."state" NOT IN ('failed', 'skipped', 'cancelled'))
    LIMIT 1
  `);
  return rows.length > 0;
}

/**
 * How many of some emails may have arrived, by state; none of them is sent. It is the same that is asked of one email above, but
 * in parts that Postgres can join instead of asking each of a million for itself. Only a later run is looked through for doubt,
 * for a run in doubt ends as uncertain and not otherwise; and only where somebody has had uncertain emails sent again.
 */
export async function countMayHaveArrived(
  db: Queryable,
  campaign: string,
  { states, emails }: AskedEmails,
): Promise<{ state: EmailState; emails: number }[]> {
  const named = emails === "all" ? sql`` : sql`AND "id" = ANY(${sql.param([...emails])}::uuid[])`;
  const inState = (asked: readonly EmailState[]) => sql`
    "campaign_id" = ${campaign}::uuid AND "state" = ANY(${sql.param(asked)}::"email_state"[]) ${named}`;
  const certain = inState(states.filter((state) => state !== "uncertain"));
  return db.execute<{ state: EmailState; emails: number }>(sql`
    SELECT "state", count(*)::integer AS "emails" FROM (
      (
        SELECT "id", "state" FROM "email" WHERE ${certain} AND "run" > 1
          AND EXISTS (SELECT FROM "requeue" WHERE "campaign_id" = ${campaign}::uuid AND 'uncertain' = ANY("states"))
          AND EXISTS (
            SELECT FROM "email_event" WHERE "email_event"."email_id" = "email"."id" AND ${IS_DOUBT} ${BY_EMAIL}
          )
        UNION
        SELECT "id", "state" FROM "email" WHERE ${certain} AND "id" IN (
          SELECT "email_id" FROM "email_fact" WHERE "campaign_id" = ${campaign}::uuid AND "kind" <> 'bounced'
        )
        UNION
        SELECT "id", "state" FROM "email" WHERE ${certain} AND "id" IN (
          SELECT "email_id" FROM "email_fact"
          WHERE "campaign_id" = ${campaign}::uuid AND "kind" = 'bounced' AND NOT ${isRefusal()}
        )
      )
      UNION ALL
      SELECT "id", "state" FROM "email" WHERE ${inState(states.filter((state) => state === "uncertain"))}
    ) AS "arrived" GROUP BY "state"
  `);
}

/** Whether an "email_event" says that nobody can tell what became of an attempt. */
const IS_DOUBT = sql`("email_event"."event" = 'UNRESOLVED' OR "email_event"."state" = 'uncertain')`;

/** Keeps Postgres from reading the events of all campaigns to join them, which it took for cheaper when statistics misled it. */
const BY_EMAIL = sql`OFFSET 0`;
