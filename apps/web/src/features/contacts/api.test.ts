import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId } from "@mailwright/platform";
import { campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { type Answer, apiClient } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import { created, withContacts } from "../segments/fixtures/segments.ts";
import { addToSegment } from "../segments/segments.ts";
import { suppress } from "../suppressions/suppressions.ts";

const CONTACTS = "/api/v1/contacts";

interface Shown {
  id: string;
  email: string;
  attributes: object;
}

test("contacts are made, read, changed and deleted", async () => {
  await using context = await testContext();
  const { call } = await apiClient(context, "editor");
  const made = await call("POST", CONTACTS, {
    email: " Anna@Example.com ",
    first_name: "Anna",
    attributes: { city: "Ghent", age: 41, vip: true },
  });
  expect(made.status).toBe(201);
  const { id, ...rest } = made.json<Shown>();
  const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(rest as object).toEqual({
    email: "Anna@Example.com",
    name: "",
    first_name: "Anna",
    last_name: "",
    attributes: { city: "Ghent", age: 41, vip: true },
    suppressed: null,
    created_at: moment,
    updated_at: moment,
    revision: expect.any(String),
  });
  expect((await call("GET", `${CONTACTS}/${id}`)).json<Shown>()).toEqual({ id, ...rest });

  const changed = await call("PATCH", `${CONTACTS}/${id}`, {
    last_name: "Berg",
    attributes: { city: null, plan: "pro" },
  });
  expect([changed.status, changed.json<Shown>()]).toEqual([
    200,
    expect.objectContaining({
      email: "Anna@Example.com",
      first_name: "Anna",
      last_name: "Berg",
      attributes: { age: 41, vip: true, plan: "pro" },
    }),
  ]);
  expect((await call("DELETE", `${CONTACTS}/${id}`)).status).toBe(204);
  expect((await call("DELETE", `${CONTACTS}/${id}`)).status).toBe(404);
  expect((await call("GET", `${CONTACTS}/${id}`)).status).toBe(404);
});

test("what cannot be taken is refused with the name of its field, and nothing is changed", async () => {
  const { context, contacts } = await withContacts(2);
  await using _ = context;
  const { call } = await apiClient(context);
  const [first = "", second = ""] = contacts;
  const refused = {
    email: await call("POST", CONTACTS, { email: "anna@" }),
    name: await call("POST", CONTACTS, { email: "a@example.com", name: "a\nb" }),
    attributes: await call("POST", CONTACTS, { email: "a@example.com", attributes: [1] }),
    surname: await call("POST", CONTACTS, { email: "a@example.com", surname: "Berg" }),
    "attributes.n": await call("PATCH", `${CONTACTS}/${first}`, {
      attributes: { n: "x".repeat(100_000) },
    }),
  };
  expect(Object.values(refused).map(({ status }) => status)).toEqual([422, 422, 422, 422, 422]);
  expect(Object.values(refused).map(fieldOf)).toEqual(Object.keys(refused));

  const there = `This is the address of another contact: ${CONTACTS}/${second}`;
  const taken = [
    await call("POST", CONTACTS, { email: "P2@example.com" }),
    await call("PATCH", `${CONTACTS}/${first}`, { email: "P2@example.com" }),
  ];
  for (const answer of taken)
    expect([answer.status, answer.json()]).toEqual([
      422,
      expect.objectContaining({ field: "email", errors: [{ field: "email", message: there }] }),
    ]);
  expect(addressesOf(await call("GET", CONTACTS))).toEqual(["p2@example.com", "p1@example.com"]);
});

test("the list is filtered by a search, a segment and whether they are suppressed; a slip in a filter is refused", async () => {
  const { context, contacts } = await withContacts(12);
  await using _ = context;
  const { call } = await apiClient(context, "viewer");
  const { id: segment } = await created(context.db, "Some");
  await addToSegment(context.db, segment, contacts.slice(0, 2));
  await suppress(context.db, ["p2@example.com"], { reason: "complained", origin: "test" });
  const found = {
    "search=p1%40": ["p1@example.com"],
    "search=P12": ["p12@example.com"],
    "search=%40example.org": [],
    "suppressed=true": ["p2@example.com"],
    [`segment_id=${segment}`]: ["p2@example.com", "p1@example.com"],
    [`segment_id=${segment}&suppressed=false`]: ["p1@example.com"],
    [`segment_id=${newId()}`]: [],
  };
  for (const [query, expected] of Object.entries(found))
    expect([query, addressesOf(await call("GET", `${CONTACTS}?${query}`))]).toEqual([
      query,
      expected,
    ]);
  const [item] = (await call("GET", `${CONTACTS}?suppressed=true`)).json<List>().items;
  expect(item).toMatchObject({ suppressed: "complained" });
  for (const query of ["segment_id=7", "suppressed=perhaps", "limit=0", "limit=501", "limit=x"])
    expect([query, (await call("GET", `${CONTACTS}?${query}`)).status]).toEqual([query, 400]);
});

test("the list comes a page at a time, each contact once", async () => {
  const { context, contacts } = await withContacts(5);
  await using _ = context;
  const { call } = await apiClient(context);
  const ids: string[] = [];
  let after = "";
  do {
    const page = (await call("GET", `${CONTACTS}?limit=2${after}`)).json<List>();
    ids.push(...page.items.map(({ id }) => id));
    after = page.next === undefined ? "" : `&after=${page.next}`;
  } while (after !== "");
  expect(ids).toEqual(contacts.toReversed());
});

test("the list is sorted as it is asked for, a page at a time; texts begin with A unless it is said", async () => {
  await using context = await testContext();
  const { call } = await apiClient(context);
  const people = { "c@example.com": "Anna", "a@example.com": "Carl", "b@example.com": "Ben" };
  for (const [email, name] of Object.entries(people)) await call("POST", CONTACTS, { email, name });
  const orders = {
    "sort=added": "bac",
    "sort=added&direction=ascending": "cab",
    "direction=ascending": "cab",
    "sort=address": "abc",
    "sort=address&direction=descending": "cba",
    "sort=name": "cba",
  };
  for (const [query, expected] of Object.entries(orders)) {
    const first = (await call("GET", `${CONTACTS}?${query}&limit=2`)).json<List>();
    const rest = await call("GET", `${CONTACTS}?${query}&limit=2&after=${first.next}`);
    const all = [...first.items.map(({ email }) => email), ...addressesOf(rest)];
    expect([query, all.map(([letter]) => letter).join("")]).toEqual([query, expected]);
  }
  for (const query of ["sort=email", "direction=up"])
    expect([query, (await call("GET", `${CONTACTS}?${query}`)).status]).toEqual([query, 400]);
});

test("those whom a filter leaves come as a CSV, which an import takes back", async () => {
  const { context, contacts } = await withContacts(3);
  await using _ = context;
  const { call } = await apiClient(context, "viewer");
  const { id: segment } = await created(context.db, "Some");
  await addToSegment(context.db, segment, contacts.slice(1));
  await suppress(context.db, ["p3@example.com"], { reason: "manual", origin: "test" });
  const file = await call("GET", `${CONTACTS}/export?segment_id=${segment}&suppressed=false`);
  expect([
    file.status,
    file.headers.get("content-type"),
    file.headers.get("content-disposition"),
    file.text,
  ]).toEqual([
    200,
    "text/csv; charset=utf-8",
    'attachment; filename="contacts.csv"',
    "email,name,first_name,last_name,n\r\np2@example.com,,P2,,2\r\n",
  ]);
  const lines = async (query: string) =>
    (await call("GET", `${CONTACTS}/export${query}`)).text.split("\r\n").length - 2;
  expect([await lines(""), await lines("?search=p1"), await lines("?suppressed=true")]).toEqual([
    3, 1, 1,
  ]);
  for (const query of ["segment_id=7", "suppressed=perhaps"])
    expect((await call("GET", `${CONTACTS}/export?${query}`)).status).toBe(400);
});

test("what a contact was sent or not is listed with its reason, a page at a time", async () => {
  await using fixture = await campaignFixture(1);
  const { call } = await apiClient(fixture.context, "viewer");
  const [{ id } = { id: "" }] = (await call("GET", CONTACTS)).json<List>().items;
  const ended = {
    sent: await fixture.draft("First"),
    failed: await fixture.draft("Second"),
  };
  await launchedWith(fixture, ended.sent, "finished", { sent: 1 });
  const failed = { error_code: "rejected", error_detail: "550 no such user" };
  await launchedWith(fixture, ended.failed, "finished", { failed: 1 }, { failed });
  const first = (await call("GET", `${CONTACTS}/${id}/emails?limit=1`)).json<List>();
  expect(first.items).toEqual([
    {
      id: expect.any(String),
      campaign_id: ended.failed,
      campaign_name: "Second",
      state: "failed",
      attempt: 1,
      changed_at: expect.any(String),
      ...failed,
    },
  ] as object[] as Shown[]);
  const rest = await call("GET", `${CONTACTS}/${id}/emails?after=${first.next}`);
  expect(rest.json<List>()).toEqual({
    items: [expect.objectContaining({ campaign_name: "First", state: "sent", error_code: null })],
  });
});

test("who is not there is 404, and a token without the permission 403, whatever is asked", async () => {
  const { context, contacts } = await withContacts(1);
  await using _ = context;
  const owner = await apiClient(context);
  for (const id of [newId(), "7"]) {
    for (const path of ["", "/emails"])
      expect((await owner.call("GET", `${CONTACTS}/${id}${path}`)).status).toBe(404);
    expect((await owner.call("PATCH", `${CONTACTS}/${id}`, { name: "x" })).status).toBe(404);
    expect((await owner.call("DELETE", `${CONTACTS}/${id}`)).status).toBe(404);
  }
  const viewer = await apiClient(context, "viewer");
  const [id = ""] = contacts;
  expect([
    (await viewer.call("POST", CONTACTS, { email: "a@example.com" })).status,
    (await viewer.call("PATCH", `${CONTACTS}/${id}`, { name: "x" })).status,
    (await viewer.call("DELETE", `${CONTACTS}/${id}`)).status,
  ]).toEqual([403, 403, 403]);
});

test("a repeated POST with its Idempotency-Key makes one contact and gets the same answer", async () => {
  await using context = await testContext();
  const { call } = await apiClient(context);
  const post = () =>
    call("POST", CONTACTS, { email: "a@example.com" }, { "idempotency-key": "one" });
  const [first, again] = [await post(), await post()];
  expect([first.status, again.status, again.headers.get("idempotency-replayed")]).toEqual([
    201,
    201,
    "true",
  ]);
  expect(again.json<Shown>()).toEqual(first.json<Shown>());
  expect(addressesOf(await call("GET", CONTACTS))).toEqual(["a@example.com"]);
});

test("of a repeated POST no answer is told once its contact was deleted, and nothing is done again", async () => {
  await using context = await testContext();
  const { call } = await apiClient(context);
  const post = (email: string) =>
    call("POST", CONTACTS, { email }, { "idempotency-key": email.slice(0, 4) });
  const { id } = (await post("Anna@Bücher.example")).json<Shown>();
  await post("joanna@bücher.example");
  expect((await call("PATCH", `${CONTACTS}/${id}`, { email: "anna@example.com" })).status).toBe(
    200,
  );
  expect((await call("DELETE", `${CONTACTS}/${id}`)).status).toBe(204);
  const again = await post("Anna@Bücher.example");
  expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([410, "true"]);
  expect((await post("joanna@bücher.example")).status).toBe(201);
  expect(addressesOf(await call("GET", CONTACTS))).toEqual(["joanna@bücher.example"]);
  const kept = await context.db.execute<{ body: string | null }>(
    sql`SELECT "body" FROM "idempotency_key" ORDER BY "key"`,
  );
  expect(kept.map(({ body }) => body?.includes("joanna@"))).toEqual([undefined, true]);
});

interface List {
  items: Shown[];
  next?: string;
}

function addressesOf(answer: Answer): string[] {
  return answer.json<List>().items.map(({ email }) => email);
}

function fieldOf(answer: Answer): string {
  return answer.json<{ field: string }>().field;
}
