import { sql } from "drizzle-orm";
import { foundEmailIs } from "../../db/found-email.ts";
import { countMoves } from "../../db/ledger-moves.ts";
import type { Queryable } from "../../db/open.ts";

/**
 * Cancels the emails of up to `most` batches that no web ever began to hand over, and drops the batches; the answer is
 * how many. The others may be at the email client, which cancels them itself.
 */
export async function cancelUnclaimedBatches(db: Queryable, most: number): Promise<number> {
  const rows = await db.execute<{ batches: number }>(sql`
    WITH "dropped" AS (
      DELETE FROM "batch" WHERE "id" IN (
        SELECT "batch"."id" FROM "campaign" JOIN "batch" ON "batch"."campaign_id" = "campaign"."id"
        WHERE "campaign"."state" = 'cancelling' AND "batch"."handed_at" IS NULL AND "batch"."claimed_until" IS NULL
        ORDER BY "batch"."id" LIMIT ${most} FOR UPDATE OF "batch" SKIP LOCKED
      )
      RETURNING "campaign_id", "email_ids", "runs", "size"
    ),
    "locked" AS MATERIALIZED (
      SELECT "id" FROM "email"
      WHERE ("id", "run") IN (SELECT unnest("email_ids"), unnest("runs") FROM "dropped") AND ${foundEmailIs("queued")} ORDER BY "id" FOR UPDATE
    ),
    "moved" AS (
      UPDATE "email" SET "state" = 'cancelled', "seq" = "seq" + 1, "changed_at" = now(), "error_code" = 'cancelled'
      FROM "locked" WHERE "email"."id" = "locked"."id"
      RETURNING "email".*, old."state" AS "before", new."state" AS "after"
    ),
    "told" AS (
      INSERT INTO "email_event" ("email_id", "run", "seq", "event", "state", "at", "attempt", "error_code")
      SELECT "id", "run", "seq", 'CANCEL', "state", "changed_at", "attempt", "error_code" FROM "moved"
    ),
    ${countMoves(sql`- (SELECT sum("size") FROM "dropped" WHERE "dropped"."campaign_id" = "campaign"."id")::integer`)}
    SELECT (SELECT count(*) FROM "dropped")::integer AS "batches", (SELECT count(*) FROM "counted") AS "campaigns"
  `);
  return rows[0]?.batches ?? 0;
}
