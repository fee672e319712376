import { sql } from "drizzle-orm";
import { OPEN_STATES, type OpenState } from "@mailwright/email_machine";
import { BATCH_EMAILS } from "../../db/batch-emails.ts";
import { foundEmailIs } from "../../db/found-email.ts";
import { countMoves } from "../../db/ledger-moves.ts";
import type { Queryable } from "../../db/open.ts";
import { type ClaimedBatch, suppressing } from "./handover-queries.ts";
import {
  type ContactColumns,
  MAILED_CONTACT,
  type MailedContact,
  withContact,
} from "./mailed-contact.ts";

/** `cancelling`: its campaign is. */
export type BatchToCheck = ClaimedBatch & { cancelling: boolean };

/**
 * Takes up to `most` handed batches that nobody looked at for `restS` seconds, of campaigns that are not at their end.
 * Looking at one postpones the next look, so webs share the work without a leader.
 */
export async function batchesToCheck(
  db: Queryable,
  { restS, most }: { restS: number; most: number },
): Promise<BatchToCheck[]> {
  return db.execute<BatchToCheck & Record<string, unknown>>(sql`
    WITH "due" AS (
      SELECT "batch"."id", "campaign"."content_hash", "campaign"."gateway_id", "campaign"."priority",
        "campaign"."state" = 'cancelling' AS "cancelling"
      FROM "batch" JOIN "campaign" ON "campaign"."id" = "batch"."campaign_id"
      WHERE "batch"."handed_at" IS NOT NULL AND "batch"."checked_at" < now() - make_interval(secs => ${restS})
        AND "campaign"."state" IN ('sending', 'paused', 'cancelling')
      ORDER BY "batch"."checked_at" LIMIT ${most} FOR UPDATE OF "batch" SKIP LOCKED
    )
    UPDATE "batch" SET "checked_at" = now() FROM "due" WHERE "batch"."id" = "due"."id"
    RETURNING "batch"."id", "batch"."campaign_id", "due"."content_hash", "due"."gateway_id", "due"."priority",
      "due"."cancelling"
  `);
}

/** An email of a batch that has not settled, as the ledger knows it. Times are milliseconds. */
export interface OpenEmail {
  id: string;
  run: number;
  seq: number;
  state: OpenState;
  attempt: number;
  address: string;
  contact: MailedContact | null;
  /** Whether the contact must not be mailed any more. */
  suppressed: boolean;
  /** When the first attempt of this run began, if one has. */
  first_at: number | null;
  /** Whether something should have been heard of it: nothing was for `overdueS`, and it is not waiting for its time. */
  overdue: boolean;
}

export async function openEmailsOf(
  db: Queryable,
  batch: string,
  overdueS: number,
): Promise<OpenEmail[]> {
  const rows = await db.execute<Omit<OpenEmail, "contact"> & ContactColumns>(sql`
    SELECT "email"."id", "email"."run", "email"."seq", "email"."state", "email"."attempt", "email"."address", ${MAILED_CONTACT},
      "suppression"."reason" IS NOT NULL AS "suppressed",
      (SELECT extract(epoch FROM min("at")) * 1000 FROM "email_event"
        WHERE "email_event"."email_id" = "email"."id" AND "email_event"."run" = "email"."run" AND "email_event"."seq" > 0
      )::float8 AS "first_at",
      greatest("email"."changed_at", coalesce("email"."due_at", "email"."changed_at"), "batch"."handed_at")
        < now() - make_interval(secs => ${overdueS}) AS "overdue"
    FROM ${BATCH_EMAILS}
      LEFT JOIN "contact" ON "contact"."id" = "email"."contact_id"
      LEFT JOIN LATERAL (${suppressing()}) AS "suppression" ON true
    WHERE "batch"."id" = ${batch} AND ${foundEmailIs(...OPEN_STATES)}
    ORDER BY "email"."id"
  `);
  return rows.map(withContact);
}

/** Drops a batch whose emails have all settled. */
export async function dropBatch(db: Queryable, batch: string): Promise<void> {
  await db.execute(sql`DELETE FROM "batch" WHERE "id" = ${batch}`);
}

/**
 * Drops what is left of the batches of campaigns that have ended. Of one that arrived without anybody having heard of that,
 * all may have ended before it was handed over again: its emails leave the campaign's `unhanded` here.
 */
export async function dropEndedBatches(db: Queryable): Promise<void> {
  await db.execute(sql`
    WITH "dropped" AS (
      DELETE FROM "batch" USING "campaign"
      WHERE "campaign"."id" = "batch"."campaign_id" AND "campaign"."state" IN ('finished', 'cancelled')
      RETURNING "batch"."campaign_id", "batch"."size", "batch"."handed_at"
    )
    UPDATE "campaign" SET "unhanded" = "unhanded" - "unheard"."size"
    FROM (
      SELECT "campaign_id", sum("size")::integer AS "size" FROM "dropped" WHERE "handed_at" IS NULL
      GROUP BY "campaign_id" ORDER BY "campaign_id"
    ) AS "unheard"
    WHERE "campaign"."id" = "unheard"."campaign_id"
  `);
}

/**
 * Settles emails as uncertain: the email client reported their ends once and has forgotten them, and this ledger, older
 * than those reports, will never hear them again.
 */
export async function settleAsUncertain(
  db: Queryable,
  emails: readonly Pick<OpenEmail, "id" | "run">[],
  detail: string,
): Promise<void> {
  const ids = sql.param(emails.map(({ id }) => id));
  const runs = sql.param(emails.map(({ run }) => run));
  await db.execute(sql`
    WITH "locked" AS MATERIALIZED (
      SELECT "id" FROM "email" WHERE ("id", "run") IN (SELECT * FROM unnest(${ids}::uuid[], ${runs}::smallint[]))
        AND ${foundEmailIs(...OPEN_STATES)} ORDER BY "id" FOR UPDATE
    ),
    "moved" AS (
      UPDATE "email" SET "state" = 'uncertain', "seq" = "seq" + 1, "changed_at" = now(), "due_at" = NULL,
        "error_code" = 'unresolved', "error_detail" = ${detail}
      FROM "locked" WHERE "email"."id" = "locked"."id"
      RETURNING "email".*, old."state" AS "before", new."state" AS "after"
    ),
    "told" AS (
      INSERT INTO "email_event" ("email_id", "run", "seq", "event", "state", "at", "attempt", "error_code", "error_detail")
      SELECT "id", "run", "seq", 'UNRESOLVED', "state", "changed_at", "attempt", "error_code", "error_detail" FROM "moved"
      ON CONFLICT DO NOTHING
    ),
    ${countMoves()}
    SELECT count(*) FROM "counted"
  `);
}
