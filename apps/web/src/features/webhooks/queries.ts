import { sql } from "drizzle-orm";
import type { Queryable } from "../../db/open.ts";

/** An email of which a gateway tells something. */
export interface Concerned {
  id: string;
  contact_id: string;
  /** The address that it went to; empty once its contact is erased. */
  address: string;
  campaign: string;
  /** The canonical address that its contact has now; null once that is erased. */
  canonical: string | null;
}

/**
 * The emails among these that the gateway may tell of, all locked in the order of their ids until the transaction ends: those
 * that it was given, and those of which it is not reported yet through which they go. A gateway's secret opens no other's
 * emails.
 */
export async function lockConcerned(
  tx: Queryable,
  gateway: string,
  ids: readonly string[],
): Promise<Map<string, Concerned>> {
  const param = sql.param([...ids]);
  // By a statement of its own: the one below has to see what was done meanwhile by whoever had them, an erasure above all. With
  // the EXISTS in this one, Postgres 18.4 crashed when it judged an email anew that had changed while this waited.
  await tx.execute(
    sql`SELECT FROM "email" WHERE "id" = ANY(${param}::uuid[]) ORDER BY "id" FOR UPDATE`,
  );
  const rows = await tx.execute<Concerned & Record<string, unknown>>(sql`
    SELECT "email"."id", "email"."contact_id", "email"."address", "campaign"."name" AS "campaign",
      "contact"."canonical_email" AS "canonical"
    FROM "email"
      JOIN "campaign" ON "campaign"."id" = "email"."campaign_id"
      LEFT JOIN "contact" ON "contact"."id" = "email"."contact_id"
    WHERE "email"."id" = ANY(${param}::uuid[]) AND (
      "email"."gateway_id" IS NULL OR "email"."gateway_id" = ${gateway} OR EXISTS (
        SELECT FROM "email_event"
        WHERE "email_event"."email_id" = "email"."id" AND "email_event"."gateway_id" = ${gateway}
      )
    )
  `);
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * So many turns there are for everybody's soft bounces. One for each contact would be too many: Postgres has room for some
 * 6,400 locks of this kind, of all transactions together, and one call may tell of thousands.
 */
const TURNS = 1_024;

/**
 * Has whoever counts soft bounces of the same contacts wait for each other until the transaction ends. Taken once what they
 * tell is written down, and by a statement of its own: so the count that comes next knows what whoever had the turn before has
 * written. In one order, so that two only wait.
 */
export async function takeCountingTurns(tx: Queryable, contacts: readonly string[]): Promise<void> {
  await tx.execute(sql`
    SELECT pg_advisory_xact_lock(hashtext('soft bounces'), "turn") FROM (
      SELECT DISTINCT hashtext("contact") & ${TURNS - 1}::integer AS "turn"
      FROM unnest(${sql.param([...contacts])}::text[]) AS "contact" ORDER BY "turn"
    ) AS "turns"
  `);
}

/**
 * How many emails to a contact at this address bounced softly since one arrived there: since one was told to be delivered, or
 * was sent that is at least `quietDays` old and of which no bounce was told. Most mail servers tell of no delivery.
 *
 * Bounces count by when they were told of, not by when their emails were sent: to a dead host every email bounces after
 * five days, and of those sent since the later ones look as if they had arrived.
 */
export async function countSoftBounces(
  tx: Queryable,
  contact: string,
  address: string,
  quietDays: number,
): Promise<number> {
  const rows = await tx.execute<{ emails: number }>(sql`
    WITH "mailed" AS MATERIALIZED (
      SELECT "id", "state", "changed_at" FROM "email"
      WHERE "contact_id" = ${contact} AND "address" = ${address}
    ),
    "told" AS MATERIALIZED (
      SELECT "email_fact".* FROM "mailed" JOIN "email_fact" ON "email_fact"."email_id" = "mailed"."id"
    ),
    "arrived" AS (
      SELECT "at" FROM "told" WHERE "kind" = 'delivered'
      UNION ALL
      SELECT "changed_at" FROM "mailed"
      WHERE "state" = 'sent' AND "changed_at" < now() - make_interval(days => ${quietDays})
        AND "id" NOT IN (SELECT "email_id" FROM "told" WHERE "kind" = 'bounced')
    )
    SELECT count(DISTINCT "email_id")::integer AS "emails" FROM "told"
    WHERE "kind" = 'bounced' AND "detail" ->> 'class' = 'soft'
      AND "at" > coalesce((SELECT max("at") FROM "arrived"), '-infinity')
  `);
  return rows[0]?.emails ?? 0;
}
