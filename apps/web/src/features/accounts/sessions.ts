import type { Clock } from "@mailwright/platform";
import type { Database, Queryable } from "../../db/open.ts";
import { SESSION_MAX_AGE_S, type SignedIn } from "../../http/access.ts";
import { hashPassword, isPassword } from "./passwords.ts";
import {
  deleteEndedSignIns,
  deleteSession,
  deleteSessionByToken,
  deleteSessionsOf,
  listSessionsOf,
  lockUser,
  selectPassword,
  selectSession,
  touchSession,
  updatePassword,
} from "./queries.ts";
import { forgiveTries, MEMORY_S, tryAgainAfter } from "./throttle.ts";
import { noteUse, type UseContext } from "./use.ts";

/** A session that is not used for this long ends. */
export const SESSION_IDLE_S = 14 * 86_400;
/** How exactly the last use is known; it saves a write a request. */
const TOUCH_MS = 5 * 60_000;

/** The page where a temporary password is changed. */
const PASSWORD_PATH = "/account/password";

/**
 * Who a session belongs to. One statement of ours, 0.9 ms where better-auth's `getSession` took 9.5 ms on the same
 * machine: every request of every page begins with it. The role is the one the person has now.
 */
export async function recogniseSession(
  context: UseContext,
  token: string,
): Promise<SignedIn | undefined> {
  const { db, clock } = context;
  const now = clock.now();
  const row = await selectSession(db, { token, now, notBefore: now - SESSION_MAX_AGE_S * 1_000 });
  if (row === undefined) return undefined;
  if (now - row.used_at.getTime() > TOUCH_MS) {
    const expiresAt = now + SESSION_IDLE_S * 1_000;
    await noteUse(context, touchSession(db, { id: row.session_id, now, expiresAt }));
  }
  const { id, name, email, role } = row;
  return {
    user: { kind: "user", id, name, email, role },
    session: { id: row.session_id, token },
    ...(row.password_temporary && { detour: PASSWORD_PATH }),
  };
}

export interface SessionRow {
  id: string;
  address: string | null;
  agent: string | null;
  created_at: Date;
  used_at: Date;
}

/** Where a person is signed in, the last used first. */
export function readSessions(db: Queryable, clock: Clock, userId: string): Promise<SessionRow[]> {
  return listSessionsOf(db, userId, clock.now());
}

/** Ends one session of a person; false when it is none of theirs. */
export function endSession(db: Queryable, userId: string, id: string): Promise<boolean> {
  return deleteSession(db, userId, id);
}

export function endOtherSessions(db: Queryable, person: SignedIn): Promise<void> {
  return deleteSessionsOf(db, person.user.id, person.session.id);
}

export function signOut(db: Queryable, { session }: SignedIn): Promise<void> {
  return deleteSessionByToken(db, session.token);
}

/** Deletes sessions that have run out, and counts of failed sign-ins that no longer matter. */
export function forgetEndedSignIns(db: Queryable, now: number): Promise<void> {
  return deleteEndedSignIns(db, { now, memoryS: MEMORY_S });
}

export type PasswordChange =
  { kind: "changed" } | { kind: "wrong" } | { kind: "wait"; seconds: number };

/**
 * Changes a person's own password, if they know the one they have; every session of theirs ends, this one too, so the
 * caller signs them in anew. Guessing is slowed down as at the sign-in.
 */
export async function changePassword(
  db: Database,
  clock: Clock,
  { user }: SignedIn,
  { current, password }: { current: string; password: string },
): Promise<PasswordChange> {
  const aim = { email: user.email, address: undefined };
  const seconds = await tryAgainAfter(db, aim, clock.now());
  if (seconds > 0) return { kind: "wait", seconds };
  const hash = await selectPassword(db, user.id);
  if (hash === undefined || !(await isPassword(current, hash))) return { kind: "wrong" };
  const next = await hashPassword(password);
  const changed = await db.transaction(async (tx) => {
    await lockUser(tx, user.id);
    // Whoever reset it while the two were hashed keeps out who knew the old one.
    if ((await selectPassword(tx, user.id)) !== hash) return false;
    await updatePassword(tx, { userId: user.id, hash: next, temporary: false });
    await deleteSessionsOf(tx, user.id);
    return true;
  });
  if (!changed) return { kind: "wrong" };
  await forgiveTries(db, aim);
  return { kind: "changed" };
}
