import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId } from "@mailwright/platform";
import type { Context } from "../../context.ts";
import { type Answer, apiClient, signedInClient, type TestClient } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import { added } from "../contacts/fixtures/contacts.ts";
import type { SuppressionReason } from "./reasons.ts";
import { addEntries } from "./suppressions.ts";

let context: Context;
let editor: TestClient;
let call: Awaited<ReturnType<typeof apiClient>>["call"];

beforeAll(async () => {
  context = await testContext();
  editor = await signedInClient(context, "editor");
  ({ call } = await apiClient(context, "editor"));
}, 30_000);
afterAll(() => context[Symbol.asyncDispose]());
beforeEach(async () => {
  await context.db.execute(sql`DELETE FROM "suppression"`);
});

/** So many addresses, each suppressed a minute before the one before it. */
async function suppressed(addresses: readonly string[], reason: SuppressionReason = "manual") {
  const entries = addresses.map((canonical, n) => ({
    canonical,
    reason,
    origin: "a test",
    since: new Date(Date.UTC(2026, 0, 31) - n * 60_000).toISOString(),
  }));
  await addEntries(context.db, entries);
}

function addressesOf(page: Answer): string[] {
  return page.find("#suppressions td[data-primary]").map(({ text }) => text);
}

function nextOf(page: Answer): string {
  return page.find(".pager a[rel=next]")[0]?.attributes["href"] ?? "";
}

interface Listed {
  items: { email: string; reason: string; created_at: string }[];
  next?: string;
}

/** What a search finds, by the page and by the API, which say the same. */
async function foundBy(q: string, reason = ""): Promise<string[]> {
  const page = await editor.get(`/suppressions?${new URLSearchParams({ q, reason })}`);
  const said = new URLSearchParams({ search: q, ...(reason !== "" && { reason }) });
  const api = await call("GET", `/api/v1/suppressions?${said}`);
  const found = api.json<Listed>().items.map(({ email }) => email);
  expect([page.status, addressesOf(page)]).toEqual([200, found]);
  return found;
}

describe("what is suppressed is found", () => {
  const ANNA = "anna.kowalska@example.com";
  const BEN = "ben@mail.example.org";
  const JO = "jo%_x@xn--mnchen-3ya.de";
  beforeEach(() => suppressed([ANNA, BEN, JO]));

  test.each([
    ["", [ANNA, BEN, JO]],
    ["kowal", [ANNA]],
    [" Kowalska@EXAMPLE ", [ANNA]],
    ["@mail", [BEN]],
    ["example.", [ANNA, BEN]],
    ["münchen", [JO]],
    ["x@münchen.de", [JO]],
    ["%", [JO]],
    ["_", [JO]],
    ["an_a", []],
    ["\\", []],
    ["nobody", []],
    ["\ud800", []],
  ])("by %j", async (typed, wanted) => {
    expect(await foundBy(typed)).toEqual(wanted);
  });
});

test("what is suppressed is found by its reason, and by both", async () => {
  await suppressed(["anna@example.com", "ben@example.com"], "complained");
  await suppressed(["anna@example.org", "eva@example.org"], "bounced");
  expect(await foundBy("", "bounced")).toEqual(["anna@example.org", "eva@example.org"]);
  expect(await foundBy("anna", "complained")).toEqual(["anna@example.com"]);
  expect(await foundBy("anna", "manual")).toEqual([]);
  const page = await editor.get("/suppressions?q=anna&reason=complained");
  expect(page.textOf("#suppressions .pager")).toStartWith("1 address of 4");
  expect(page.find("select[name=reason] option[selected]").map(({ text }) => text)).toEqual([
    "Complained",
  ]);
  const wrong = await call("GET", "/api/v1/suppressions?reason=angry");
  expect(wrong.status).toBe(400);
  expect(addressesOf(await editor.get("/suppressions?reason=angry"))).toHaveLength(4);
});

test("the list is gone through page by page, the last that came about first, and says how many there are", async () => {
  const all = Array.from({ length: 120 }, (_, n) => `p${n}@example.com`);
  await suppressed(all);
  const first = await editor.get("/suppressions");
  expect(addressesOf(first)).toEqual(all.slice(0, 50));
  expect(first.textOf("#suppressions .pager")).toStartWith("120 addresses suppressed");
  const second = await editor.get(nextOf(first));
  const third = await editor.get(nextOf(second));
  expect([addressesOf(second), addressesOf(third)]).toEqual([all.slice(50, 100), all.slice(100)]);
  const found = await editor.get("/suppressions?q=p1");
  expect(found.textOf("#suppressions .pager")).toStartWith("31 addresses of 120");
  const seen: string[] = [];
  for (let after = ""; ;) {
    const answer = await call("GET", `/api/v1/suppressions?limit=50&search=p1${after}`);
    const { items, next: more } = answer.json<Listed>();
    seen.push(...items.map(({ email }) => email));
    if (more === undefined) break;
    after = `&after=${more}`;
  }
  expect(seen).toEqual(all.filter((address) => address.includes("p1")));
});

test("no more than ten thousand are counted of those that pass", async () => {
  await context.db.execute(sql`
    INSERT INTO "suppression" ("canonical_email", "reason", "origin")
    SELECT 'p' || "n" || '@example.com', 'bounced', 'a test' FROM generate_series(1, 10001) AS "n"`);
  const page = await editor.get("/suppressions?reason=bounced");
  expect(page.textOf("#suppressions .pager")).toStartWith("More than 10,000 addresses of 10,001");
});

test("a cursor that nobody gave out is passed over", async () => {
  await suppressed(["anna@example.com"]);
  const made = [
    ["", newId()],
    ["2026-01-31T00:00:00Z", "x"],
    ["yesterday", newId()],
  ].map((parts) => Buffer.from(JSON.stringify(parts)).toString("base64url"));
  for (const after of ["x", ...made]) {
    expect((await editor.get(`/suppressions?after=${after}`)).status).toBe(200);
    expect((await call("GET", `/api/v1/suppressions?after=${after}`)).status).toBe(200);
  }
});

test("an address is read with its reason, its origin and its time, in any spelling", async () => {
  await suppressed(["anna@example.com"], "bounced");
  const read = await call("GET", "/api/v1/suppressions/Anna@Example.com");
  expect([read.status, read.json<object>()]).toEqual([
    200,
    {
      email: "anna@example.com",
      reason: "bounced",
      origin: "a test",
      created_at: "2026-01-31T00:00:00.000Z",
    },
  ]);
  for (const email of ["ben@example.com", "nonsense"])
    expect((await call("GET", `/api/v1/suppressions/${email}`)).status).toBe(404);
});

test("whoever may only look is offered nothing to do", async () => {
  await added(context.db, { email: "anna@example.com" });
  await suppressed(["anna@example.com"]);
  const page = await (await signedInClient(context, "viewer")).get("/suppressions");
  expect(addressesOf(page)).toEqual(["anna@example.com"]);
  expect(page.find("#suppressions input[type=checkbox]")).toEqual([]);
  expect(page.find("a[href^='/suppressions/lift'], a[href='/suppressions/new']")).toEqual([]);
});
