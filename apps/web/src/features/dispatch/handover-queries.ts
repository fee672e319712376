import { type SQL, sql } from "drizzle-orm";
import type { Content } from "@mailwright/protocol";
import { BATCH_EMAILS } from "../../db/batch-emails.ts";
import { foundEmailIs } from "../../db/found-email.ts";
import { countMoves } from "../../db/ledger-moves.ts";
import { mailedAddress } from "../../db/mailed-address.ts";
import type { Queryable } from "../../db/open.ts";
import {
  type ContactColumns,
  MAILED_CONTACT,
  type MailedContact,
  withContact,
} from "./mailed-contact.ts";

/** A batch that this web has the right to hand over, for as long as its claim lasts. */
export interface ClaimedBatch {
  id: string;
  campaign_id: string;
  content_hash: string;
  gateway_id: string;
  priority: number;
}

/**
 * `again`: it was claimed before, so it may have arrived without anybody having heard of that; `since_first_ms` is how long
 * before this claim the first one was. `cancelling`: it goes there to end. `claim` names this claim: once it has run out another
 * web may have the batch, by another.
 */
export interface BatchToHandOver extends ClaimedBatch {
  again: boolean;
  since_first_ms: number;
  cancelling: boolean;
  claim: string;
}

/**
 * Claims up to `most` batches of campaigns that send and have fewer than `window` emails at the email client, the most
 * urgent campaign first, and of those that are as urgent each in turn: one whose batches are refused for now keeps none of the
 * others waiting, and is not asked about at all while it is among `except`. A batch that was claimed before and never handed over
 * may have arrived: it is handed over even if its campaign was cancelled since, once the email client knows of that, and ends
 * there.
 *
 * Of one that a web of before claimed nobody noted when, but not before it was made.
 */
export async function claimBatches(
  db: Queryable,
  {
    window,
    most,
    claimS,
    except = [],
  }: { window: number; most: number; claimS: number; except?: readonly string[] },
): Promise<BatchToHandOver[]> {
  return db.execute<BatchToHandOver & Record<string, unknown>>(sql`
    WITH "next" AS (
      SELECT "picked".*, "campaign"."content_hash", "campaign"."gateway_id", "campaign"."priority",
        "campaign"."state" = 'cancelling' AS "cancelling"
      FROM "campaign" CROSS JOIN LATERAL (
        SELECT "batch"."id" FROM "batch"
        WHERE "batch"."campaign_id" = "campaign"."id" AND "batch"."handed_at" IS NULL
          AND ("batch"."claimed_until" < now() OR ("batch"."claimed_until" IS NULL AND "campaign"."state" = 'sending'))
        ORDER BY "batch"."id" LIMIT ${most}
        FOR UPDATE OF "batch" SKIP LOCKED
      ) AS "picked"
      WHERE "campaign"."unhanded" > 0 AND "campaign"."id" <> ALL(${sql.param(except)}::uuid[])
        AND ("campaign"."state" = 'sending' OR ("campaign"."state" = 'cancelling' AND "campaign"."control_acknowledged" = 'cancelled'))
        AND "queued" + "sending" + "retrying" + "resolving" - "unhanded" < ${window}
      ORDER BY "campaign"."priority", row_number() OVER (PARTITION BY "campaign"."id" ORDER BY "picked"."id"), "picked"."id"
      LIMIT ${most}
    )
    UPDATE "batch" SET "claimed_until" = now() + make_interval(secs => ${claimS}),
      "first_claimed_at" = CASE WHEN "claimed_until" IS NULL THEN now()
        ELSE coalesce("first_claimed_at", uuid_extract_timestamp("batch"."id")) END
    FROM "next" WHERE "batch"."id" = "next"."id"
    RETURNING "batch"."id", "batch"."campaign_id", "next"."content_hash", "next"."gateway_id", "next"."priority",
      old."claimed_until" IS NOT NULL AS "again", "next"."cancelling",
      (extract(epoch FROM now() - new."first_claimed_at") * 1000)::float8 AS "since_first_ms", new."claimed_until"::text AS "claim"
  `);
}

/** Whether any email of a batch was attempted: then it has arrived. */
export async function wasTried(db: Queryable, batch: string): Promise<boolean> {
  const rows = await db.execute<{ tried: boolean }>(sql`
    SELECT EXISTS (SELECT FROM ${BATCH_EMAILS} WHERE "batch"."id" = ${batch} AND "email"."attempt" > 0) AS "tried"
  `);
  return rows[0]?.tried ?? false;
}

/** One email of a batch as it is to be handed over, with what its contact is now. */
export interface Handover {
  id: string;
  run: number;
  address: string;
  contact: MailedContact | null;
  suppressed: string | null;
}

/**
 * What suppresses an "email" of a "contact": the address that it goes to, which was frozen, or the one that its contact has
 * now. Both are names in the query that this stands in.
 */
