import { sql } from "drizzle-orm";
import { withoutAddressesIn } from "../../db/erased-text.ts";
import type { Queryable } from "../../db/open.ts";

/** Waits until no audience is being frozen, and lets none be frozen until the transaction ends. */
export async function holdFreezes(tx: Queryable): Promise<void> {
  // A million rows may be in the making; whoever erases somebody waits for them rather than fail.
  await tx.execute(sql`SET LOCAL statement_timeout = 0`);
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended('erase contacts', 0))`);
}

/** Deletes contacts, their memberships and former addresses with them; answers which there were, with their addresses. */
export async function deleteContacts(
  tx: Queryable,
  ids: readonly string[],
): Promise<{ id: string; canonical_email: string }[]> {
  const rows = await tx.execute<{ id: string; canonical_email: string }>(sql`
    WITH "doomed" AS MATERIALIZED (
      SELECT "id" FROM "contact" WHERE "id" = ANY(${sql.param(ids)}::uuid[]) ORDER BY "id" FOR UPDATE
    )
    DELETE FROM "contact" USING "doomed" WHERE "contact"."id" = "doomed"."id" RETURNING "contact"."id", "canonical_email"
  `);
  // By a statement of its own: the one above did not see what was remembered while it waited for a contact.
  await tx.execute(
    sql`DELETE FROM "former_address" WHERE "contact_id" = ANY(${sql.param(ids)}::uuid[])`,
  );
  return [...rows];
}

/** Deletes rows of imports that were not taken and have one of these addresses in a cell, in any case. */
export async function eraseRejects(tx: Queryable, addresses: readonly string[]): Promise<void> {
  await tx.execute(sql`
    DELETE FROM "import_reject" WHERE EXISTS (
      SELECT FROM unnest("cells") AS "cell" WHERE lower(btrim("cell")) = ANY(${sql.param(addresses)}::text[])
    )
  `);
}

/**
 * Erases the addresses of contacts from the ledger, and with them whatever reads like an address in what a server or gateway
 * said of their emails: it may write theirs in another way, or name a mailbox behind it. The emails stay, and stay counted.
 */
export async function eraseAddresses(tx: Queryable, ids: readonly string[]): Promise<void> {
  await tx.execute(sql`
    WITH "theirs" AS MATERIALIZED (
      SELECT "id" FROM "email"
      WHERE "contact_id" = ANY(${sql.param(ids)}::uuid[]) AND "address" <> '' ORDER BY "id" FOR UPDATE
    ),
    "told" AS (
      UPDATE "email_event" SET "error_detail" = ${withoutAddressesIn(sql`"email_event"."error_detail"`)}
      FROM "theirs" WHERE "email_event"."email_id" = "theirs"."id" AND position('@' IN "email_event"."error_detail") > 0
    ),
    "known" AS (
      UPDATE "email_fact" SET "detail" = jsonb_set("email_fact"."detail", '{text}', to_jsonb(${withoutAddressesIn(sql`"email_fact"."detail" ->> 'text'`)}))
      FROM "theirs" WHERE "email_fact"."email_id" = "theirs"."id" AND position('@' IN "email_fact"."detail" ->> 'text') > 0
    )
    UPDATE "email" SET "address" = '', "canonical_address" = NULL, "error_detail" = ${withoutAddressesIn(sql`"email"."error_detail"`)}
    FROM "theirs" WHERE "email"."id" = "theirs"."id"
  `);
}

/** What goes with contacts, and what stays: for whoever is about to delete them. */
export interface Belongings {
  memberships: number;
  emails: number;
  /** Of the emails, those that have not been handed over and will be skipped. */
  waiting: number;
  /** Of the emails, those that are being sent or tried right now. */
  underWay: number;
}

export async function countBelongings(db: Queryable, ids: readonly string[]): Promise<Belongings> {
  const param = sql.param(ids);
  const [row] = await db.execute<Belongings & Record<string, unknown>>(sql`
    SELECT
      (SELECT count(*)::integer FROM "segment_contact" WHERE "contact_id" = ANY(${param}::uuid[])) AS "memberships",
      count(*)::integer AS "emails",
      (count(*) FILTER (WHERE "state" = 'queued'))::integer AS "waiting",
      (count(*) FILTER (WHERE "state" IN ('sending', 'retrying', 'resolving')))::integer AS "underWay"
    FROM "email" WHERE "contact_id" = ANY(${param}::uuid[])
  `);
  return row ?? { memberships: 0, emails: 0, waiting: 0, underWay: 0 };
}
