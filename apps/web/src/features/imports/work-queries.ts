import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Queryable } from "../../db/open.ts";
import { contactImport } from "../../db/schema/imports.ts";
import { type Attributes, sizeFault } from "../contacts/attributes.ts";
import type { SuppressionReason } from "../suppressions/reasons.ts";
import type { Reject } from "./file-reader.ts";
import type { ImportKind } from "./kind-words.ts";
import type { Row } from "./rows.ts";

/** An import that this web has the right to carry on, for as long as its lease lasts. */
export interface ClaimedImport {
  id: string;
  kind: ImportKind;
  bytes: number;
  separator: string;
  has_header: boolean;
  mapping: (string | null)[];
  on_duplicate: "update" | "skip";
  default_reason: SuppressionReason;
  created_by: string;
  bytes_read: number;
  lines_read: number;
}

/** How long nothing may be heard of an import before another web goes on with it. */
const LEASE = sql`now() + interval '30 seconds'`;

/** Claims the import that waits longest; undefined when none waits. */
export async function claimImport(db: Queryable): Promise<ClaimedImport | undefined> {
  const rows = await db.execute<ClaimedImport & Record<string, unknown>>(sql`
    UPDATE "import" SET "leased_until" = ${LEASE}
    WHERE "id" = (
      SELECT "id" FROM "import" WHERE "state" = 'running' AND ("leased_until" IS NULL OR "leased_until" < now())
      ORDER BY "started_at", "id" LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING "id", "kind", "bytes"::float8 AS "bytes", "separator", "has_header", "mapping", "on_duplicate",
      "default_reason", "created_by", "bytes_read"::float8 AS "bytes_read", "lines_read"
  `);
  return rows[0];
}

/** Gives an import back that somebody else may go on with at once. */
export async function releaseImport(db: Queryable, id: string): Promise<void> {
  await db
    .update(contactImport)
    .set({ leased_until: null })
    .where(and(eq(contactImport.id, id), eq(contactImport.state, "running")));
}

/**
 * Holds an import at the place where a batch begins; undefined when it is not there: it was cancelled, or another web has
 * written this batch. The place itself is what fences off a worker that was frozen past its lease.
 */
export async function holdImport(
  tx: Queryable,
  id: string,
  bytesRead: number,
): Promise<{ segment_id: string | null } | undefined> {
  const rows = await tx.execute<{ segment_id: string | null }>(sql`
    SELECT "segment_id" FROM "import"
    WHERE "id" = ${id} AND "state" = 'running' AND "bytes_read" = ${bytesRead} FOR NO KEY UPDATE
  `);
  return rows[0];
}

/** What the rows of a batch came to. They add up. */
export interface Counts {
  rows: number;
  inserted: number;
  updated: number;
  skipped: number;
  rejected: number;
}

export async function advanceImport(
  tx: Queryable,
  id: string,
  place: { bytes: number; lines: number },
  counts: Counts,
): Promise<void> {
  await tx.execute(sql`
    UPDATE "import" SET "bytes_read" = ${place.bytes}, "lines_read" = ${place.lines}, "leased_until" = ${LEASE},
      "rows" = "rows" + ${counts.rows}, "inserted" = "inserted" + ${counts.inserted},
      "updated" = "updated" + ${counts.updated}, "skipped" = "skipped" + ${counts.skipped},
      "rejected" = "rejected" + ${counts.rejected}
    WHERE "id" = ${id}
  `);
}

/**
 * Rows travel as one text a column, a line for each row, which costs the least on both sides: none of the values has a
 * line feed in it. Measured against a temporary table that is filled by COPY, it is as fast and needs no table.
 */