export function suppressing(): SQL {
  return sql`
    SELECT "reason" FROM "suppression"
    WHERE "canonical_email" IN ("contact"."canonical_email", ${mailedAddress()}) LIMIT 1
  `;
}

/** The emails of a batch that still wait to be handed over. */
export async function handoversOf(db: Queryable, batch: string): Promise<Handover[]> {
  const rows = await db.execute<Omit<Handover, "contact"> & ContactColumns>(sql`
    SELECT "email"."id", "email"."run", "email"."address", "suppression"."reason" AS "suppressed", ${MAILED_CONTACT}
    FROM ${BATCH_EMAILS}
      LEFT JOIN "contact" ON "contact"."id" = "email"."contact_id"
      LEFT JOIN LATERAL (${suppressing()}) AS "suppression" ON true
    WHERE "batch"."id" = ${batch} AND ${foundEmailIs("queued")}
    ORDER BY "email"."id"
  `);
  return rows.map(withContact);
}

/** An email that is not to be sent after all, and why. */
export interface Skip {
  id: string;
  run: number;
  code: "suppressed" | "erased";
  detail: string;
}

/**
 * Skips queued emails of a batch whose contact must not be mailed any more, or is gone. False when the claim has run out and
 * somebody else took the batch: then they may have been handed over since, and nothing is done.
 */
export async function skipEmails(
  db: Queryable,
  { id, claim }: Pick<BatchToHandOver, "id" | "claim">,
  skips: Skip[],
): Promise<boolean> {
  const rows = await db.execute<{ ours: boolean }>(sql`
    WITH "ours" AS MATERIALIZED (
      SELECT "id" FROM "batch" WHERE "id" = ${id} AND "claimed_until"::text = ${claim} FOR UPDATE
    ),
    "skip" AS (
      SELECT * FROM json_to_recordset(${JSON.stringify(skips)}::json) AS "skip" ("id" uuid, "run" smallint, "code" text, "detail" text)
    ),
    "locked" AS MATERIALIZED (
      SELECT "email"."id" FROM "email"
      WHERE EXISTS (SELECT FROM "ours") AND ("id", "run") IN (SELECT "id", "run" FROM "skip") AND ${foundEmailIs("queued")} ORDER BY "id" FOR UPDATE
    ),
    "moved" AS (
      UPDATE "email" SET "state" = 'skipped', "seq" = "seq" + 1, "changed_at" = now(), "error_code" = "code", "error_detail" = "detail"
      FROM "skip" JOIN "locked" USING ("id") WHERE "email"."id" = "skip"."id"
      RETURNING "email".*, old."state" AS "before", new."state" AS "after"
    ),
    "told" AS (
      INSERT INTO "email_event" ("email_id", "run", "seq", "event", "state", "at", "attempt", "error_code", "error_detail")
      SELECT "id", "run", "seq", 'SUPPRESSED', "state", "changed_at", "attempt", "error_code", "error_detail" FROM "moved"
    ),
    ${countMoves()}
    SELECT EXISTS (SELECT FROM "ours") AS "ours", (SELECT count(*) FROM "counted") AS "campaigns"
  `);
  return rows[0]?.ours ?? false;
}

/** The batch is the email client's now; its emails leave the campaign's `unhanded`. False when it was so already. */
export async function markHanded(db: Queryable, batch: string): Promise<boolean> {
  const rows = await db.execute(sql`
    WITH "handed" AS (
      UPDATE "batch" SET "handed_at" = now(), "claimed_until" = NULL, "checked_at" = now()
      WHERE "id" = ${batch} AND "handed_at" IS NULL RETURNING "campaign_id", "size"
    )
    UPDATE "campaign" SET "unhanded" = "unhanded" - "handed"."size"
    FROM "handed" WHERE "campaign"."id" = "handed"."campaign_id"
    RETURNING "campaign"."id"
  `);
  return rows.length > 0;
}

/** Lets go of a batch that could not be handed over: whoever comes next may try at once. */
export async function releaseBatch(db: Queryable, batch: string): Promise<void> {
  await db.execute(
    sql`UPDATE "batch" SET "claimed_until" = now() WHERE "id" = ${batch} AND "handed_at" IS NULL`,
  );
}

/** Makes a batch one that nobody ever began to hand over. False when the claim has run out and somebody else took it. */
export async function unclaimBatch(
  db: Queryable,
  { id, claim }: Pick<BatchToHandOver, "id" | "claim">,
): Promise<boolean> {
  const rows = await db.execute(sql`
    UPDATE "batch" SET "claimed_until" = NULL
    WHERE "id" = ${id} AND "handed_at" IS NULL AND "claimed_until"::text = ${claim} RETURNING "id"
  `);
  return rows.length > 0;
}

export async function contentOf(db: Queryable, hash: string): Promise<Content | undefined> {
  const rows = await db.execute<{ body: Content }>(
    sql`SELECT "body" FROM "content" WHERE "hash" = ${hash}`,
  );
  return rows[0]?.body;
}
