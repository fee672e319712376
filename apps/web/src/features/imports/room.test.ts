import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { exportContacts } from "../contacts/export.ts";
import { added } from "../contacts/fixtures/contacts.ts";
import { createSegment } from "../segments/segments.ts";
import {
  countsOf,
  empty,
  everybody,
  imported,
  type ImportingContext,
  importingContext,
} from "./fixtures/imports.ts";
import { readRejects } from "./rejects.ts";
import { NO_ROOM } from "./rows.ts";

let context: ImportingContext;
beforeAll(async () => {
  context = await importingContext();
}, 30_000);
beforeEach(() => empty(context));
afterAll(() => context[Symbol.asyncDispose]());

const ANNA = { email: "anna@example.com", name: "", first_name: "Anna", last_name: "Kowalska" };

const LONG = "x".repeat(1_900);
const keysOf = (from: number, many: number) =>
  Array.from({ length: many }, (_, n) => `k${from + n}`);
const rowOf = (email: string, keys: readonly string[], value: string) =>
  `email,first_name,${keys.join(",")}\n${email},Anne,${keys.map(() => value).join(",")}\n`;
const REJECTED = { rows: 1, inserted: 0, updated: 0, skipped: 0, rejected: 1 };

test("more attributes than a contact has room for come and go in one file, as long as nobody has more", async () => {
  const keys = keysOf(100, 220);
  const people = keys.map((key, n) => ({
    ...ANNA,
    email: `p${100 + n}@example.com`,
    attributes: { [key]: n, ...(n === 7 && { k100: "too" }) },
    segments: [],
  }));
  for (const one of people) await added(context.db, one);
  let csv = "";
  for await (const piece of exportContacts(context, {})) csv += piece;
  await context.db.execute(sql`DELETE FROM "contact"`);
  expect(countsOf(await imported(context, csv))).toMatchObject({ inserted: 220, rejected: 0 });
  expect(await everybody(context)).toEqual(people);
});

test("a row with more attributes than a contact has room for is kept with the reason", async () => {
  const keys = keysOf(0, 101);
  const most = `b@example.com,Ben${",1".repeat(100)},\n`;
  const done = await imported(context, `${rowOf("a@example.com", keys, "1")}${most}`);
  expect(countsOf(done)).toMatchObject({ inserted: 1, rejected: 1 });
  expect(await readRejects(context.db, done, 9)).toMatchObject([
    { line: 2, reason: "A contact has at most 100 attributes; these are 101." },
  ]);
});

describe("a contact that has no room for more attributes", () => {
  test("stays as it is, and the row is kept with the reason", async () => {
    const has = Object.fromEntries(keysOf(0, 8).map((key) => [key, LONG]));
    await added(context.db, { ...ANNA, attributes: has });
    const made = await createSegment(context.db, { name: "News" });
    const id = made.kind === "created" ? made.segment.id : "";
    const file = rowOf("anna@example.com", ["k8", "k9"], LONG);
    const done = await imported(context, file, { segment: { id } });
    expect(countsOf(done)).toEqual(REJECTED);
    expect(await readRejects(context.db, done, 9)).toMatchObject([
      { line: 2, reason: NO_ROOM, cells: ["anna@example.com", "Anne", LONG, LONG] },
    ]);
    expect(await everybody(context)).toEqual([{ ...ANNA, attributes: has, segments: [] }]);
  });

  test("and so it does where they would be more than a hundred", async () => {
    const has = Object.fromEntries(keysOf(0, 99).map((key) => [key, 1]));
    await added(context.db, { ...ANNA, attributes: has });
    expect(countsOf(await imported(context, rowOf(ANNA.email, ["k99"], "2")))).toMatchObject({
      updated: 1,
    });
    expect(countsOf(await imported(context, rowOf(ANNA.email, ["k100"], "3")))).toEqual(REJECTED);
  });

  test("takes what makes them no more, however many they are", async () => {
    await added(context.db, { ...ANNA, attributes: {} });
    const many = JSON.stringify(Object.fromEntries(keysOf(0, 120).map((key) => [key, LONG])));
    await context.db.execute(sql`UPDATE "contact" SET "attributes" = ${many}::jsonb`);
    const done = await imported(context, rowOf(ANNA.email, ["k0"], "short"));
    expect(countsOf(done)).toMatchObject({ updated: 1, rejected: 0 });
    const [contact] = await everybody(context);
    expect([contact?.first_name, contact?.attributes["k0"]]).toEqual(["Anne", "short"]);
  });

  test("is told of two rows of one file, too: the later one is kept", async () => {
    const columns = keysOf(0, 100);
    const cells = (from: number) =>
      columns.map((_, n) => (n >= from && n < from + 7 ? LONG : "")).join(",");
    const file = `email,${columns.join(",")}\na@example.com,${cells(0)}\na@example.com,${cells(7)}\n`;
    const done = await imported(context, file);
    expect(countsOf(done)).toEqual({ rows: 2, inserted: 1, updated: 0, skipped: 0, rejected: 1 });
    expect(await readRejects(context.db, done, 9)).toMatchObject([{ line: 3, reason: NO_ROOM }]);
  });

  test("takes none of the rows that speak of it together, and each is kept as it stands", async () => {
    const has = Object.fromEntries(keysOf(0, 8).map((key) => [key, LONG]));
    await added(context.db, { ...ANNA, attributes: has });
    await added(context.db, { email: "ben@example.com" });
    const rows = [`anna@example.com,A,3`, "ben@example.com,B,1", "ben@example.com,C,2"];
    const more = [`ANNA@example.com,D,2`, `anna@example.com,,${LONG}`];
    const done = await imported(context, `email,first_name,k8\n${[...rows, ...more].join("\n")}\n`);
    expect(countsOf(done)).toEqual({ rows: 5, inserted: 0, updated: 2, skipped: 0, rejected: 3 });
    expect(await readRejects(context.db, done, 9)).toEqual([
      { line: 2, reason: NO_ROOM, cells: ["anna@example.com", "A", "3"] },
      { line: 5, reason: NO_ROOM, cells: ["ANNA@example.com", "D", "2"] },
      { line: 6, reason: NO_ROOM, cells: ["anna@example.com", "", LONG] },
    ]);
  });
});
