import { afterAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import type { Context } from "../../context.ts";
import type { Role, User } from "../../http/access.ts";
import { testContext } from "../../testing/context.ts";
import { lockWait } from "../../testing/lock-waits.ts";
import {
  changeRole,
  inviteAccount,
  makeFirstOwner,
  listAccounts,
  readAccount,
  removeAccount,
  resetPassword,
} from "./accounts.ts";
import { changePassword } from "./sessions.ts";
import { createToken, createTokenBy, listTokens } from "./tokens.ts";

const contexts = new AsyncDisposableStack();
let context: Context;

beforeEach(async () => {
  context = contexts.use(await testContext());
}, 30_000);
afterAll(() => contexts.disposeAsync());

const FIRST = { name: "Anna", email: "anna@example.com", password: "correct horse" };

async function person(role: Role, name: string = role): Promise<User> {
  const email = `${name}@example.com`;
  const [row] = await context.db.execute<{ id: string }>(
    sql`INSERT INTO "auth_user" ("id", "name", "email", "role") VALUES (uuidv7(), ${name}, ${email}, ${role}) RETURNING "id"`,
  );
  return { kind: "user", id: row!.id, name, email, role };
}

async function tokenNames(): Promise<string[]> {
  const { items } = await listTokens(context.db, { limit: 50 });
  return items.map(({ name }) => name).toSorted();
}

async function roles(): Promise<Record<string, Role>> {
  const { items } = await listAccounts(context.db, { limit: 50 });
  return Object.fromEntries(items.map(({ name, role }) => [name, role]));
}

test("of several who set up at once one becomes the owner", async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 6 }, (_, index) =>
      makeFirstOwner(context.db, { ...FIRST, name: `P${index}`, email: `p${index}@example.com` }),
    ),
  );
  expect(outcomes.filter((outcome) => outcome === "made")).toHaveLength(1);
  expect(Object.values(await roles())).toEqual(["owner"]);
});

test("an invitation makes an account with a password of its own, once an address", async () => {
  const owner = await person("owner");
  const account = { name: "Ben", email: "ben@example.com", role: "editor" as const };
  const [one, two] = await Promise.all([
    inviteAccount(context.db, owner, account),
    inviteAccount(context.db, owner, account),
  ]);
  expect([one.kind, two.kind].toSorted()).toEqual(["invited", "taken"]);
  const invited = one.kind === "invited" ? one : two;
  expect(invited.kind === "invited" && invited.password).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
  expect(await roles()).toEqual({ owner: "owner", Ben: "editor" });
});

test("nobody gives more than they have, and only owners touch owners", async () => {
  const owner = await person("owner");
  const admin = await person("admin");
  const editor = await person("editor");
  const { db } = context;
  expect(await inviteAccount(db, admin, { ...FIRST, role: "owner" })).toEqual({
    kind: "beyond you",
  });
  expect(await changeRole(db, admin, editor.id, "owner")).toEqual({ kind: "beyond you" });
  expect(await changeRole(db, admin, owner.id, "viewer")).toEqual({ kind: "beyond you" });
  expect(await removeAccount(db, admin, owner.id)).toEqual({ kind: "beyond you" });
  expect(await resetPassword(db, admin, owner.id)).toEqual({ kind: "beyond you" });
  expect(await changeRole(db, admin, editor.id, "admin")).toEqual({ kind: "changed" });
  expect(await changeRole(db, owner, admin.id, "owner")).toEqual({ kind: "changed" });
  expect(await roles()).toEqual({ owner: "owner", admin: "owner", editor: "admin" });
});

test("the last owner stays one, also when two owners demote each other at once", async () => {
  const one = await person("owner", "one");
  const two = await person("owner", "two");
  const { db } = context;
  const outcomes = await Promise.all([
    changeRole(db, one, two.id, "admin"),
    changeRole(db, two, one.id, "admin"),
  ]);
  expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(["beyond you", "changed"]);
  const last = outcomes[0].kind === "changed" ? one : two;
  expect(await changeRole(db, last, last.id, "viewer")).toEqual({ kind: "last owner" });
  expect(await removeAccount(db, last, last.id)).toEqual({ kind: "last owner" });
  expect(Object.values(await roles()).toSorted()).toEqual(["admin", "owner"]);
});

test("whoever may do less has no token that may do more", async () => {
  const owner = await person("owner");
  const admin = await person("admin");
  const { db } = context;
  for (const role of ["admin", "editor", "viewer"] as const)
    await createToken(db, { name: role, role, createdBy: admin.email });
  await createToken(db, { name: "ours", role: "admin", createdBy: owner.email });
  expect(await changeRole(db, owner, admin.id, "editor")).toEqual({ kind: "changed" });
  expect(await tokenNames()).toEqual(["editor", "ours", "viewer"]);
  expect(await changeRole(db, owner, admin.id, "admin")).toEqual({ kind: "changed" });
  expect(await tokenNames()).toEqual(["editor", "ours", "viewer"]);
});

