import { and, count, desc, eq, getTableColumns, isNull, lt, or } from "drizzle-orm";
import type { Queryable } from "../../db/open.ts";
import { apiToken } from "../../db/schema/accounts.ts";

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

export function listTokens(db: Queryable) {
  return db.select(LISTED).from(apiToken).orderBy(desc(apiToken.created_at), apiToken.id);
}

export async function deleteToken(db: Queryable, id: string): Promise<boolean> {
  const gone = await db.delete(apiToken).where(eq(apiToken.id, id)).returning({ id: apiToken.id });
  return gone.length === 1;
}

export async function deleteTokensOf(db: Queryable, createdBy: string): Promise<void> {
  await db.delete(apiToken).where(eq(apiToken.created_by, createdBy));
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
