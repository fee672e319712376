import { type SQL, sql } from "drizzle-orm";
import { SETTLED_STATES } from "@mailwright/email_machine";
import type { Report } from "@mailwright/protocol";
import { withoutAddressesIn } from "../../db/erased-text.ts";
import { countMoves } from "../../db/ledger-moves.ts";
import type { Queryable } from "../../db/open.ts";
import { isToldOfRun } from "../../db/told-of-run.ts";
import { domainOf, type SenderNews } from "./sender-refusal-queries.ts";

export interface Application {
  /** Reports whose email is in the ledger. */
  known: number;
  /** Of those, the ones that were new. */
  applied: number;
  /** Campaigns whose emails moved, as they stand now. */
  campaigns: MovedCampaign[];
  /** Those among them whose sender's authentication is refused somewhere, now or before. */
  senders: SenderNews[];
}

/** A campaign whose emails moved: how many were accepted, and for how many the gateway refused our credentials. */
export interface MovedCampaign {
  id: string;
  accepted: number;
  refused: number;
  refused_in_a_row: number;
}

/**
 * Writes reports into the ledger:
 *
 * - An event is written once, an email moves forward only, and the counts move with it.
 * - What comes after the end of an email is left out: a journal that was lost and given back tells it of an email whose end
 *   was on its way.
 * - An email in doubt is settled by an end and by nothing less: what was under way when the journal was lost goes on nowhere.
 * - Of an erased person's email no address comes back with what a gateway says.
 * - An erased person's email that was skipped was skipped for that: the email client has one word for whoever must not be
 *   mailed.
 * - The emails are locked first, in the order of their ids, so that two webs that are told the same at once take turns.
 * - One parameter carries everything: 2,000 reports as JSON, which costs less than eleven arrays of 2,000.
 */
export async function applyReports(db: Queryable, reports: Report[]): Promise<Application> {
  const rows = await db.execute<{
    known: number;
    applied: number;
    campaigns: MovedCampaign[] | null;
    senders: SenderNews[] | null;
  }>(sql`
    WITH "incoming" AS MATERIALIZED (
      SELECT * FROM json_to_recordset(${JSON.stringify(reports)}::json) AS "report" (
        "id" uuid, "run" smallint, "seq" smallint, "event" text, "state" "email_state", "at" bigint, "attempt" smallint,
        "gateway" uuid, "due" bigint, "message_id" text, "error" json
      )
    ),
    "locked" AS MATERIALIZED (
      SELECT "id", "run", "seq", "state" IN ('sent', 'failed', 'skipped', 'cancelled') AS "ended", "state" = 'uncertain' AS "in_doubt",
        "address" = '' AS "erased"
      FROM "email" WHERE "id" IN (SELECT "id" FROM "incoming") ORDER BY "id" FOR UPDATE
    ),
    "inserted" AS (
      INSERT INTO "email_event"
        ("email_id", "run", "seq", "event", "state", "at", "attempt", "gateway_id", "due_at", "message_id", "error_code", "error_detail")
      SELECT "incoming"."id", "incoming"."run", "incoming"."seq", "event", "state", to_timestamp("at" / 1000.0), "attempt",
        "gateway", to_timestamp("due" / 1000.0), "message_id",
        CASE WHEN "erased" AND "error" ->> 'code' = 'suppressed' THEN 'erased' ELSE "error" ->> 'code' END,
        CASE WHEN "erased" THEN ${withoutAddressesIn(sql`"error" ->> 'detail'`)} ELSE "error" ->> 'detail' END
      FROM "incoming" JOIN "locked" USING ("id")
      WHERE CASE WHEN "incoming"."run" = "locked"."run"
        THEN "incoming"."seq" <= "locked"."seq" OR (NOT "ended" AND (NOT "in_doubt" OR ${endFollows()}))
        ELSE NOT ${hasEndedBefore()} END
      ON CONFLICT DO NOTHING
      RETURNING *
    ),
    "latest" AS (
      SELECT DISTINCT ON ("email_id") * FROM "inserted" ORDER BY "email_id", "run" DESC, "seq" DESC
    ),
    "moved" AS (
      UPDATE "email" SET
        "state" = "latest"."state", "seq" = "latest"."seq", "attempt" = "latest"."attempt", "changed_at" = "latest"."at",
        "gateway_id" = "latest"."gateway_id", "due_at" = "latest"."due_at", "message_id" = "latest"."message_id",
        "error_code" = "latest"."error_code", "error_detail" = "latest"."error_detail"
      FROM "latest"
      WHERE "email"."id" = "latest"."email_id" AND "email"."run" = "latest"."run" AND "email"."seq" < "latest"."seq"
      RETURNING "email"."campaign_id", old."state" AS "before", new."state" AS "after", new."error_code", new."changed_at",
        "email"."address"
    ),
    ${countMoves()},
    "outcomes" AS (
      SELECT "counted"."id", "counted"."refused_in_a_row",
        count(*) FILTER (WHERE "after" = 'sent') AS "accepted",
        count(*) FILTER (WHERE "after" = 'failed' AND "error_code" = 'unauthorized') AS "refused"
      FROM "moved" JOIN "counted" ON "counted"."id" = "moved"."campaign_id" GROUP BY 1, 2
    ),
    "senders" AS (
      SELECT "counted"."id", "audience", "sender_refusals" AS "watched", (
        SELECT json_agg("by_domain") FROM (
          SELECT ${domainOf(sql`"address"`)} AS "domain",
            count(*) FILTER (WHERE "after" = 'sent') AS "accepted",
            count(*) FILTER (WHERE "after" = 'failed' AND "error_code" = 'unauthenticated') AS "refused"
          FROM "moved"
          WHERE "campaign_id" = "counted"."id" AND "after" IN ('sent', 'failed')
            AND "changed_at" > coalesce("counted"."resumed_at", '-infinity')
          GROUP BY 1
        ) AS "by_domain"
      ) AS "news"
      FROM "counted"
      WHERE "sender_refusals" IS NOT NULL
        OR "id" IN (SELECT "campaign_id" FROM "moved" WHERE "error_code" = 'unauthenticated')
    )
    SELECT
      (SELECT count(*) FROM "incoming" JOIN "locked" USING ("id"))::integer AS "known",
      (SELECT count(*) FROM "inserted")::integer AS "applied",
      (SELECT json_agg("outcomes") FROM "outcomes") AS "campaigns",
      (SELECT json_agg("senders") FROM "senders" WHERE "news" IS NOT NULL) AS "senders"
  `);
  const { known = 0, applied = 0, campaigns = null, senders = null } = rows[0] ?? {};
  return { known, applied, campaigns: campaigns ?? [], senders: senders ?? [] };
}

