import { afterAll, beforeAll, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import type { Context } from "../context.ts";
import { type Cursor, encodeCursor, keyset, type Order, toPage } from "../db/keyset.ts";
import { contact } from "../db/schema/contacts.ts";
import { testContext } from "../testing/context.ts";
import { apiPage, askedPage, decodeCursor, pageLinks } from "./paging.ts";

let context: Context;

beforeAll(async () => {
  context = await testContext();
  await context.db.execute(sql`
    INSERT INTO "contact" ("email", "canonical_email", "name")
    SELECT 'p' || n || '@example.com', 'p' || n || '@example.com', 'Name ' || n % 4 FROM generate_series(1, 23) AS n
  `);
}, 30_000);
afterAll(() => context[Symbol.asyncDispose]());

const NAME = sql`(lower(${contact.name}) COLLATE "C")`;

async function read(asked: Parameters<typeof keyset>[1], order: Order) {
  const slice = keyset(order, asked);
  const rows = await context.db
    .select({ id: contact.id, key: order.key ? sql<string>`${order.key}` : sql<string>`''` })
    .from(contact)
    .where(slice.where)
    .orderBy(...slice.orderBy)
    .limit(slice.limit);
  return toPage(rows, asked, ({ id, key }): Cursor => ({ id, key }));
}

const ORDERS: Record<string, { order: Order; kind: "id" | "text" }> = {
  "by id": { order: { id: contact.id }, kind: "id" },
  "by id, the newest first": { order: { id: contact.id, direction: "descending" }, kind: "id" },
  "by a key with repetitions": { order: { key: NAME, id: contact.id }, kind: "text" },
  "by a key, downwards": {
    order: { key: NAME, id: contact.id, direction: "descending" },
    kind: "text",
  },
};

test.each(Object.keys(ORDERS))(
  "original, weakness 18: pages %s go through every row once, forwards and back, and none lies past the end",
  async (name) => {
    const { order, kind } = ORDERS[name]!;
    for (const limit of [1, 4, 22, 23, 24]) {
      const all = (await read({ limit: 100 }, order)).items;
      const pages = [await read({ limit }, order)];
      expect(pages[0]!.previous).toBeUndefined();
      for (let next = pages[0]!.next; next; next = pages.at(-1)!.next)
        pages.push(await read({ limit, after: decodeCursor(next, kind)! }, order));
      expect(pages.flatMap(({ items }) => items)).toEqual(all);
      expect(pages.filter(({ items }) => items.length === 0)).toEqual([]);
      const back = [pages.at(-1)!];
      for (let previous = back[0]!.previous; previous; previous = back[0]!.previous)
        back.unshift(await read({ limit, before: decodeCursor(previous, kind)! }, order));
      expect(back.flatMap(({ items }) => items)).toEqual(all);
      expect(back[0]!.next).toBe(pages[0]!.next);
    }
  },
);

test("a cursor that nobody gave out is passed over, whatever it is", () => {
  const made = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json().map((json) => Buffer.from(json).toString("base64url")),
    fc
      .tuple(fc.string({ unit: "binary" }), fc.string())
      .map(([key, id]) => encodeCursor({ key, id })),
  );
  fc.assert(
    fc.property(made, fc.constantFrom("id", "text", "number", "time"), (text, kind) => {
      expect(decodeCursor(text, kind as "id")).toBeUndefined();
      const { searchParams } = new URL("http://localhost/");
      searchParams.set("after", text);
      expect(askedPage(new Request(`http://localhost/?${searchParams}`), kind as "id")).toEqual({
        limit: 50,
      });
    }),
  );
});

test("a key of another kind than the list's order is passed over", () => {
  const id = "0198a1b2-0000-7000-8000-000000000000";
  const given = (key: string, kind: "id" | "text" | "number" | "time") =>
    apiPage({ after: encodeCursor({ key, id }) }, kind).after !== undefined;
  expect([given("", "id"), given("x", "id")]).toEqual([true, false]);
  expect([given("x", "text"), given("\0", "text")]).toEqual([true, false]);
  expect(["-12", "2147483647", "1e9", "2147483648"].map((key) => given(key, "number"))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  const times = ["2026-01-31T10:00:00.123456Z", "2026-13-31T10:00:00Z", "2026-02-31T10:00:00Z"];
  expect([...times, "0000-01-31T10:00:00Z"].map((key) => given(key, "time"))).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test("the links to other pages keep the rest of the address", () => {
  const request = new Request("http://localhost/contacts?q=anna&after=x&sort=name");
  expect(pageLinks(request, { items: [], next: "N", previous: "P" })).toEqual({
    next: "/contacts?q=anna&sort=name&after=N",
    previous: "/contacts?q=anna&sort=name&before=P",
  });
  expect(pageLinks(request, { items: [] })).toEqual({ next: undefined, previous: undefined });
});
