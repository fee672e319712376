import { and, count, desc, eq, gt, lt, ne, sql } from "drizzle-orm";
import { answeredSoon } from "../../db/away.ts";
import { keyset, type PageRequest, toPage } from "../../db/keyset.ts";
import type { Queryable } from "../../db/open.ts";
import { authAccount, authSession, authUser } from "../../db/schema/accounts.ts";
import { signInThrottle } from "../../db/schema/calls.ts";
import type { Role } from "../../http/access.ts";

/** Any number: those who would make the first owner take turns on it. */
const FIRST_OWNER_LOCK = 5_050_001;

export async function lockFirstOwner(db: Queryable): Promise<void> {
  await db.execute(sql`SELECT pg_advisory_xact_lock(${FIRST_OWNER_LOCK})`);
}

/** Every page that is open to strangers begins with it. */
export async function countUsers(db: Queryable): Promise<number> {
  const [row] = await answeredSoon(db.select({ users: count() }).from(authUser).execute());
  return row?.users ?? 0;
}

/** One page of the people, by name. */
export async function selectUserPage(db: Queryable, page: PageRequest) {
  const key = sql<string>`(lower(${authUser.name}) COLLATE "C")`;
  const slice = keyset({ key, id: authUser.id }, page);
  const rows = await db
    .select({
      ...USER,
      created_at: authUser.createdAt,
      active_at: sql<string | null>`max(${authSession.updatedAt})`,
      key,
    })
    .from(authUser)
    .leftJoin(authSession, eq(authSession.userId, authUser.id))
    .where(slice.where)
    .groupBy(authUser.id)
    .orderBy(...slice.orderBy)
    .limit(slice.limit);
  const { items, ...cursors } = toPage(rows, page, ({ key, id }) => ({ key, id }));
  return { ...cursors, items: items.map(({ key: _key, ...row }) => row) };
}

export type UserRow = Awaited<ReturnType<typeof selectUserPage>>["items"][number];

export async function selectUser(db: Queryable, id: string) {
  const [row] = await db.select(USER).from(authUser).where(eq(authUser.id, id));
  return row;
}

/** A person whom nobody can change or remove until the transaction ends. */
export async function selectHeldUser(db: Queryable, id: string) {
  const [row] = await db.select(USER).from(authUser).where(eq(authUser.id, id)).for("share");
  return row;
}

export async function lockUser(db: Queryable, id: string): Promise<void> {
  await db.select({ id: authUser.id }).from(authUser).where(eq(authUser.id, id)).for("update");
}

const USER = {
  id: authUser.id,
  name: authUser.name,
  email: authUser.email,
  role: authUser.role,
  password_temporary: authUser.passwordTemporary,
};

/** Inserts a person, unless the address is taken; answers whether it did. */
export async function insertUser(
  db: Queryable,
  user: { id: string; name: string; email: string; role: Role; passwordTemporary: boolean },
): Promise<boolean> {
  const added = await db
    .insert(authUser)
    .values({ ...user, emailVerified: true })
    .onConflictDoNothing({ target: authUser.email })
    .returning({ id: authUser.id });
  return added.length === 1;
}

/** The password of a person, where better-auth looks for it. */
export async function insertPassword(
  db: Queryable,
  password: { id: string; userId: string; hash: string },
): Promise<void> {
  await db.insert(authAccount).values({
    id: password.id,
    accountId: password.userId,
    providerId: "credential",
    userId: password.userId,
    password: password.hash,
  });
}

export async function selectPassword(db: Queryable, userId: string): Promise<string | undefined> {
  const [row] = await db
    .select({ hash: authAccount.password })
    .from(authAccount)
    .where(isPasswordOf(userId));
  return row?.hash ?? undefined;
}

/** The person first, as all who lock both do: so nobody waits for somebody who waits for them. */
export async function updatePassword(
  db: Queryable,
  { userId, hash, temporary }: { userId: string; hash: string; temporary: boolean },
): Promise<void> {
  await db.update(authUser).set({ passwordTemporary: temporary }).where(eq(authUser.id, userId));
  await db.update(authAccount).set({ password: hash }).where(isPasswordOf(userId));
}

function isPasswordOf(userId: string) {
  return and(eq(authAccount.userId, userId), eq(authAccount.providerId, "credential"));
}

export async function updateUserName(db: Queryable, id: string, name: string): Promise<void> {
  await db
    .update(authUser)
    .set({ name, updatedAt: sql`now()` })
    .where(eq(authUser.id, id));
}

export async function updateUserRole(db: Queryable, id: string, role: Role): Promise<void> {
  await db
    .update(authUser)
    .set({ role, updatedAt: sql`now()` })
    .where(eq(authUser.id, id));
}

export async function deleteUser(db: Queryable, id: string): Promise<void> {
  await db.delete(authUser).where(eq(authUser.id, id));
}