/** Whether the run of what is "incoming", which is not the email's own, ended before that. */
function hasEndedBefore(): SQL {
  return sql`EXISTS (
    SELECT FROM "email_event" AS "end"
    WHERE "end"."email_id" = "incoming"."id" AND "end"."run" = "incoming"."run" AND "end"."seq" < "incoming"."seq"
      AND "end"."state"::text = ANY(${sql.param([...SETTLED_STATES])}::text[])
  )`;
}

/** Whether an end of its run is told at the same time as what is "incoming", by that itself or after it. */
function endFollows(): SQL {
  return sql`EXISTS (
    SELECT FROM "incoming" AS "end"
    WHERE "end"."id" = "incoming"."id" AND "end"."run" = "incoming"."run" AND "end"."seq" >= "incoming"."seq"
      AND "end"."state"::text = ANY(${sql.param([...SETTLED_STATES])}::text[])
  )`;
}

/** Where an email in doubt stands. */
export interface Uncertain {
  id: string;
  run: number;
  seq: number;
  attempt: number;
}

/** Those of the emails that are in doubt, locked in the order of their ids until the transaction ends. */
export function lockUncertain(db: Queryable, ids: readonly string[]): Promise<Uncertain[]> {
  return db.execute<Uncertain & Record<string, unknown>>(sql`
    SELECT "id", "run", "seq", "attempt" FROM "email"
    WHERE "id" = ANY(${sql.param([...ids])}::uuid[]) AND "state" = 'uncertain' ORDER BY "id" FOR UPDATE
  `);
}

/** Those of the emails that are in doubt and of which their gateway has told what became of them, by gateway. */
export async function selectTold(
  db: Queryable,
  ids: readonly string[],
): Promise<Map<string, string[]>> {
  const rows = await db.execute<{ gateway: string; ids: string[] }>(sql`
    SELECT "gateway_id" AS "gateway", array_agg("id") AS "ids" FROM "email"
    WHERE "id" = ANY(${sql.param([...ids])}::uuid[]) AND "state" = 'uncertain' AND "gateway_id" IS NOT NULL AND EXISTS (
      SELECT FROM "email_fact" WHERE ${isToldOfRun()}
    )
    GROUP BY "gateway_id"
  `);
  return new Map(rows.map(({ gateway, ids: told }) => [gateway, told]));
}

/**
 * Counts refusals of our credentials since the gateway last accepted something, and pauses a sending campaign that has
 * come to `limit` of them; the answer is the campaigns that were paused.
 */
export async function countRefusals(
  db: Queryable,
  campaigns: readonly MovedCampaign[],
  limit: number,
  reason: string,
): Promise<string[]> {
  const rows = await db.execute<{ id: string; paused: boolean }>(sql`
    UPDATE "campaign" SET
      "refused_in_a_row" = "now"."in_a_row",
      "state" = CASE WHEN "now"."pause" THEN 'paused' ELSE "state" END,
      "state_reason" = CASE WHEN "now"."pause" THEN ${reason} ELSE "state_reason" END
    FROM (
      SELECT "campaign"."id", "in_a_row",
        "in_a_row" >= ${limit} AND "refused" > 0 AND "campaign"."state" = 'sending' AS "pause"
      FROM "campaign" JOIN json_to_recordset(${JSON.stringify(campaigns)}::json)
          AS "moved" ("id" uuid, "accepted" integer, "refused" integer) USING ("id"),
        LATERAL (SELECT CASE WHEN "accepted" > 0 THEN 0 ELSE "refused_in_a_row" + "refused" END AS "in_a_row") AS "counted"
    ) AS "now"
    WHERE "campaign"."id" = "now"."id"
    RETURNING "campaign"."id", "now"."pause" AS "paused"
  `);
  return rows.filter(({ paused }) => paused).map(({ id }) => id);
}
