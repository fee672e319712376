import { afterAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId } from "@mailwright/platform";
import type { Context } from "../context.ts";
import { authSession } from "../db/schema/accounts.ts";
import { postedForms } from "../testing/posted-forms.ts";
import { type Answer, HTMX, signedInClient, type TestClient, visitor } from "../testing/client.ts";
import { testContext } from "../testing/context.ts";
import type { SignedIn } from "./access.ts";
import { openKept } from "./kept-form.ts";
import { csrfToken, sessionCookie } from "./session.ts";

const contexts = new AsyncDisposableStack();
let context: Context;
let owner: TestClient & { person: SignedIn };

beforeEach(async () => {
  context = contexts.use(await testContext());
  owner = await signedInClient(context, "owner");
}, 30_000);
afterAll(() => contexts.disposeAsync());

const TYPED = {
  _form: "Contact",
  email: "kim@example.com",
  first_name: `"Kim" & <co>`,
  key: ["city", "note"],
  value: ["Oslo", "one\r\ntwo"],
};

/** Posts what was typed, with the token that its form had when it was opened. */
function send(client: TestClient, token: string, typed: object = TYPED, headers = {}) {
  const body = new URLSearchParams({ _csrf: token });
  for (const [name, value] of Object.entries(typed))
    for (const each of [value].flat()) body.append(name, each);
  return client.send("/contacts", {
    method: "POST",
    headers: { "sec-fetch-site": "same-origin", ...headers },
    body,
  });
}

/** The form of an answer that is posted to a path, as a browser would post it. */
function formOf({ text }: Answer, action: string): Record<string, string[]> | undefined {
  const form = postedForms(text, "/").find((each) => each.action === action);
  if (form === undefined) return undefined;
  const fields: Record<string, string[]> = {};
  for (const [name, value] of form.fields) (fields[name] ??= []).push(value);
  return fields;
}

function long(length: number) {
  return { _form: "Template", body: `<p class="a">é</p>\n`.repeat(length / 18) };
}

const STORED = {
  first_name: `"Kim" & <co>`,
  attributes: { city: "Oslo", note: "one\ntwo" },
};

async function stored() {
  return [
    ...(await context.db.execute(
      sql`SELECT "first_name", "attributes" FROM "contact" WHERE "email" = 'kim@example.com'`,
    )),
  ];
}

async function endSessions(): Promise<void> {
  await context.db.execute(sql`DELETE FROM "auth_session"`);
}

test("a form that was opened before its person signed in again is theirs still", async () => {
  const token = csrfToken(context, owner.person);
  await endSessions();
  const session = { id: newId(), token: newId() };
  const now = context.clock.now();
  await context.db.insert(authSession).values({
    ...session,
    userId: owner.person.user.id,
    createdAt: new Date(now),
    updatedAt: new Date(now),
    expiresAt: new Date(now + 3_600_000),
  });
  const [, value = ""] = /^session=([^;]*)/.exec(sessionCookie(context, session.token)) ?? [];
  owner.cookies.set("session", value);
  expect((await send(owner, token)).status).toBe(303);
  expect(await stored()).toEqual([STORED]);
});

test("a form that somebody else had opened is sent only when whoever is signed in now says so", async () => {
  const other = await signedInClient(context, "editor");
  const answer = await send(owner, csrfToken(context, other.person));
  expect([answer.status, await stored()]).toEqual([403, []]);
  const again = formOf(answer, "/contacts");
  expect(again).toMatchObject({
    _form: ["Contact"],
    email: ["kim@example.com"],
    key: TYPED.key,
    value: TYPED.value,
  });
  expect((await send(owner, again?.["_csrf"]?.[0] ?? "", again)).status).toBe(303);
  expect(await stored()).toEqual([STORED]);
});

