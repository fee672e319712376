import { afterAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import type { Context } from "../../context.ts";
import { type Answer, signedInClient, visitor } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";

const contexts = new AsyncDisposableStack();
let context: Context;

beforeEach(async () => {
  context = contexts.use(await testContext());
}, 30_000);
afterAll(() => contexts.disposeAsync());

const ANNA = { name: "Anna", email: "anna@example.com", password: "correct horse" };

test("original, no sign-in: the first visit makes the owner, and every later one asks to sign in", async () => {
  const browser = visitor(context);
  expect((await browser.get("/sign-in")).headers.get("location")).toBe("/setup");
  const refused = await browser.post("/setup", { name: " ", email: "anna", password: "short" });
  expect([refused.status, refused.find(".field-error").map(({ text }) => text)]).toEqual([
    422,
    [
      "Fill in the name.",
      "There is no @ in it: type an address like anna@example.com.",
      "Use 10 to 200 characters.",
    ],
  ]);
  const [first, second] = await Promise.all([
    browser.post("/setup", ANNA),
    visitor(context).post("/setup", { ...ANNA, email: "ben@example.com" }),
  ]);
  const places = [first, second].map(({ status, headers }) => [status, headers.get("location")]);
  expect(places.toSorted()).toEqual([
    [303, "/"],
    [303, "/sign-in"],
  ]);
  expect((await visitor(context).get("/setup")).headers.get("location")).toBe("/sign-in");
});

test("an invited person signs in with the password they were given, and has to choose another", async () => {
  const owner = await signedInClient(context);
  const invited = await owner.post("/accounts", {
    name: "Ben",
    email: "Ben@Example.com",
    role: "viewer",
  });
  expect([invited.status, invited.headers.get("cache-control")]).toEqual([
    201,
    "private, no-cache",
  ]);
  const password = invited.textOf(".copyable code") ?? "";
  expect((await owner.get("/accounts")).text).not.toContain(password);

  const ben = visitor(context);
  expect((await ben.post("/sign-in", { email: "ben@example.com", password })).status).toBe(303);
  for (const path of ["/account", "/settings", "/nothing-there"]) {
    const answer = await ben.get(path);
    expect([path, answer.status, answer.headers.get("location")]).toEqual([
      path,
      path === "/nothing-there" ? 404 : 303,
      path === "/nothing-there" ? null : "/account/password",
    ]);
  }
  expect((await ben.get("/account/password")).textOf("h1")).toBe("Choose your own password");
  const wrong = await ben.post("/account/password", {
    current: "x",
    password: "battery staple",
  });
  expect([wrong.status, wrong.textOf(".field-error")]).toEqual([
    422,
    "This is not your current password. Try again.",
  ]);
});

test("a changed password ends every other session and keeps this browser signed in", async () => {
  const browser = visitor(context);
  const elsewhere = visitor(context);
  await browser.post("/setup", ANNA);
  await elsewhere.post("/sign-in", ANNA);
  await browser.get("/account/password");
  const before = browser.cookies.get("session");
  const changed = await browser.post("/account/password", {
    current: ANNA.password,
    password: "battery staple",
  });
  expect([changed.status, changed.headers.get("location")]).toEqual([303, "/account"]);
  expect(browser.cookies.get("session")).not.toBe(before);
  expect((await browser.get("/account")).status).toBe(200);
  expect((await elsewhere.get("/account")).status).toBe(303);
  expect((await visitor(context).post("/sign-in", ANNA)).status).toBe(422);
});

test("a person sees where they are signed in and ends what they do not know", async () => {
  const browser = visitor(context);
  const elsewhere = visitor(context);
  await browser.post("/setup", ANNA, { "user-agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0" });
  await elsewhere.post("/sign-in", ANNA, {
    "user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537",
  });
  const page = await browser.get("/account");
  const rows = page.find("td[data-primary]").map(({ text }) => text);
  expect(rows.toSorted()).toEqual(["Chrome on Windows", "Firefox on Linux This one"]);
  const ending = page.find('form[action^="/account/sessions/0"]')[0]?.attributes["action"] ?? "";
  expect((await browser.post(ending)).status).toBe(303);
  expect((await elsewhere.get("/account")).status).toBe(303);
  expect((await browser.post(ending)).status).toBe(404);
  expect((await browser.post("/account/sessions/not-an-id/end")).status).toBe(404);
  await browser.post("/sign-out");
  expect([browser.cookies.has("session"), (await browser.get("/account")).status]).toEqual([
    false,
    303,
  ]);
});

test("nobody ends the session of somebody else", async () => {
  const one = await signedInClient(context);
  const two = await signedInClient(context);
  const answer = await one.post(`/account/sessions/${two.person.session.id}/end`);
  expect([answer.status, (await two.get("/account")).status]).toEqual([404, 200]);
});

test("an owner manages people: role, password, removal with a word on what goes with it", async () => {
  const owner = await signedInClient(context, "owner");
  const editor = await signedInClient(context, "editor");
  const path = `/accounts/${editor.person.user.id}`;
  expect((await owner.post(path, { role: "emperor" })).textOf(".field-error")).toBe(
    "Choose a role.",
  );
  expect((await owner.post(path, { role: "admin" })).status).toBe(303);
  expect((await editor.get("/accounts")).status).toBe(200);
  expect((await editor.post("/tokens", { name: "theirs", role: "admin" })).status).toBe(201);

  const confirm = await owner.get(`${path}/remove`);
  expect(confirm.find(".confirm li").map(({ text }) => text)).toEqual([
    "Every place where they are signed in",
    "The API token they made",
  ]);
  const reset = await owner.post(`${path}/reset-password`);
  expect([reset.status, (await editor.get("/account")).status]).toEqual([200, 303]);
  expect((await owner.post(`${path}/remove`)).status).toBe(303);
  expect((await owner.get(path)).status).toBe(404);
  const own = await owner.post(`/accounts/${owner.person.user.id}/remove`);
  expect([own.status, own.text]).toEqual([409, expect.stringContaining("This is the last owner.")]);
});

test("a new one-time password lets in at once, however often the lost one was tried", async () => {
  const owner = await signedInClient(context, "owner");
  const ben = { name: "Ben", email: "ben@example.com", role: "viewer" };
  await owner.post("/accounts", ben);
  const signIn = (password: string) =>
    visitor(context).post("/sign-in", { email: ben.email, password });
  for (let tries = 0; tries < 6; tries++) expect((await signIn("wrong horse")).status).toBe(422);
  await context.db.execute(
    sql`UPDATE "sign_in_throttle" SET "blocked_until" = "blocked_until" + interval '10 minutes'`,
  );
  expect((await signIn("wrong horse")).status).toBe(429);
  const people = await owner.get("/accounts");
  const path = people.find("td a").find(({ text }) => text === "Ben")?.attributes["href"] ?? "";
  const password = (await owner.post(`${path}/reset-password`)).textOf(".copyable code") ?? "";
  expect((await signIn(password)).status).toBe(303);
});

test("whoever resets a password is told of the tokens that go on working, and where to revoke them", async () => {
  const owner = await signedInClient(context, "owner");
  const admin = await signedInClient(context, "admin");
  const path = `/accounts/${admin.person.user.id}/reset-password`;
  expect((await owner.get(path)).text).not.toContain("API token they made");
  const made = await admin.post("/tokens", { name: "shop", role: "editor", expires: "never" });
  expect((await owner.get(path)).textOf(".confirm")).toContain(
    "The API token they made goes on working, until revoked under “API tokens”.",
  );
  const reset = await owner.post(path);
  expect(reset.find(".callout-title").map(({ text }) => text)).toEqual([
    "The API token they made goes on working",
  ]);
  expect(reset.find('.callout a[href="/tokens"]')).toHaveLength(1);
  const authorization = `Bearer ${made.textOf(".code pre")}`;
  expect((await visitor(context).get("/api/v1/settings", { authorization })).status).toBe(200);
});

test("a token is shown once, listed without its secret, and gone when it is revoked", async () => {
  const admin = await signedInClient(context, "admin");
  const made = await admin.post("/tokens", { name: "shop", role: "editor", expires: "30" });
  const token = made.textOf(".code pre") ?? "";
  expect([made.status, token]).toEqual([
    201,
    expect.stringMatching(/^mw_[0-9a-f]{12}_[0-9a-f]{64}$/),
  ]);
  const list = await admin.get("/tokens");
  expect(list.find("td[data-primary]").map(({ text }) => text)).toEqual(["shop"]);
  expect(list.text).not.toContain(token.split("_")[2]);
  expect((await admin.post("/tokens", { name: "x", role: "owner" })).status).toBe(403);
  const call = () => visitor(context).get("/api/v1/settings", { authorization: `Bearer ${token}` });
  expect((await call()).status).toBe(200);
  expect((await admin.post(`/tokens/${token.split("_")[1]}/revoke`)).status).toBe(303);
  expect((await call()).status).toBe(401);
});

test("people and tokens are listed fifty at a time, each once, forth and back", async () => {
  const owner = await signedInClient(context, "owner");
  await context.db.execute(sql`
    INSERT INTO "auth_user" ("id", "name", "email", "role")
    SELECT uuidv7(), CASE WHEN n % 2 = 0 THEN 'anna' ELSE 'Anna' END || n % 3, 'p' || n || '@example.com', 'viewer'
    FROM generate_series(1, 60) AS n
  `);
  await context.db.execute(sql`
    INSERT INTO "api_token" ("id", "name", "role", "secret_hash", "created_by", "created_at")
    SELECT lpad(n::text, 12, '0'), 'T' || n, 'viewer', '', 'test', '2026-01-01'::timestamptz + n / 4 * interval '1 microsecond'
    FROM generate_series(1, 60) AS n
  `);
  for (const [path, everything] of [
    ["/accounts", sql`SELECT "name" FROM "auth_user" ORDER BY lower("name") COLLATE "C", "id"`],
    ["/tokens", sql`SELECT "name" FROM "api_token" ORDER BY "created_at" DESC, "id" DESC`],
  ] as const) {
    const rows = await context.db.execute<{ name: string }>(everything);
    const first = await owner.get(path);
    const second = await owner.get(linkOf(first, "next"));
    expect([namesOn(first), second.find("a[rel=next]")]).toEqual([
      rows.slice(0, 50).map(({ name }) => name),
      [],
    ]);
    expect(namesOn(second)).toEqual(rows.slice(50).map(({ name }) => name));
    expect(namesOn(await owner.get(linkOf(second, "prev")))).toEqual(namesOn(first));
  }
});

function namesOn(page: Answer): string[] {
  return page.find("td[data-primary]").map(({ text }) => text);
}

function linkOf(page: Answer, rel: "next" | "prev"): string {
  return page.find(`a[rel=${rel}]`)[0]?.attributes["href"] ?? "";
}

test("names are shown as they were typed and never become markup", async () => {
  const owner = await signedInClient(context);
  const name = `<img src=x onerror=alert(1)> "'&`;
  await owner.post("/account", { name });
  await owner.post("/tokens", { name, role: "viewer" });
  for (const path of ["/account", "/accounts", "/tokens", "/settings"]) {
    const page = await owner.get(path);
    expect([path, page.text.includes("<img src=x")]).toEqual([path, false]);
  }
  expect((await owner.get("/tokens")).find("td[data-primary]").map(({ text }) => text)).toEqual([
    name,
  ]);
});