/** The owners, locked until the transaction ends: two who would remove each other take turns. */
export async function lockOwners(db: Queryable): Promise<string[]> {
  const owners = await db.execute<{ id: string }>(
    sql`SELECT id FROM ${authUser} WHERE ${authUser.role} = 'owner' ORDER BY id FOR UPDATE`,
  );
  return owners.map(({ id }) => id);
}

/** The session of a token that has not run out, with its person. */
export async function selectSession(
  db: Queryable,
  { token, now, notBefore }: { token: string; now: number; notBefore: number },
) {
  const [row] = await db
    .select({ ...USER, session_id: authSession.id, used_at: authSession.updatedAt })
    .from(authSession)
    .innerJoin(authUser, eq(authUser.id, authSession.userId))
    .where(
      and(
        eq(authSession.token, token),
        gt(authSession.expiresAt, new Date(now)),
        gt(authSession.createdAt, new Date(notBefore)),
      ),
    );
  return row;
}

export async function touchSession(
  db: Queryable,
  { id, now, expiresAt }: { id: string; now: number; expiresAt: number },
): Promise<void> {
  await db
    .update(authSession)
    .set({ updatedAt: new Date(now), expiresAt: new Date(expiresAt) })
    .where(eq(authSession.id, id));
}

export async function updateSessionAddress(
  db: Queryable,
  token: string,
  address: string | undefined,
): Promise<void> {
  await db
    .update(authSession)
    .set({ ipAddress: address ?? null })
    .where(eq(authSession.token, token));
}

export function listSessionsOf(db: Queryable, userId: string, now: number) {
  return db
    .select({
      id: authSession.id,
      address: authSession.ipAddress,
      agent: authSession.userAgent,
      created_at: authSession.createdAt,
      used_at: authSession.updatedAt,
    })
    .from(authSession)
    .where(and(eq(authSession.userId, userId), gt(authSession.expiresAt, new Date(now))))
    .orderBy(desc(authSession.updatedAt));
}

export async function deleteSession(db: Queryable, userId: string, id: string): Promise<boolean> {
  const gone = await db
    .delete(authSession)
    .where(and(eq(authSession.userId, userId), eq(authSession.id, id)))
    .returning({ id: authSession.id });
  return gone.length === 1;
}

export async function deleteSessionByToken(db: Queryable, token: string): Promise<void> {
  await db.delete(authSession).where(eq(authSession.token, token));
}

/** All of a person's sessions, but for the one to keep. */
export async function deleteSessionsOf(
  db: Queryable,
  userId: string,
  keep?: string,
): Promise<void> {
  await db
    .delete(authSession)
    .where(
      and(
        eq(authSession.userId, userId),
        keep === undefined ? undefined : ne(authSession.id, keep),
      ),
    );
}

/**
 * Counts one more try of a subject that is not blocked, and blocks it for as long as its number of tries asks: not at
 * all for the first `free`, then a second, two, four... Answers whether the try was taken. No block is longer than `longest`:
 * one that seems to be was written by a clock that was ahead.
 */
export async function takeTry(
  db: Queryable,
  given: { subject: string; free: number; now: number; longest: number; memory: number },
): Promise<boolean> {
  const at = new Date(given.now).toISOString();
  const tries = sql`CASE WHEN t.blocked_until < ${at}::timestamptz - make_interval(secs => ${given.memory}) THEN 1 ELSE t.failures + 1 END`;
  const wait = sql`CASE WHEN ${tries} <= ${given.free} THEN 0 ELSE least(${given.longest}, power(2, least(${tries} - ${given.free} - 1, 20))) END`;
  const taken = await db.execute(sql`
    INSERT INTO ${signInThrottle} AS t (subject, failures, blocked_until)
    VALUES (${given.subject}, 1, ${at}::timestamptz)
    ON CONFLICT (subject) DO UPDATE
      SET failures = ${tries}, blocked_until = ${at}::timestamptz + make_interval(secs => ${wait})
      WHERE t.blocked_until <= ${at}::timestamptz OR t.blocked_until > ${at}::timestamptz + make_interval(secs => ${given.longest})
    RETURNING 1`);
  return taken.length === 1;
}

export async function readBlock(db: Queryable, subject: string): Promise<Date | undefined> {
  const [row] = await db
    .select({ until: signInThrottle.blocked_until })
    .from(signInThrottle)
    .where(eq(signInThrottle.subject, subject));
  return row?.until;
}

export async function forgetTries(db: Queryable, subject: string): Promise<void> {
  await db.delete(signInThrottle).where(eq(signInThrottle.subject, subject));
}

export async function giveTryBack(db: Queryable, subject: string): Promise<void> {
  await db
    .update(signInThrottle)
    .set({ failures: sql`greatest(${signInThrottle.failures} - 1, 0)` })
    .where(eq(signInThrottle.subject, subject));
}

export async function deleteEndedSignIns(
  db: Queryable,
  { now, memoryS }: { now: number; memoryS: number },
): Promise<void> {
  await db.delete(authSession).where(lt(authSession.expiresAt, new Date(now)));
  await db
    .delete(signInThrottle)
    .where(lt(signInThrottle.blocked_until, new Date(now - memoryS * 1_000)));
}
