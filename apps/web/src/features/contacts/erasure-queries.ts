import { type SQL, sql } from "drizzle-orm";
import { OPEN_STATES } from "@mailwright/email_machine";
import { withoutAddressesIn } from "../../db/erased-text.ts";
import { foundEmailIs } from "../../db/found-email.ts";
import type { Queryable } from "../../db/open.ts";
import { liftStatementTimeout } from "../../db/statement-timeout.ts";
import type { Spelling } from "./spellings.ts";

/** Waits until no audience is being frozen, and lets none be frozen until the transaction ends. */
export async function holdFreezes(tx: Queryable): Promise<void> {
  // A million rows may be in the making; whoever erases somebody waits for them rather than fail.
  await liftStatementTimeout(tx);
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended('erase contacts', 0))`);
}

/** An address as it was typed, as far as that is known, and in its canonical form. */
export interface Address extends Record<string, unknown> {
  email: string;
  canonical: string;
}

/** The addresses that contacts have or had before. */
export async function selectAddresses(db: Queryable, ids: readonly string[]): Promise<Address[]> {
  const param = sql.param(ids);
  return db.execute<Address>(sql`
    SELECT "email", "canonical_email" AS "canonical" FROM "contact" WHERE "id" = ANY(${param}::uuid[])
    UNION ALL
    SELECT "canonical_email", "canonical_email" FROM "former_address" WHERE "contact_id" = ANY(${param}::uuid[])
  `);
}

/** Contacts that were deleted, and the addresses that they had, now or before. */
export interface Deleted {
  ids: string[];
  addresses: Address[];
}

/** Deletes contacts, their memberships and former addresses with them. */
export async function deleteContacts(tx: Queryable, ids: readonly string[]): Promise<Deleted> {
  const rows = await tx.execute<Address & { id: string }>(sql`
    WITH "doomed" AS MATERIALIZED (
      SELECT "id" FROM "contact" WHERE "id" = ANY(${sql.param(ids)}::uuid[]) ORDER BY "id" FOR UPDATE
    )
    DELETE FROM "contact" USING "doomed" WHERE "contact"."id" = "doomed"."id"
    RETURNING "contact"."id", "email", "canonical_email" AS "canonical"
  `);
  // By a statement of its own: the one above did not see what was remembered while it waited for a contact.
  const former = await tx.execute<Address>(sql`
    DELETE FROM "former_address" WHERE "contact_id" = ANY(${sql.param(ids)}::uuid[])
    RETURNING "canonical_email" AS "email", "canonical_email" AS "canonical"
  `);
  return {
    ids: rows.map(({ id }) => id),
    addresses: [...rows.map(({ email, canonical }) => ({ email, canonical })), ...former],
  };
}

/**
 * Deletes rows of imports that were not taken and have one of these anywhere: what could not be read has all of itself in one
 * cell, and an address between brackets is a reason not to be taken.
 */
export async function eraseRejects(tx: Queryable, spellings: readonly Spelling[]): Promise<void> {
  await tx.execute(
    sql`DELETE FROM "import_reject" WHERE ${mentions(sql`array_to_string("cells", E'\n')`, spellings)}`,
  );
}

/** Erases answers that are kept for whoever repeats a call, if they have one of these; that the call was made stays known. */
export async function eraseAnswers(tx: Queryable, spellings: readonly Spelling[]): Promise<void> {
  await tx.execute(
    sql`UPDATE "idempotency_key" SET "status" = 410, "content_type" = NULL, "body" = NULL WHERE ${mentions(sql`"body"`, spellings, unescaped)}`,
  );
}

/**
 * JSON with blanks for what is escaped in it, none of which can stand in an address: the n of a line break would pass for the
 * first letter of a longer one.
 */
function unescaped(json: SQL): SQL {
  return sql`regexp_replace(${json}, ${String.raw`\\(u[0-9a-f]{4}|.)`}, ' ', 'g')`;
}

/** Each text is looked through as it is for each of them; only where one stands somewhere, by its pattern, `read` as it says. */
function mentions(
  text: SQL,
  spellings: readonly Spelling[],
  read = (found: SQL): SQL => found,
): SQL {
  const texts = sql.param(spellings.map((spelling) => spelling.text));
  const patterns = sql.param(spellings.map(({ pattern }) => pattern));
  // Without the OFFSET it would be put together and lowered anew for each of them.
  return sql`EXISTS (
    SELECT FROM (SELECT lower(${text}) AS "text" OFFSET 0) AS "row", unnest(${texts}::text[], ${patterns}::text[]) AS "spelling" ("text", "pattern")
    WHERE CASE WHEN position("spelling"."text" IN "row"."text") > 0 THEN ${read(sql`"row"."text"`)} ~ "pattern" END
  )`;
}

/**
 * Erases the addresses of contacts from the ledger, and with them whatever reads like an address in what a server or gateway
 * said of their emails: it may write theirs in another way, or name a mailbox behind it. The emails stay, and stay counted;
 * those that have not ended are withheld, handed over or not: a hand-over that knew the contact may be on its way.
 */
export async function eraseAddresses(tx: Queryable, ids: readonly string[]): Promise<void> {
  const areTheirs = sql`"contact_id" = ANY(${sql.param(ids)}::uuid[]) AND "address" <> ''`;
  // By a statement of its own: the one below would not see what was told of an email while it waited for it.
  await tx.execute(sql`SELECT FROM "email" WHERE ${areTheirs} ORDER BY "id" FOR UPDATE`);
  await tx.execute(sql`
    WITH "theirs" AS MATERIALIZED (
      SELECT "id", "run", ${foundEmailIs(...OPEN_STATES)} AS "is_open" FROM "email" WHERE ${areTheirs}
    ),
    "withheld" AS (
      INSERT INTO "withheld_email" ("email_id", "run") SELECT "id", "run" FROM "theirs" WHERE "is_open"
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
  /** Of the emails, those that wait for an attempt, here or at the email client, and will be skipped. */
  waiting: number;
  /** Of the emails, those of which an attempt is under way or without a clear answer. */
  underWay: number;
}

export async function countBelongings(db: Queryable, ids: readonly string[]): Promise<Belongings> {
  const param = sql.param(ids);
  const [row] = await db.execute<Belongings & Record<string, unknown>>(sql`
    SELECT
      (SELECT count(*)::integer FROM "segment_contact" WHERE "contact_id" = ANY(${param}::uuid[])) AS "memberships",
      count(*)::integer AS "emails",
      (count(*) FILTER (WHERE "state" IN ('queued', 'retrying')))::integer AS "waiting",
      (count(*) FILTER (WHERE "state" IN ('sending', 'resolving')))::integer AS "underWay"
    FROM "email" WHERE "contact_id" = ANY(${param}::uuid[])
  `);
  return row ?? { memberships: 0, emails: 0, waiting: 0, underWay: 0 };
}
