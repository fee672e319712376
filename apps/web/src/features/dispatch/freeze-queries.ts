import { type SQL, sql } from "drizzle-orm";
import { BATCH_SIZE } from "@mailwright/protocol";
import type { Queryable } from "../../db/open.ts";
import { HAS_OPT_OUTS, type Membership } from "../segments/audience.ts";

/** Campaigns whose audience is waiting to be frozen. */
export async function launchingCampaigns(db: Queryable): Promise<string[]> {
  const rows = await db.execute<{ id: string }>(
    sql`SELECT "id" FROM "campaign" WHERE "state" = 'launching' ORDER BY "id"`,
  );
  return rows.map(({ id }) => id);
}

/**
 * Takes the freezing of one campaign for this transaction; the answer is the launch that it is for, undefined when another
 * web is at it or it is done. No contact is erased meanwhile (`contacts/erasure-queries.ts`): the address would be written
 * into the ledger after it was erased there.
 */
export async function takeFreeze(tx: Queryable, campaign: string): Promise<string | undefined> {
  const rows = await tx.execute<{ taken: boolean; launch: string }>(sql`
    SELECT pg_try_advisory_xact_lock(hashtextextended(${`freeze ${campaign}`}, 0)) AS "taken", "launched_at"::text AS "launch"
    FROM "campaign" WHERE "id" = ${campaign} AND "state" = 'launching'
  `);
  if (rows[0]?.taken !== true) return undefined;
  // An erasure waits for running freezes; only another freeze may queue behind it.
  await tx.execute(sql`SELECT pg_advisory_xact_lock_shared(hashtextextended('erase contacts', 0))`);
  return rows[0].launch;
}

/** The segments of a campaign with what decides their members. */
export async function segmentsOf(db: Queryable, campaign: string): Promise<Membership[]> {
  return db.execute<Membership & Record<string, unknown>>(sql`
    SELECT "segment"."id", "segment"."rule", ${HAS_OPT_OUTS} AS "has_opt_outs" FROM "campaign_segment" JOIN "segment" ON "segment"."id" = "segment_id"
    WHERE "campaign_id" = ${campaign} ORDER BY "segment"."id"
  `);
}

/**
 * Writes one email for each contact that the condition holds for, and the batches of those that may be mailed: all in
 * one statement, so the audience is what it was at one instant, each contact once. Who must not be mailed is in the
 * ledger too, skipped, with the reason. Ids rise as rows are written, so batches are in the order of their emails' ids, which
 * `announcement-queries.ts` counts on.
 */
export async function freezeAudience(
  tx: Queryable,
  campaign: string,
  audience: SQL,
): Promise<{ queued: number; skipped: number }> {
  const rows = await tx.execute<{ queued: number; skipped: number }>(sql`
    WITH "frozen" AS (
      INSERT INTO "email" ("campaign_id", "contact_id", "address", "canonical_address", "state", "seq", "error_code", "error_detail")
      SELECT ${campaign}::uuid, "contact"."id", "contact"."email",
        CASE WHEN "contact"."email" <> "canonical_email" AND lower("contact"."email") <> "canonical_email" THEN "canonical_email" END,
        CASE WHEN "suppression"."reason" IS NULL THEN 'queued' ELSE 'skipped' END::"email_state",
        CASE WHEN "suppression"."reason" IS NULL THEN 0 ELSE 1 END,
        CASE WHEN "suppression"."reason" IS NOT NULL THEN 'suppressed' END,
        "suppression"."reason"
      FROM "contact" LEFT JOIN "suppression" USING ("canonical_email")
      WHERE ${audience}
      RETURNING "id", "state", "seq", "error_code", "error_detail"
    ),
    "skips" AS (
      INSERT INTO "email_event" ("email_id", "run", "seq", "event", "state", "at", "attempt", "error_code", "error_detail")
      SELECT "id", 1, "seq", 'SUPPRESSED', "state", now(), 0, "error_code", "error_detail"
      FROM "frozen" WHERE "state" = 'skipped'
    ),
    "numbered" AS (
      SELECT "id", (row_number() OVER () - 1) / ${BATCH_SIZE} AS "part" FROM "frozen" WHERE "state" = 'queued'
    ),
    "batches" AS (
      INSERT INTO "batch" ("campaign_id", "email_ids", "runs", "size")
      SELECT ${campaign}::uuid, array_agg("id"), array_agg(1), count(*) FROM "numbered" GROUP BY "part" ORDER BY "part"
      RETURNING "size"
    )
    SELECT
      coalesce((SELECT sum("size") FROM "batches"), 0)::integer AS "queued",
      (SELECT count(*) FROM "frozen" WHERE "state" = 'skipped')::integer AS "skipped"
  `);
  return rows[0] ?? { queued: 0, skipped: 0 };
}

/**
 * The campaign begins to send what was frozen. One whose whole audience was skipped is finished at once. False when its
 * launch was taken back meanwhile: then nothing of what was frozen may stay.
 */
export async function beginSending(
  tx: Queryable,
  campaign: string,
  launch: string,
  { queued, skipped }: { queued: number; skipped: number },
): Promise<boolean> {
  const rows = await tx.execute(sql`
    UPDATE "campaign" SET
      "state" = ${queued === 0 ? "finished" : "sending"}::"campaign_state",
      "finished_at" = CASE WHEN ${queued} = 0 THEN now() END,
      "state_reason" = NULL, "audience" = ${queued + skipped}, "queued" = ${queued}, "unhanded" = ${queued},
      "skipped" = ${skipped}, "updated_at" = now()
    WHERE "id" = ${campaign} AND ${isLaunch(launch)} RETURNING "id"
  `);
  return rows.length > 0;
}

/** Nobody was there to be mailed: the campaign is a draft again, as its editor left it, and says why. */
export async function backToDraft(
  tx: Queryable,
  campaign: string,
  launch: string,
  why: string,
): Promise<void> {
  await tx.execute(sql`
    UPDATE "campaign" SET "state" = 'draft', "state_reason" = ${why}, "launched_at" = NULL, "updated_at" = now(),
      "gateway_id" = CASE WHEN NOT "gateway_by_default" THEN "gateway_id" END
    WHERE "id" = ${campaign} AND ${isLaunch(launch)}
  `);
}

/** Still the same launch: one that was taken back and given anew is another, of perhaps another draft. */
function isLaunch(launch: string): SQL {
  return sql`"state" = 'launching' AND "launched_at"::text = ${launch}`;
}
