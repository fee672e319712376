import { and, eq, gt, inArray, isNull, like, or, type SQL, sql } from "drizzle-orm";
import { keyset, type Paged, type PageRequest, toPage } from "../../db/keyset.ts";
import type { Queryable } from "../../db/open.ts";
import { contact, suppression, tally } from "../../db/schema/contacts.ts";
import type { SuppressionEntry } from "./entry.ts";
import { REASONS, type SuppressionReason } from "./reasons.ts";

/** An address that must not be mailed, why, who or what said so, and since when. */
export interface Suppression {
  id: string;
  /** The canonical form: how it was typed is not kept. */
  canonical_email: string;
  reason: SuppressionReason;
  origin: string;
  created_at: Date;
  /** The same to the microsecond, as Postgres has it (ISO 8601, UTC): what it is sorted and exported by. */
  since: string;
  /** The contact who has the address, if anybody. */
  contact_id: string | null;
}

const COLUMNS = {
  id: suppression.id,
  canonical_email: suppression.canonical_email,
  reason: suppression.reason,
  origin: suppression.origin,
  created_at: suppression.created_at,
  since: sql<string>`to_char(${suppression.created_at} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
  contact_id: contact.id,
};

/**
 * Suppresses canonical addresses; answers how many were not suppressed yet. They are taken in their order, so that two who
 * suppress the same ones wait for each other instead of both giving up.
 */
export async function insertSuppressions(
  db: Queryable,
  addresses: readonly string[],
  { reason, origin }: { reason: SuppressionReason; origin: string },
): Promise<number> {
  const rows = await db.execute<{ fresh: boolean }>(sql`
    INSERT INTO "suppression" ("canonical_email", "reason", "origin")
    SELECT "address", ${reason}, ${origin} FROM unnest(${sql.param([...addresses])}::text[]) AS "address"
    ORDER BY "address" COLLATE "C"
    ON CONFLICT ("canonical_email") DO UPDATE SET ${OUTCOME},
      "created_at" = CASE WHEN ${WEIGHS_MORE} THEN now() ELSE "suppression"."created_at" END
      WHERE ${WEIGHS_MORE} OR ${STANDS_BESIDE}
    RETURNING old."canonical_email" IS NULL AS "fresh"
  `);
  return rows.filter(({ fresh }) => fresh).length;
}

/**
 * Suppresses what entries say, each address once among them; answers how many were not suppressed yet, and of the others
 * how many were changed. What is there is never weakened: it takes the reason that weighs more, with its origin, and the
 * earlier time. No time is now, and none is later. What is only kept beside a reason is no change that anybody sees.
 */
export async function mergeSuppressions(
  db: Queryable,
  entries: readonly SuppressionEntry[],
): Promise<{ added: number; changed: number }> {
  if (entries.length === 0) return { added: 0, changed: 0 };
  const rows = await db.execute<{ fresh: boolean; changed: boolean }>(sql`
    INSERT INTO "suppression" ("canonical_email", "reason", "origin", "created_at")
    SELECT "address", "reason", "origin", least("since"::timestamptz, now())
    FROM unnest(
      ${column(entries.map(({ canonical }) => canonical))}, ${column(entries.map(({ reason }) => reason))},
      ${column(entries.map(({ origin }) => origin))}, ${column(entries.map(({ since }) => since ?? null))}
    ) AS "entry" ("address", "reason", "origin", "since")
    ORDER BY "address" COLLATE "C"
    ON CONFLICT ("canonical_email") DO UPDATE SET ${OUTCOME},
      "created_at" = least("suppression"."created_at", EXCLUDED."created_at")
      WHERE ${WEIGHS_MORE} OR ${STANDS_BESIDE} OR EXCLUDED."created_at" < "suppression"."created_at"
    RETURNING old."canonical_email" IS NULL AS "fresh",
      (old."reason", old."created_at") IS DISTINCT FROM (new."reason", new."created_at") AS "changed"
  `);
  const added = rows.filter(({ fresh }) => fresh).length;
  return { added, changed: rows.filter(({ changed }) => changed).length - added };
}

function column(values: (string | null)[]): SQL {
  return sql`${sql.param(values)}::text[]`;
}

const WEIGHS_MORE = sql`${weight(sql`EXCLUDED."reason"`)} > ${weight(sql`"suppression"."reason"`)}`;

/** It is outweighed, but not by what is kept beside the reason: once that is taken back, the address stays suppressed. */
const STANDS_BESIDE = sql`${weight(sql`EXCLUDED."reason"`)} < ${weight(sql`"suppression"."reason"`)}
  AND ${weight(sql`EXCLUDED."reason"`)} > coalesce(${weight(sql`"suppression"."former_reason"`)}, 0)`;

/** The reason that weighs more counts; of what it outweighs, whichever came first, what weighs most is kept beside it. */
const OUTCOME = sql`
  "reason" = CASE WHEN ${WEIGHS_MORE} THEN EXCLUDED."reason" ELSE "suppression"."reason" END,
  "origin" = CASE WHEN ${WEIGHS_MORE} THEN EXCLUDED."origin" ELSE "suppression"."origin" END,
  "former_reason" = CASE WHEN ${WEIGHS_MORE} THEN "suppression"."reason"
    WHEN ${STANDS_BESIDE} THEN EXCLUDED."reason" ELSE "suppression"."former_reason" END,
  "former_origin" = CASE WHEN ${WEIGHS_MORE} THEN "suppression"."origin"
    WHEN ${STANDS_BESIDE} THEN EXCLUDED."origin" ELSE "suppression"."former_origin" END`;

function weight(reason: SQL): SQL {
  return sql`array_position(${sql.param(REASONS)}::text[], ${reason})`;
}

/** Takes addresses off that are suppressed for this reason and for no other beside it. */
export async function deleteReason(
  db: Queryable,
  addresses: readonly string[],
  reason: SuppressionReason,
): Promise<void> {
  await db
    .delete(suppression)
    .where(
      and(
        inArray(suppression.canonical_email, [...addresses]),
        eq(suppression.reason, reason),
        isNull(suppression.former_reason),
      ),
    );
}

/** Has addresses that are suppressed for this reason be suppressed for the one beside it, those that have one. */
export async function restoreFormer(
  db: Queryable,
  addresses: readonly string[],
  reason: SuppressionReason,
): Promise<void> {
  await db.execute(sql`
    UPDATE "suppression" SET "reason" = "former_reason", "origin" = "former_origin", "former_reason" = NULL, "former_origin" = NULL
    WHERE "canonical_email" = ANY(${sql.param([...addresses])}::text[]) AND "reason" = ${reason} AND "former_reason" IS NOT NULL
  `);
}

/** Takes addresses off; answers how many were on. */
export async function deleteSuppressions(
  db: Queryable,
  addresses: readonly string[],
): Promise<number> {
  const rows = await db
    .delete(suppression)
    .where(inArray(suppression.canonical_email, [...addresses]))
    .returning({ id: suppression.id });
  return rows.length;
}

export async function selectSuppression(
  db: Queryable,
  canonical: string,
): Promise<Suppression | undefined> {
  const [row] = await db
    .select(COLUMNS)
    .from(suppression)
    .leftJoin(contact, eq(contact.canonical_email, suppression.canonical_email))
    .where(eq(suppression.canonical_email, canonical));
  return row;
}

/** Those of some ids that are still there, by address. */
export function selectChosen(db: Queryable, ids: readonly string[]): Promise<Suppression[]> {
  return db
    .select(COLUMNS)
    .from(suppression)
    .leftJoin(contact, eq(contact.canonical_email, suppression.canonical_email))
    .where(inArray(suppression.id, [...ids]))
    .orderBy(suppression.canonical_email);
}

/** Takes those of some ids off whose reason is one of these; answers their addresses. */
export async function deleteChosen(
  db: Queryable,
  ids: readonly string[],
  reasons: readonly SuppressionReason[],
): Promise<string[]> {
  const rows = await db
    .delete(suppression)
    .where(and(inArray(suppression.id, [...ids]), inArray(suppression.reason, [...reasons])))
    .returning({ address: suppression.canonical_email });
  return rows.map(({ address }) => address);
}

/** Which suppressions are looked for; all of them when nothing is said. */
export interface SuppressionFilter {
  /** Texts of which the canonical address has to hold one. */
  texts: readonly string[];
  reason: SuppressionReason | undefined;
}

/** One page of those that pass, the last that came about first. */
export async function selectPage(
  db: Queryable,
  filter: SuppressionFilter,
  page: PageRequest,
): Promise<Paged<Suppression>> {
  const { created_at: key, id } = suppression;
  const slice = keyset({ key, id, direction: "descending" }, page);
  const rows = await db
    .select(COLUMNS)
    .from(suppression)
    .leftJoin(contact, eq(contact.canonical_email, suppression.canonical_email))
    .where(and(conditionOf(filter), slice.where))
    .orderBy(...slice.orderBy)
    .limit(slice.limit);
  return toPage(rows, page, (row) => ({ key: row.since, id: row.id }));
}

/** Of a row of an export. */
export type ExportedSuppression = Pick<
  Suppression,
  "id" | "canonical_email" | "reason" | "origin" | "since"
> & {
  former_reason: SuppressionReason | null;
  former_origin: string | null;
};

/** Some suppressions in the order in which they came here, which nothing that happens to one changes. */
export function selectExported(
  db: Queryable,
  after: string | undefined,
  most: number,
): Promise<ExportedSuppression[]> {
  const { contact_id: _contact, created_at: _at, ...columns } = COLUMNS;
  return db
    .select({
      ...columns,
      former_reason: suppression.former_reason,
      former_origin: suppression.former_origin,
    })
    .from(suppression)
    .where(after === undefined ? undefined : gt(suppression.id, after))
    .orderBy(suppression.id)
    .limit(most);
}

/** How many pass, counted up to `most`. */
export async function countPassing(
  db: Queryable,
  filter: SuppressionFilter,
  most: number,
): Promise<number> {
  const some = db
    .select({ id: suppression.id })
    .from(suppression)
    .where(conditionOf(filter))
    .limit(most)
    .as("some");
  const [row] = await db.select({ count: sql<number>`count(*)::integer` }).from(some);
  return row?.count ?? 0;
}

function conditionOf({ texts, reason }: SuppressionFilter): SQL | undefined {
  return and(
    reason === undefined ? undefined : eq(suppression.reason, reason),
    or(...texts.map((text) => like(suppression.canonical_email, `%${literally(text)}%`))),
  );
}

/** A text in a pattern of LIKE, where three characters mean more than themselves. */
function literally(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}

/** How many addresses are suppressed, without counting them. */
export async function readSuppressionTally(db: Queryable): Promise<number> {
  const [row] = await db
    .select({ count: tally.count })
    .from(tally)
    .where(eq(tally.name, "suppression"));
  return row?.count ?? 0;
}