test("what was typed before the session ended is kept until somebody has signed in and wants it sent", async () => {
  const client = visitor(context);
  const password = "a long and quiet river";
  await context.db.execute(sql`DELETE FROM "auth_user"`);
  await client.post("/setup", { name: "Anna", email: "anna@example.com", password });
  const [field] = (await client.get("/contacts/new")).find('input[name="_csrf"]');
  await endSessions();

  const answer = await send(client, field?.attributes["value"] ?? "");
  expect([answer.status, answer.textOf("h1")]).toEqual([401, "Sign in again"]);
  const signIn = formOf(answer, "/sign-in") ?? {};
  const wrong = await client.post("/sign-in", {
    ...signIn,
    email: "anna@example.com",
    password: "no",
  });
  expect([wrong.status, formOf(wrong, "/sign-in")?.["kept"]]).toEqual([422, signIn["kept"]]);
  const right = await client.post("/sign-in", { ...signIn, email: "anna@example.com", password });
  expect([right.status, right.textOf("h1")]).toEqual([200, "You are signed in again"]);
  expect(await stored()).toEqual([]);

  const again = formOf(right, "/contacts");
  expect((await send(client, again?.["_csrf"]?.[0] ?? "", again)).status).toBe(303);
  expect(await stored()).toEqual([STORED]);
});

test("secrets are not kept, and that they are missing is known", async () => {
  await endSessions();
  const typed = { ...TYPED, _secret: ["value", "other"] };
  const answer = await send(owner, csrfToken(context, owner.person), typed);
  expect(answer.text).not.toContain("Oslo");
  expect(openKept(context, formOf(answer, "/sign-in")?.["kept"]?.[0] ?? "")).toEqual({
    label: "Contact",
    token: csrfToken(context, owner.person),
    action: "/contacts",
    fields: [
      ["email", "kim@example.com"],
      ["first_name", `"Kim" & <co>`],
      ["key", "city"],
      ["key", "note"],
    ],
    lacksSecrets: true,
  });
});

test("what was typed is kept up to the longest template, also where its form was opened in a browser that has forgotten its session; nothing so long is taken of a stranger", async () => {
  const token = csrfToken(context, owner.person);
  await endSessions();
  const signedOut = visitor(context);
  const kept = await send(signedOut, token, long(1_000_000));
  const signIn = formOf(kept, "/sign-in") ?? {};
  const wrong = { email: "anna@example.com", password: "x" };
  const again = await signedOut.post("/sign-in", { ...signIn, ...wrong });
  expect([kept.status, again.status, formOf(again, "/sign-in")?.["kept"]]).toEqual([
    401,
    422,
    signIn["kept"],
  ]);
  const tooLong = await send(signedOut, token, long(2_500_000));
  expect([tooLong.status, tooLong.textOf(".auth-card .button")]).toEqual([
    401,
    "Sign in in another tab",
  ]);
  const stranger = await send(signedOut, "AAAA.BBBB", long(60_000));
  const made = await visitor(context).post("/sign-in", { ...wrong, kept: "x".repeat(70_000) });
  expect([stranger.status, formOf(stranger, "/sign-in"), made.status]).toEqual([
    401,
    undefined,
    413,
  ]);
});

test("nothing is kept that is no form of ours with much to type in it", async () => {
  const token = csrfToken(context, owner.person);
  await endSessions();
  const { _form, ...unnamed } = TYPED;
  for (const answer of [
    await send(owner, token, unnamed),
    await send(owner, "AAAA.BBBB"),
    await send(owner, token, TYPED, { "sec-fetch-site": "cross-site" }),
  ])
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-in"]);
});

test("what a page asks by itself while somebody types leaves the page as it is when the session has ended", async () => {
  await endSessions();
  const answer = await send(owner, csrfToken(context, owner.person), TYPED, HTMX);
  expect([
    answer.status,
    answer.headers.get("hx-redirect"),
    answer.headers.get("hx-retarget"),
    answer.find(".toast a")[0]?.attributes,
  ]).toMatchObject([401, null, "#toasts", { href: "/sign-in", target: "_blank" }]);
});
