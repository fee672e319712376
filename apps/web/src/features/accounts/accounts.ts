import { newId } from "@mailwright/platform";
import type { Paged, PageRequest } from "../../db/keyset.ts";
import type { Database, Queryable } from "../../db/open.ts";
import { can, mayGrant, ROLES, type Role, type User } from "../../http/access.ts";
import { hashPassword, temporaryPassword } from "./passwords.ts";
import {
  countUsers,
  deleteSessionsOf,
  deleteUser,
  insertPassword,
  insertUser,
  lockFirstOwner,
  lockOwners,
  selectUser,
  selectUserPage,
  updatePassword,
  updateUserName,
  updateUserRole,
  type UserRow,
} from "./queries.ts";
import { standingOf } from "./standing.ts";
import { forgiveTries } from "./throttle.ts";
import { deleteTokensOf, deleteTokensWith } from "./token-queries.ts";

export interface Account {
  id: string;
  name: string;
  email: string;
  role: Role;
  /** The password was set by somebody else and not changed since. */
  password_temporary: boolean;
}

export interface ListedAccount extends Account {
  created_at: Date;
  active_at: Date | undefined;
}

export async function hasAccounts(db: Queryable): Promise<boolean> {
  return (await countUsers(db)) > 0;
}

/**
 * Makes the first account, an owner, if there is none yet. Of any number who try at once one succeeds. `email` is
 * canonical here and everywhere below.
 */
export async function makeFirstOwner(
  db: Database,
  owner: { name: string; email: string; password: string },
): Promise<"made" | "not the first"> {
  if (await hasAccounts(db)) return "not the first";
  const hash = await hashPassword(owner.password);
  return db.transaction(async (tx) => {
    await lockFirstOwner(tx);
    if (await hasAccounts(tx)) return "not the first";
    await insertAccount(tx, { ...owner, role: "owner", hash, temporary: false });
    return "made";
  });
}

/** One page of the accounts, by the names of their people. */
export async function listAccounts(
  db: Queryable,
  page: PageRequest,
): Promise<Paged<ListedAccount>> {
  const { items, ...cursors } = await selectUserPage(db, page);
  return { ...cursors, items: items.map(accountOf) };
}

function accountOf({ active_at, ...row }: UserRow): ListedAccount {
  return { ...row, active_at: active_at === null ? undefined : new Date(active_at) };
}

export function readAccount(db: Queryable, id: string): Promise<Account | undefined> {
  return selectUser(db, id);
}

export type Invitation =
  | { kind: "invited"; id: string; password: string }
  | { kind: "taken" }
  | { kind: "beyond you" | "not allowed" };

/** Makes an account with a password that its person has to change at once; it is answered here and never again. */
export async function inviteAccount(
  db: Database,
  by: User,
  account: { name: string; email: string; role: Role },
): Promise<Invitation> {
  const password = temporaryPassword();
  const hash = await hashPassword(password);
  return db.transaction(async (tx) => {
    const standing = await standingOf(tx, by, "accounts:manage");
    if (standing === undefined) return { kind: "not allowed" };
    if (!mayGrant(standing, account.role)) return { kind: "beyond you" };
    const id = await insertAccount(tx, { ...account, hash, temporary: true });
    return id === undefined ? { kind: "taken" } : { kind: "invited", id, password };
  });
}

async function insertAccount(
  tx: Queryable,
  account: { name: string; email: string; role: Role; hash: string; temporary: boolean },
): Promise<string | undefined> {
  const { name, email, role, hash, temporary } = account;
  const id = newId();
  const added = await insertUser(tx, { id, name, email, role, passwordTemporary: temporary });
  if (!added) return undefined;
  await insertPassword(tx, { id: newId(), userId: id, hash });
  return id;
}

export function renameAccount(db: Queryable, id: string, name: string): Promise<void> {
  return updateUserName(db, id, name);
}

/** Why an account stays as it is. */
export interface Refusal {
  kind: "missing" | "last owner" | "yourself" | "beyond you" | "not allowed";
}

export type RoleChange = { kind: "changed" } | Refusal;

export function changeRole(db: Database, by: User, id: string, role: Role): Promise<RoleChange> {
  return withAccount<RoleChange>(db, by, id, async (tx, { account, standing, isLastOwner }) => {
    if (!mayGrant(standing, role)) return { kind: "beyond you" };
    if (isLastOwner && role !== "owner") return { kind: "last owner" };
    await updateUserRole(tx, account.id, role);
    // Whoever may do less from now on may not do more by a token of theirs.
    const beyond = ROLES.filter((each) => !mayGrant({ role }, each));
    await deleteTokensWith(tx, account.email, beyond);
    return { kind: "changed" };
  });
}

export type PasswordReset = { kind: "reset"; password: string } | Refusal;

/**
 * Sets a temporary password and ends the account's sessions; the password is answered here and never again. Failed tries
 * before it do not keep it waiting. The API tokens of the account stay: programs run by them.
 */
export async function resetPassword(db: Database, by: User, id: string): Promise<PasswordReset> {
  const password = temporaryPassword();
  const hash = await hashPassword(password);
  return withAccount<PasswordReset>(db, by, id, async (tx, { account }) => {
    if (account.id === by.id) return { kind: "yourself" };
    await updatePassword(tx, { userId: account.id, hash, temporary: true });
    await deleteSessionsOf(tx, account.id);
    await forgiveTries(tx, { email: account.email, address: undefined });
    return { kind: "reset", password };
  });
}

export type Removal = { kind: "removed" } | Refusal;

/** Removes an account with its sessions and the API tokens it made. */
export function removeAccount(db: Database, by: User, id: string): Promise<Removal> {
  return withAccount<Removal>(db, by, id, async (tx, { account, isLastOwner }) => {
    if (isLastOwner) return { kind: "last owner" };
    if (account.id === by.id) return { kind: "yourself" };
    // The person first: a token that they are just making is waited for, and goes with the others.
    await deleteUser(tx, account.id);
    await deleteTokensOf(tx, account.email);
    return { kind: "removed" };
  });
}

interface Changeable {
  account: Account;
  /** Of who changes it. */
  standing: { role: Role };
  isLastOwner: boolean;
}

/** Runs `change` on an account that `by` may change, while nobody else changes who the owners are. */
function withAccount<T>(
  db: Database,
  by: User,
  id: string,
  change: (tx: Queryable, given: Changeable) => Promise<T>,
): Promise<T | Refusal> {
  return db.transaction(async (tx): Promise<T | Refusal> => {
    const owners = await lockOwners(tx);
    const standing = await standingOf(tx, by, "accounts:manage");
    if (standing === undefined) return { kind: "not allowed" };
    const account = await selectUser(tx, id);
    if (account === undefined) return { kind: "missing" };
    if (account.role === "owner" && !can(standing, "owners:manage")) return { kind: "beyond you" };
    const isLastOwner = owners.length === 1 && owners[0] === account.id;
    return change(tx, { account, standing, isLastOwner });
  });
}