function columnsOf<T>(rows: readonly T[], values: ((row: T) => string)[]) {
  const texts = values.map((value) => {
    let text = "";
    for (const row of rows) text += `${value(row)}\n`;
    // The last line has no end: an end would begin another one. Of one blank row there is no line at all, hence the NULLs.
    return sql`string_to_table(${text.slice(0, -1)}, E'\\n')`;
  });
  return sql`ROWS FROM (${sql.join(texts, sql`, `)}) WITH ORDINALITY`;
}

/**
 * Which of some canonical addresses have a contact: the contact's id, by the position of the address. With `hold` these are
 * locked until the transaction ends, in the order in which everybody locks them. One that is being changed or deleted is
 * waited for, and Postgres then asks again whether it has the address: if not, nobody has it here.
 */
export async function knownContacts(
  tx: Queryable,
  rows: readonly Row[],
  { hold }: { hold: boolean },
): Promise<Map<number, string>> {
  if (rows.length === 0) return new Map();
  const locked = hold ? sql`ORDER BY "contact"."id" FOR NO KEY UPDATE OF "contact"` : sql``;
  const known = await tx.execute<{ position: number; id: string }>(sql`
    SELECT ("row"."position" - 1)::integer AS "position", "contact"."id"
    FROM ${columnsOf(rows, [({ canonical }) => canonical])} AS "row" ("canonical_email", "position")
    JOIN "contact" ON "contact"."canonical_email" = "row"."canonical_email" COLLATE "C"
    ${locked}
  `);
  return new Map(known.map(({ position, id }) => [position, id]));
}

export type IdentifiedRow = Row & { id: string };

const VALUES: ((row: IdentifiedRow) => string)[] = [
  ({ id }) => id,
  ({ email }) => email,
  ({ canonical }) => canonical,
  ({ name }) => name,
  ({ first_name }) => first_name,
  ({ last_name }) => last_name,
  ({ attributes }) => attributes,
];
const COLUMNS = sql`"row" ("id", "email", "canonical_email", "name", "first_name", "last_name", "attributes", "position")`;

/**
 * Adds contacts. It fails (23505) when an address has a contact already: that is looked up before, which is cheaper than
 * to have Postgres look again for each row that it inserts.
 */
export async function insertContacts(tx: Queryable, rows: readonly IdentifiedRow[]): Promise<void> {
  if (rows.length > 0) await tx.execute(contactInsert(rows));
}

/** Adds contacts whose address nobody has, once whoever is just adding it has ended; resolves with the ids of these. */
export async function insertNewContacts(
  tx: Queryable,
  rows: readonly IdentifiedRow[],
): Promise<Set<string>> {
  const added = await tx.execute<{ id: string }>(
    sql`${contactInsert(rows)} ON CONFLICT ("canonical_email") DO NOTHING RETURNING "id"`,
  );
  return new Set(added.map(({ id }) => id));
}

function contactInsert(rows: readonly IdentifiedRow[]): SQL {
  return sql`
    INSERT INTO "contact" ("id", "email", "canonical_email", "name", "first_name", "last_name", "attributes")
    SELECT "id"::uuid, "email", "canonical_email", coalesce("name", ''), coalesce("first_name", ''),
      coalesce("last_name", ''), "attributes"::jsonb
    FROM ${columnsOf(rows, VALUES)} AS ${COLUMNS}
  `;
}

/**
 * Leaves it to this transaction to count the contacts that it adds (`countAdded`): as every INSERT does it by itself, it
 * would hold the tally from then on, against the batch before that has to end first.
 */
export async function countLater(tx: Queryable): Promise<void> {
  await tx.execute(sql`SET LOCAL mailwright.tally = 'by hand'`);
}

export async function countAdded(tx: Queryable, added: number): Promise<void> {
  await tx.execute(sql`UPDATE "tally" SET "count" = "count" + ${added} WHERE "name" = 'contact'`);
}

/** Attributes that are no longer than this as text fit a contact: a hundred of them are longer. */
const SURELY_FIT = 800;

