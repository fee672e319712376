import { and, count, eq, getTableColumns, inArray, isNull, lt, or, sql } from "drizzle-orm";
import { keyset, type PageRequest, toPage } from "../../db/keyset.ts";
import type { Queryable } from "../../db/open.ts";
import { apiToken } from "../../db/schema/accounts.ts";
import type { Role } from "../../http/access.ts";

export async function insertToken(
  db: Queryable,
  token: typeof apiToken.$inferInsert,
): Promise<void> {
  await db.insert(apiToken).values(token);
}

/** What may be seen of a token: everything but the hash of its secret. */
const { secret_hash: SECRET_HASH, ...LISTED } = getTableColumns(apiToken);

export async function selectToken(db: Queryable, id: string) {
  const [row] = await db.select(LISTED).from(apiToken).where(eq(apiToken.id, id));
  return row;
}

export async function selectTokenWithHash(db: Queryable, id: string) {
  const [row] = await db
    .select({ ...LISTED, secret_hash: SECRET_HASH })
    .from(apiToken)
    .where(eq(apiToken.id, id));
  return row;
}

/** A place in a list is told by a UUID; an id of a token is the last 12 digits of one. */
const PLACE = sql<string>`('00000000-0000-0000-0000-' || ${apiToken.id})`;

/** One page of the tokens, the newest first. */
export async function selectTokenPage(db: Queryable, page: PageRequest) {
  const slice = keyset({ key: apiToken.created_at, id: PLACE, direction: "descending" }, page);
  const rows = await db
    .select({
      ...LISTED,
      place: PLACE,
      made: sql<string>`to_char(${apiToken.created_at} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
    })
    .from(apiToken)
    .where(slice.where)
    .orderBy(...slice.orderBy)
    .limit(slice.limit);
  const { items, ...cursors } = toPage(rows, page, ({ made, place }) => ({ key: made, id: place }));
  return { ...cursors, items: items.map(({ made: _made, place: _place, ...row }) => row) };
}

export async function deleteToken(db: Queryable, id: string): Promise<boolean> {
  const gone = await db.delete(apiToken).where(eq(apiToken.id, id)).returning({ id: apiToken.id });
  return gone.length === 1;
}

export async function deleteTokensOf(db: Queryable, createdBy: string): Promise<void> {
  await db.delete(apiToken).where(eq(apiToken.created_by, createdBy));
}

/** Those of somebody that have one of these roles. */
export async function deleteTokensWith(
  db: Queryable,
  createdBy: string,
  roles: readonly Role[],
): Promise<void> {
  await db
    .delete(apiToken)
    .where(and(eq(apiToken.created_by, createdBy), inArray(apiToken.role, [...roles])));
}

export async function countTokensOf(db: Queryable, createdBy: string): Promise<number> {
  const [row] = await db
    .select({ tokens: count() })
    .from(apiToken)
    .where(eq(apiToken.created_by, createdBy));
  return row?.tokens ?? 0;
}

export async function touchToken(
  db: Queryable,
  { id, now, unlessSince }: { id: string; now: number; unlessSince: number },
): Promise<void> {
  await db
    .update(apiToken)
    .set({ last_used_at: new Date(now) })
    .where(
      and(
        eq(apiToken.id, id),
        or(isNull(apiToken.last_used_at), lt(apiToken.last_used_at, new Date(unlessSince))),
      ),
    );
}