test("a removed person's sessions and tokens go, one's own account cannot be removed by oneself", async () => {
  const owner = await person("owner");
  await person("owner", "second");
  const editor = await person("editor");
  const { db } = context;
  await createToken(db, { name: "theirs", role: "editor", createdBy: editor.email });
  await createToken(db, { name: "ours", role: "editor", createdBy: owner.email });
  await db.execute(sql`
    INSERT INTO "auth_session" ("id", "token", "user_id", "expires_at") VALUES (uuidv7(), 't', ${editor.id}, now())`);
  expect(await removeAccount(db, owner, owner.id)).toEqual({ kind: "yourself" });
  expect(await removeAccount(db, owner, editor.id)).toEqual({ kind: "removed" });
  expect(await removeAccount(db, owner, editor.id)).toEqual({ kind: "missing" });
  expect(await tokenNames()).toEqual(["ours"]);
  expect([...(await db.execute(sql`SELECT * FROM "auth_session"`))]).toEqual([]);
});

test("whoever was removed or may do less by now is judged by that, whatever their request began with", async () => {
  const owner = await person("owner");
  const admin = await person("admin");
  const editor = await person("editor");
  const { db } = context;
  const token = { name: "kept", role: "viewer" } as const;
  const account = { name: "Kept", email: "kept@example.com", role: "viewer" } as const;

  async function expectRefusals() {
    expect(await createTokenBy(db, admin, token)).toEqual({ kind: "not allowed" });
    expect(await inviteAccount(db, admin, account)).toEqual({ kind: "not allowed" });
    expect(await changeRole(db, admin, editor.id, "viewer")).toEqual({ kind: "not allowed" });
    expect(await changeRole(db, admin, admin.id, "admin")).toEqual({ kind: "not allowed" });
    expect(await resetPassword(db, admin, editor.id)).toEqual({ kind: "not allowed" });
    expect(await removeAccount(db, admin, editor.id)).toEqual({ kind: "not allowed" });
  }

  expect(await changeRole(db, owner, admin.id, "editor")).toEqual({ kind: "changed" });
  await expectRefusals();
  expect(await roles()).toEqual({ owner: "owner", admin: "editor", editor: "editor" });
  expect(await removeAccount(db, owner, admin.id)).toEqual({ kind: "removed" });
  await expectRefusals();
  expect(await roles()).toEqual({ owner: "owner", editor: "editor" });
  expect(await tokenNames()).toEqual([]);
});

test("a token that somebody is making while they are removed is not made, or goes with them", async () => {
  const owner = await person("owner");
  const admin = await person("admin");
  const { db } = context;
  const token = { name: "kept", role: "viewer" } as const;

  let removing: Promise<unknown> | undefined;
  await db.transaction(async (tx) => {
    await createTokenBy(tx, admin, token);
    removing = removeAccount(db, owner, admin.id);
    await lockWait(db);
  });
  expect(await removing).toEqual({ kind: "removed" });
  expect(await tokenNames()).toEqual([]);

  const other = await person("admin", "other");
  let making: Promise<unknown> | undefined;
  await db.transaction(async (tx) => {
    await removeAccount(tx, owner, other.id);
    making = createTokenBy(db, other, token);
    await lockWait(db);
  });
  expect(await making).toEqual({ kind: "not allowed" });
  expect(await tokenNames()).toEqual([]);
});

test("a password that is reset while its owner changes it stays the one that was handed out", async () => {
  const owner = await person("owner");
  const { db, clock } = context;
  const ben = { name: "Ben", email: "ben@example.com", role: "editor" } as const;
  const invited = await inviteAccount(db, owner, ben);
  if (invited.kind !== "invited") throw new Error("nobody was invited");
  const { id, password: current } = invited;
  const signedIn = { user: { kind: "user", id, ...ben }, session: { id, token: "" } } as const;

  let changing: Promise<unknown> | undefined;
  let given: unknown;
  await db.transaction(async (tx) => {
    await tx.execute(sql`SELECT FROM "auth_user" WHERE "id" = ${id} FOR UPDATE`);
    changing = changePassword(db, clock, signedIn, { current, password: "battery staple" });
    await lockWait(db);
    given = await resetPassword(tx, owner, id);
  });
  expect(await changing).toEqual({ kind: "wrong" });
  expect((await readAccount(db, id))?.password_temporary).toBe(true);
  const { password } = given as { password: string };
  expect(
    await changePassword(db, clock, signedIn, { current: password, password: "battery staple" }),
  ).toEqual({ kind: "changed" });
});
