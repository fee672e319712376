import { sql } from "drizzle-orm";
import { isOneOf } from "../../db/index-order.ts";
import type { Queryable } from "../../db/open.ts";
import { email } from "../../db/schema/ledger.ts";

/** Deletes a campaign's own row, with its batches. Its emails stay behind and belong to nobody; see `deleteStrays`. */
export async function deleteCampaignRow(tx: Queryable, id: string): Promise<void> {
  await tx.execute(sql`DELETE FROM "batch" WHERE "campaign_id" = ${id}`);
  await tx.execute(sql`
    WITH "gone" AS (DELETE FROM "campaign" WHERE "id" = ${id} RETURNING "content_hash")
    DELETE FROM "content" USING "gone" WHERE "content"."hash" = "gone"."content_hash"
      AND NOT EXISTS (SELECT FROM "campaign" WHERE "campaign"."content_hash" = "content"."hash" AND "campaign"."id" <> ${id})
  `);
}

/** A campaign that has emails and no row any more; undefined when there is none. It costs one index probe a campaign. */
export async function findDeletedCampaign(db: Queryable): Promise<string | undefined> {
  const rows = await db.execute<{ id: string }>(sql`
    WITH RECURSIVE "known" AS (
      (SELECT "campaign_id" FROM "email" ORDER BY "campaign_id" LIMIT 1)
      UNION ALL
      SELECT (SELECT "email"."campaign_id" FROM "email" WHERE "email"."campaign_id" > "known"."campaign_id" ORDER BY "email"."campaign_id" LIMIT 1)
      FROM "known" WHERE "known"."campaign_id" IS NOT NULL
    )
    SELECT "campaign_id" AS "id" FROM "known"
    WHERE "campaign_id" IS NOT NULL AND NOT EXISTS (SELECT FROM "campaign" WHERE "campaign"."id" = "known"."campaign_id")
    LIMIT 1
  `);
  return rows[0]?.id;
}

/**
 * Deletes up to `most` emails of a campaign that is gone, with their events and facts, and batches that a requeue made in the
 * moment of the deletion; the answer is how many emails. Any number of webs may: they leave each other's rows alone.
 */
export async function deleteStrays(db: Queryable, campaign: string, most: number): Promise<number> {
  const rows = await db.execute<{ emails: number }>(sql`
    WITH "stray" AS MATERIALIZED (
      SELECT "id" FROM "email" WHERE ${isOneOf(email.campaign_id, sql`${campaign}::uuid`)}
        AND NOT EXISTS (SELECT FROM "campaign" WHERE "campaign"."id" = ${campaign})
      ORDER BY "campaign_id", "state", "id" LIMIT ${most} FOR UPDATE SKIP LOCKED
    ),
    "events" AS (DELETE FROM "email_event" USING "stray" WHERE "email_event"."email_id" = "stray"."id"),
    "facts" AS (DELETE FROM "email_fact" USING "stray" WHERE "email_fact"."email_id" = "stray"."id"),
    "batches" AS (
      DELETE FROM "batch" WHERE "campaign_id" = ${campaign}
        AND NOT EXISTS (SELECT FROM "campaign" WHERE "campaign"."id" = ${campaign})
    ),
    "emails" AS (DELETE FROM "email" USING "stray" WHERE "email"."id" = "stray"."id" RETURNING 1)
    SELECT count(*)::integer AS "emails" FROM "emails"
  `);
  return rows[0]?.emails ?? 0;
}
