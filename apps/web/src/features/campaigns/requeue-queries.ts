import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import { BATCH_SIZE } from "@mailwright/protocol";
import { isOneOf } from "../../db/index-order.ts";
import { countMoves } from "../../db/ledger-moves.ts";
import type { Queryable } from "../../db/open.ts";
import { requeue } from "../../db/schema/campaigns.ts";
import { email } from "../../db/schema/ledger.ts";

export type Requeueable = "failed" | "uncertain";

/** Which emails of a campaign are requeued: those in the states, all or of the named ones, in the order of their ids. */
export interface RequeueSlice {
  states: readonly Requeueable[];
  emails: readonly string[] | "all";
  /** Past this id; from the first without it. */
  after: string | undefined;
  most: number;
}

/** What became of a slice. */
export interface RequeuedSlice {
  /** Emails that it named; fewer than the most when there are no more. */
  found: number;
  /** Those of them that nobody else had requeued in the very moment. */
  requeued: number;
  /** The last that it named; null when it named none. */
  last: string | null;
}

/**
 * Starts the next run of emails that ended in one of the states, and makes batches of them. The machine says what a
 * requeued email is: queued, its run one higher, everything of the last run gone from it but not from its history.
 */
export async function requeueEmails(
  db: Queryable,
  campaign: string,
  slice: RequeueSlice,
): Promise<RequeuedSlice> {
  const rows = await db.execute<RequeuedSlice & Record<string, unknown>>(sql`
    WITH "named" AS MATERIALIZED (${emailsOf(campaign, slice)}),
    "locked" AS MATERIALIZED (
      SELECT "id" FROM "email"
      WHERE "id" IN (SELECT "id" FROM "named") AND "state" = ANY(${sql.param(slice.states)}::"email_state"[])
      ORDER BY "id" FOR UPDATE
    ),
    "moved" AS (
      UPDATE "email" SET "state" = 'queued', "run" = "run" + 1, "seq" = 0, "attempt" = 0, "changed_at" = now(),
        "due_at" = NULL, "message_id" = NULL, "error_code" = NULL, "error_detail" = NULL
      FROM "locked" WHERE "email"."id" = "locked"."id"
      RETURNING "email"."id", "email"."run", "email"."campaign_id", old."state" AS "before", new."state" AS "after"
    ),
    "told" AS (
      INSERT INTO "email_event" ("email_id", "run", "seq", "event", "state", "at", "attempt")
      SELECT "id", "run", 0, 'REQUEUE', 'queued', now(), 0 FROM "moved"
    ),
    "numbered" AS (SELECT "id", "run", (row_number() OVER (ORDER BY "id") - 1) / ${BATCH_SIZE} AS "part" FROM "moved"),
    "batches" AS (
      INSERT INTO "batch" ("campaign_id", "email_ids", "runs", "size")
      SELECT ${campaign}::uuid, array_agg("id" ORDER BY "id"), array_agg("run" ORDER BY "id"), count(*) FROM "numbered" GROUP BY "part" ORDER BY "part"
      RETURNING "size"
    ),
    ${countMoves(sql`(SELECT sum("size") FROM "batches")::integer`)}
    SELECT (SELECT count(*) FROM "named")::integer AS "found", (SELECT count(*) FROM "moved")::integer AS "requeued",
      (SELECT "id" FROM "named" ORDER BY "id" DESC LIMIT 1) AS "last", (SELECT count(*) FROM "counted") AS "campaigns"
  `);
  return rows[0] ?? { found: 0, requeued: 0, last: null };
}

/**
 * The ids of a slice. Each state is asked for by itself, along the index of campaign and state: of all at once Postgres walked
 * the whole ledger in the order of ids, 0.35 s for a million emails of other campaigns, at the first slice and at the last.
 */
function emailsOf(campaign: string, { states, emails, after, most }: RequeueSlice): SQL {
  const chosen: SQL = emails === "all" ? sql`` : sql`AND "id" = ANY(${sql.param(emails)}::uuid[])`;
  const beyond: SQL = after === undefined ? sql`` : sql`AND "id" > ${after}::uuid`;
  const parts = states.map(
    (state) => sql`(
      SELECT "id" FROM "email"
      WHERE ${isOneOf(email.campaign_id, sql`${campaign}::uuid`)} AND ${isOneOf(email.state, sql`${state}::"email_state"`)} ${chosen} ${beyond}
      ORDER BY "campaign_id", "state", "id" LIMIT ${most}
    )`,
  );
  return sql`SELECT "id" FROM (${sql.join(parts, sql` UNION ALL `)}) AS "of_states" ORDER BY "id" LIMIT ${most}`;
}

/** How many of the named emails of a campaign are in one of the states. */
export async function countNamed(
  db: Queryable,
  campaign: string,
  states: readonly Requeueable[],
  emails: readonly string[],
): Promise<number> {
  const [row] = await db.execute<{ emails: number }>(sql`
    SELECT count(*)::integer AS "emails" FROM "email"
    WHERE "id" = ANY(${sql.param(emails)}::uuid[]) AND "campaign_id" = ${campaign}
      AND "state" = ANY(${sql.param(states)}::"email_state"[])
  `);
  return row?.emails ?? 0;
}

/** What somebody wants sent again, and how far that has come. */
export interface RequeueOrder {
  campaign: string;
  actor: string;
  states: Requeueable[];
  /** null: all of the campaign's. */
  emails: string[] | null;
  taken: number;
  /** The last email that was taken. */
  after: string | null;
  activity: string | null;
  ended: boolean;
}

export async function insertRequeue(
  db: Queryable,
  order: Pick<RequeueOrder, "campaign" | "actor" | "states"> & { emails: string[] | "all" },
): Promise<string> {
  const { campaign, actor, states, emails } = order;
  const [row] = await db
    .insert(requeue)
    .values({ campaign_id: campaign, actor, states, email_ids: emails === "all" ? null : emails })
    .returning({ id: requeue.id });
  if (row === undefined) throw new Error("a row that was inserted was not returned");
  return row.id;
}

/** An order, its row locked until the transaction ends. */
export async function lockRequeue(tx: Queryable, id: string): Promise<RequeueOrder | undefined> {
  const [row] = await tx
    .select({
      campaign: requeue.campaign_id,
      actor: requeue.actor,
      states: requeue.states,
      emails: requeue.email_ids,
      taken: requeue.taken,
      after: requeue.last_email_id,
      activity: requeue.activity_id,
      ended: sql<boolean>`${requeue.ended_at} IS NOT NULL`,
    })
    .from(requeue)
    .where(eq(requeue.id, id))
    .for("update");
  return row;
}

export async function advanceRequeue(
  tx: Queryable,
  id: string,
  { taken, last, activity }: { taken: number; last: string; activity: string | null },
): Promise<void> {
  await tx
    .update(requeue)
    .set({ taken, last_email_id: last, activity_id: activity, moved_at: sql`now()` })
    .where(eq(requeue.id, id));
}

export async function endRequeue(db: Queryable, id: string): Promise<void> {
  await db
    .update(requeue)
    .set({ ended_at: sql`now()` })
    .where(eq(requeue.id, id));
}

/** The orders that have not moved for a while, the one that waits longest first. */
export async function abandonedRequeues(db: Queryable, seconds: number): Promise<string[]> {
  const rows = await db
    .select({ id: requeue.id })
    .from(requeue)
    .where(
      and(
        isNull(requeue.ended_at),
        sql`${requeue.moved_at} < now() - make_interval(secs => ${seconds})`,
      ),
    )
    .orderBy(requeue.moved_at);
  return rows.map(({ id }) => id);
}
