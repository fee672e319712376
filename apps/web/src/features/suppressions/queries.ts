import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import { keyset, type Paged, type PageRequest, toPage } from "../../db/keyset.ts";
import type { Queryable } from "../../db/open.ts";
import { contact, suppression, tally } from "../../db/schema/contacts.ts";

export type SuppressionReason = (typeof suppression.$inferSelect)["reason"];

/** An address that must not be mailed, why, who or what said so, and since when. */
export interface Suppression {
  id: string;
  /** The canonical form: how it was typed is not kept. */
  canonical_email: string;
  reason: SuppressionReason;
  origin: string;
  created_at: Date;
  /** The contact who has the address, if anybody. */
  contact_id: string | null;
}

const COLUMNS = {
  id: suppression.id,
  canonical_email: suppression.canonical_email,
  reason: suppression.reason,
  origin: suppression.origin,
  created_at: suppression.created_at,
  contact_id: contact.id,
};

/** What must not be mailed and comes later wins over what came before only if it weighs more. */
const WEIGHTS: readonly SuppressionReason[] = ["manual", "bounced", "unsubscribed", "complained"];

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
    ON CONFLICT ("canonical_email") DO UPDATE
      SET "reason" = EXCLUDED."reason", "origin" = EXCLUDED."origin", "created_at" = now()
      WHERE ${weight(sql`EXCLUDED."reason"`)} > ${weight(sql`"suppression"."reason"`)}
    RETURNING old."canonical_email" IS NULL AS "fresh"
  `);
  return rows.filter(({ fresh }) => fresh).length;
}

function weight(reason: SQL): SQL {
  return sql`array_position(${sql.param(WEIGHTS)}::text[], ${reason})`;
}

/** Takes addresses off, all or those with this reason; answers how many were on. */
export async function deleteSuppressions(
  db: Queryable,
  addresses: readonly string[],
  reason?: SuppressionReason,
): Promise<number> {
  const rows = await db
    .delete(suppression)
    .where(
      and(
        inArray(suppression.canonical_email, [...addresses]),
        reason === undefined ? undefined : eq(suppression.reason, reason),
      ),
    )
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

/** One page, the newest first. */
export async function selectNewest(db: Queryable, page: PageRequest): Promise<Paged<Suppression>> {
  const slice = keyset({ id: suppression.id, direction: "descending" }, page);
  const rows = await selectRows(db, slice);
  return toPage(rows, page, ({ id }) => ({ key: "", id }));
}

/** One page of those whose address begins so, by address: the order of the index that finds them. */
export async function selectByAddress(
  db: Queryable,
  prefix: string,
  page: PageRequest,
): Promise<Paged<Suppression>> {
  const key = sql`${suppression.canonical_email}`;
  const slice = keyset({ key, id: suppression.id }, page);
  const begins = sql`(${key} >= ${prefix}::text AND ${key} < ${prefix}::text || U&'\\+10FFFF')`;
  const rows = await selectRows(db, { ...slice, where: and(begins, slice.where) });
  return toPage(rows, page, ({ canonical_email, id }) => ({ key: canonical_email, id }));
}

function selectRows(
  db: Queryable,
  { where, orderBy, limit }: ReturnType<typeof keyset>,
): Promise<Suppression[]> {
  return db
    .select(COLUMNS)
    .from(suppression)
    .leftJoin(contact, eq(contact.canonical_email, suppression.canonical_email))
    .where(where)
    .orderBy(...orderBy)
    .limit(limit);
}

/** How many addresses are suppressed, without counting them. */
export async function readSuppressionTally(db: Queryable): Promise<number> {
  const [row] = await db
    .select({ count: tally.count })
    .from(tally)
    .where(eq(tally.name, "suppression"));
  return row?.count ?? 0;
}