/**
 * Brings contacts up to what the rows say; a row that says nothing new writes nothing. Resolves with the ids of those that
 * have no room for the attributes: these stay as they are. The transaction has to hold them as the ones who have the rows'
 * addresses (`knownContacts`): a contact whose address is another by now would get a row's that is not theirs.
 */
export async function updateContacts(
  tx: Queryable,
  rows: readonly IdentifiedRow[],
): Promise<ReadonlySet<string>> {
  const many = await writeUpdates(tx, rows, SURELY_FIT);
  const judged = new Map(many.map(({ id, before, after }) => [id, hasRoom(before, after)]));
  await writeUpdates(
    tx,
    rows.filter(({ id }) => judged.get(id) === true),
    null,
  );
  return new Set(many.filter(({ id }) => judged.get(id) === false).map(({ id }) => id));
}

/** What a contact has too much of already does not keep a row from changing it. */
function hasRoom(before: Attributes, after: Attributes): boolean {
  const grows =
    Object.keys(after).length > Object.keys(before).length ||
    JSON.stringify(after).length > JSON.stringify(before).length;
  return !grows || sizeFault(after) === undefined;
}

/** Leaves those alone whose attributes would change and be longer than `most` then, and tells what they would be. */
async function writeUpdates(
  tx: Queryable,
  rows: readonly IdentifiedRow[],
  most: number | null,
): Promise<{ id: string; before: Attributes; after: Attributes }[]> {
  if (rows.length === 0) return [];
  const isLong = sql`("new"."attributes" <> "new"."before" AND length("new"."attributes"::text) > ${most}::integer) IS TRUE`;
  return tx.execute<{ id: string; before: Attributes; after: Attributes }>(sql`
    WITH "new" AS MATERIALIZED (
      SELECT "contact"."id", "row"."email",
        coalesce(nullif("row"."name", ''), "contact"."name") AS "name",
        coalesce(nullif("row"."first_name", ''), "contact"."first_name") AS "first_name",
        coalesce(nullif("row"."last_name", ''), "contact"."last_name") AS "last_name",
        "contact"."attributes" || "row"."attributes"::jsonb AS "attributes", "contact"."attributes" AS "before"
      FROM ${columnsOf(rows, VALUES)} AS ${COLUMNS}
      JOIN "contact" ON "contact"."id" = "row"."id"::uuid
    ),
    "written" AS (
      UPDATE "contact" SET "email" = "new"."email", "name" = "new"."name", "first_name" = "new"."first_name",
        "last_name" = "new"."last_name", "attributes" = "new"."attributes", "updated_at" = clock_timestamp()
      FROM "new"
      WHERE "contact"."id" = "new"."id" AND NOT ${isLong}
        AND ("contact"."email", "contact"."name", "contact"."first_name", "contact"."last_name", "contact"."attributes")
          IS DISTINCT FROM ("new"."email", "new"."name", "new"."first_name", "new"."last_name", "new"."attributes")
    )
    SELECT "id", "before", "attributes" AS "after" FROM "new" WHERE ${isLong}
  `);
}

/** Keeps what was not taken, for whoever mends it. */
export async function insertRejects(
  tx: Queryable,
  id: string,
  rejects: readonly Reject[],
): Promise<void> {
  if (rejects.length === 0) return;
  await tx.execute(sql`
    INSERT INTO "import_reject" ("import_id", "line", "reason", "cells")
    SELECT ${id}::uuid, "line", "reason", ARRAY(SELECT json_array_elements_text("cells"))
    FROM json_to_recordset(${JSON.stringify(rejects)}::json) AS "reject" ("line" integer, "reason" text, "cells" json)
  `);
}

/**
 * Lets this transaction be lost with its rows and its place together should the server crash, instead of waiting for the
 * disk: whoever goes on with the import writes the same batch again.
 */
export async function commitLater(tx: Queryable): Promise<void> {
  await tx.execute(sql`SET LOCAL synchronous_commit = off`);
}
