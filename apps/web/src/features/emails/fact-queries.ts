import { and, asc, desc, eq, sql } from "drizzle-orm";
import type { Queryable } from "../../db/open.ts";
import type { EmailFactKind } from "../../campaign-words.ts";
import { emailFact } from "../../db/schema/ledger.ts";
import { isRefusedBefore, isToldOfRun } from "../../db/told-of-run.ts";

/** Something that became known of an email beside its transitions. */
export type EmailFact = typeof emailFact.$inferSelect;

/** A fact as it is told, of an email by its id. */
export interface ToldFact {
  email_id: string;
  kind: EmailFactKind;
  at: Date;
  /** Who told it: `page` or `one-click` for the recipient, or the kind of the gateway. */
  source: string;
  detail?: EmailFact["detail"];
  /** Names the fact within its email: the id that a gateway gave to its event, say. */
  dedupe_key: string;
}

/** Kept of one email and one kind: who holds its return path can tell of it as often as they like. */
export const MOST_TOLD = 200;

/**
 * Writes down facts of emails that there are; the answer is those that were not known. Of an email of which so much is known
 * that was told by mail or webhook, nothing more of that kind is written.
 */
export async function insertFacts(db: Queryable, facts: readonly ToldFact[]): Promise<EmailFact[]> {
  const rows = await db.execute<{ id: string }>(sql`
    INSERT INTO "email_fact" ("email_id", "campaign_id", "kind", "at", "source", "detail", "dedupe_key")
    SELECT "email"."id", "email"."campaign_id", "fact"."kind", "fact"."at", "fact"."source", coalesce("fact"."detail", '{}'), "fact"."dedupe_key"
    FROM json_to_recordset(${JSON.stringify(facts)}::json)
      AS "fact" ("email_id" uuid, "kind" text, "at" timestamptz, "source" text, "detail" jsonb, "dedupe_key" text)
      JOIN "email" ON "email"."id" = "fact"."email_id"
    WHERE "fact"."kind" NOT IN ('delivered', 'bounced', 'complained') OR (
      SELECT count(*) FROM "email_fact" AS "known"
      WHERE "known"."email_id" = "email"."id" AND "known"."kind" = "fact"."kind"
    ) < ${MOST_TOLD}
    ORDER BY "email"."id", "fact"."dedupe_key"
    ON CONFLICT ("email_id", "dedupe_key") DO NOTHING
    RETURNING "id"
  `);
  const ids = rows.map(({ id }) => id);
  return ids.length === 0
    ? []
    : db
        .select()
        .from(emailFact)
        .where(sql`${emailFact.id} = ANY(${sql.param(ids)}::uuid[])`)
        .orderBy(asc(emailFact.id));
}

/** What is known of an email, in the order in which it became known. */
export function selectFacts(db: Queryable, email: string): Promise<EmailFact[]> {
  return db
    .select()
    .from(emailFact)
    .where(eq(emailFact.email_id, email))
    .orderBy(asc(emailFact.at), asc(emailFact.id));
}

/** Of each of some emails the latest fact of a kind, by the email's id; facts that `countFactsOf` leaves out are none. */
export async function selectLatestFacts(
  db: Queryable,
  emails: readonly string[],
  kind: EmailFactKind,
): Promise<Map<string, EmailFact>> {
  const rows = await db
    .selectDistinctOn([emailFact.email_id])
    .from(emailFact)
    .where(
      and(
        sql`${emailFact.email_id} = ANY(${sql.param([...emails])}::uuid[])`,
        eq(emailFact.kind, kind),
        kind === "bounced" ? sql`NOT ${isRefusedBefore()}` : undefined,
      ),
    )
    .orderBy(asc(emailFact.email_id), desc(emailFact.at), desc(emailFact.id));
  return new Map(rows.map((fact) => [fact.email_id, fact]));
}

/** What a gateway tells of an email by webhook, mail or answer. */
export type ToldKind = Extract<EmailFactKind, "delivered" | "bounced" | "complained">;

/** The last word of its gateway on the present run of an email; undefined when it has told nothing. */
export async function selectLastTold(db: Queryable, email: string): Promise<ToldKind | undefined> {
  const rows = await db.execute<{ kind: ToldKind }>(sql`
    SELECT "email_fact"."kind" FROM "email" JOIN "email_fact" ON ${isToldOfRun()}
    WHERE "email"."id" = ${email} ORDER BY "email_fact"."at" DESC, "email_fact"."id" DESC LIMIT 1
  `);
  return rows[0]?.kind;
}

/**
 * How many emails of a campaign each kind of fact is known of. A refusal that another run followed is no bounce any more: for
 * that bounces are read, 10 µs each, and only of a campaign of which emails were sent again. Otherwise the index is enough.
 */
export async function countFactsOf(
  db: Queryable,
  campaign: string,
  kinds: readonly EmailFactKind[],
): Promise<{ kind: EmailFactKind; emails: number }[]> {
  const asked = sql`"campaign_id" = ${campaign} AND "kind" = ANY(${sql.param([...kinds])}::text[])`;
  const isRequeued = sql`(SELECT EXISTS (SELECT FROM "requeue" WHERE "requeue"."campaign_id" = ${campaign}))`;
  return db.execute<{ kind: EmailFactKind; emails: number }>(sql`
    SELECT "kind", count(DISTINCT "email_id")::integer AS "emails" FROM "email_fact"
    WHERE ${asked} AND NOT ("kind" = 'bounced' AND ${isRequeued}) GROUP BY "kind"
    UNION ALL
    SELECT 'bounced', count(DISTINCT "email_id")::integer FROM "email_fact"
    WHERE ${asked} AND "kind" = 'bounced' AND ${isRequeued} AND NOT ${isRefusedBefore()} HAVING count(*) > 0
    ORDER BY "kind"
  `);
}
