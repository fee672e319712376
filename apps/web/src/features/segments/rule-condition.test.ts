import { afterAll, beforeAll, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import type { Context } from "../../context.ts";
import { testContext } from "../../testing/context.ts";
import { audienceCondition } from "./audience.ts";
import { HOSTILE, hostileText, KEYS, people, type Person } from "./fixtures/people.ts";
import { type Condition, matchOf, parseRule, partsOf, type SegmentRule } from "./rule.ts";
import { ruleCondition } from "./rule-condition.ts";
import { attributeField, attributeOf } from "./rule-vocabulary.ts";

/** One of them alone means the most to whatever takes it for more than text. */
const sought = fc.oneof(fc.constantFrom(...HOSTILE), hostileText);
let context: Context;
beforeAll(async () => {
  context = await testContext();
  await context.db.execute(sql`
    INSERT INTO "contact" ("id", "email", "canonical_email", "name", "first_name", "last_name", "attributes", "created_at")
    SELECT "id", "canonical_email", "canonical_email", "name", "first_name", "last_name", "attributes", "created_at"
    FROM jsonb_populate_recordset(NULL::"contact", ${JSON.stringify(people)}::text::jsonb)
  `);
});
afterAll(() => context[Symbol.asyncDispose]());

async function membersOf(rule: SegmentRule): Promise<string[]> {
  const rows = await context.db.execute<{ id: string }>(
    sql`SELECT "id" FROM "contact" WHERE ${ruleCondition(rule)} ORDER BY "id"`,
  );
  return rows.map(({ id }) => id);
}

/** The same question asked of the objects, in the plainest way. */
function satisfies(person: Person, rule: SegmentRule): boolean {
  if ("field" in rule) return holds(person, rule);
  return matchOf(rule) === "all"
    ? partsOf(rule).every((part) => satisfies(person, part))
    : partsOf(rule).some((part) => satisfies(person, part));
}

function holds(person: Person, { field, is, value = "" }: Condition): boolean {
  const key = attributeOf(field);
  if (field === "created_at") return timeHolds(Date.parse(person.created_at), is, value);
  const own = key !== undefined && Object.hasOwn(person.attributes, key) && person.attributes[key];
  const given =
    key === undefined
      ? builtInOf(person, field)
      : String(own === false && !Object.hasOwn(person.attributes, key) ? "" : (own ?? ""));
  const isDay = /^\d{4}-\d\d-\d\d/.test(given);
  const number = /^[-+]?\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
  const a = lowered(given);
  const b = lowered(String(value));
  switch (is) {
    case "equals":
      return a === b;
    case "not_equals":
      return a !== b;
    case "contains":
      return a.includes(b);
    case "not_contains":
      return !a.includes(b);
    case "begins_with":
      return a.startsWith(b);
    case "set":
      return a !== "";
    case "not_set":
      return a === "";
    case "greater_than":
      return number > Number(value);
    case "less_than":
      return number < Number(value);
    case "before":
      return isDay && given.slice(0, 10) < String(value);
    case "in_last_days":
      return (
        isDay && given.slice(0, 10) >= daysAgo(Number(value)) && given.slice(0, 10) <= daysAgo(-1)
      );
    case "not_in_last_days":
      return a === "" || (isDay && !holds(person, { field, is: "in_last_days", value }));
    case "after":
      return isDay && given.slice(0, 10) > String(value);
    default:
      throw new Error(is);
  }
}

/** What is called “Name” on every page is the name, or else first and last name. */
function builtInOf(person: Person, field: string): string {
  if (field === "email") return person.canonical_email;
  if (field !== "name" || person.name !== "") return person[field as "first_name"];
  return `${person.first_name} ${person.last_name}`.replaceAll(/^ +| +$/g, "");
}

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

function timeHolds(at: number, is: string, value: unknown): boolean {
  switch (is) {
    case "before":
      return at < Date.parse(String(value));
    case "after":
      return at >= Date.parse(String(value)) + 86_400_000;
    case "in_last_days":
      return at > Date.now() - Number(value) * 86_400_000;
    default:
      return at <= Date.now() - Number(value) * 86_400_000;
  }
}

function lowered(value: string): string {
  return value.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

const words = fc.record({
  field: fc.constantFrom("name", "first_name", "last_name", ...KEYS.map(attributeField)),
  is: fc.constantFrom("equals", "not_equals", "contains", "not_contains", "begins_with"),
  value: sought.filter((value) => value.trim() !== ""),
});
const presence = fc.record({
  field: fc.constantFrom("name", ...KEYS.map(attributeField)),
  is: fc.constantFrom("set", "not_set"),
});
const numbers = fc.record({
  field: fc.constantFrom(...KEYS.map(attributeField)),
  is: fc.constantFrom("greater_than", "less_than"),
  value: fc.double({ min: -3, max: 3, noNaN: true }),
});
const days = fc.record({
  field: fc.constantFrom("created_at", ...KEYS.map(attributeField)),
  is: fc.constantFrom("before", "after"),
  value: fc.constantFrom("2020-02-29", "2026-03-01", "2019-12-31"),
});
const recent = fc.record({
  field: fc.constantFrom("created_at", ...KEYS.map(attributeField)),
  is: fc.constantFrom("in_last_days", "not_in_last_days"),
  value: fc.integer({ min: 1, max: 3_000 }),
});
const condition = fc.oneof(words, presence, numbers, days, recent);
const groupOf = (parts: fc.Arbitrary<SegmentRule>): fc.Arbitrary<SegmentRule> => {
  const list = fc.array(parts, { minLength: 1, maxLength: 3 });
  return fc.oneof(fc.record({ all: list }), fc.record({ any: list }));
};
/** Mostly single conditions: in a group the others hide what one of them gets wrong. */
const rules = fc.oneof(
  { weight: 3, arbitrary: condition.map((only): SegmentRule => ({ all: [only] })) },
  { weight: 2, arbitrary: groupOf(fc.oneof(condition, groupOf(condition))) },
);

test("hostile strings never change the row set: a rule finds whom it means, whatever is in it", async () => {
  await fc.assert(
    fc.asyncProperty(rules, async (rule) => {
      expect(parseRule(rule)).toEqual({ ok: true, rule: rule as never });
      expect(await membersOf(rule)).toEqual(
        people
          .filter((person) => satisfies(person, rule))
          .map(({ id }) => id)
          .toSorted(),
      );
    }),
    { numRuns: 1_000 },
  );
});

test("whatever JSON is given for a rule is refused, or is a rule that Postgres can answer", async () => {
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.record({
      field: fc.oneof(hostileText, fc.constant("name")),
      is: hostileText,
      value: fc.jsonValue(),
    }),
    fc.record({ all: fc.array(fc.oneof(condition, fc.jsonValue())) }),
    fc.record({ any: fc.array(fc.oneof(groupOf(groupOf(condition)), condition)) }),
    groupOf(fc.oneof(fc.record({ ...recordOf("created_at") }), condition)),
  );
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(anything, async (given) => {
      const parsed = parseRule(given);
      if (!parsed.ok) {
        expect(Object.values(parsed.faults).every((fault) => /^[A-Z].*\.$/.test(fault))).toBe(true);
        return;
      }
      taken += 1;
      await membersOf(parsed.rule);
    }),
    { numRuns: 300 },
  );
  expect(taken).toBeGreaterThan(10);
});

function recordOf(field: string) {
  return {
    field: fc.constant(field),
    is: fc.constantFrom("before", "after", "in_last_days", "equals"),
    value: fc.oneof(hostileText, fc.integer(), fc.constant("2026-01-31")),
  };
}

test("addresses and domains are found in every spelling", async () => {
  expect(
    await membersOf({ field: "email", is: "equals", value: " P3@MÜNCHEN.example" }),
  ).toHaveLength(1);
  expect(await membersOf({ field: "email", is: "begins_with", value: "P1" })).toHaveLength(11);
  expect(await membersOf({ field: "domain", is: "equals", value: "@Example.COM" })).toHaveLength(
    30,
  );
  expect(
    await membersOf({ field: "domain", is: "not_equals", value: "münchen.example" }),
  ).toHaveLength(30);
});

test("a part of an international domain is found, and kept out, as it was typed and in ASCII", async () => {
  await using own = await testContext();
  const { db } = own;
  await db.execute(sql`
    INSERT INTO "contact" ("email", "canonical_email", "attributes") VALUES
      ('Info@München.example', 'info@xn--mnchen-3ya.example', '{"last_order": "28.11.2026"}'),
      ('ann@example.com', 'ann@example.com', '{}')
  `);
  const find = async (field: string, is: string, value: string | number) =>
    (
      await db.execute<{ email: string }>(
        sql`SELECT "email" FROM "contact" WHERE ${ruleCondition({ all: [{ field, is, value }] })} ORDER BY "id"`,
      )
    ).map(({ email }) => email);
  const [munich, ann] = ["Info@München.example", "ann@example.com"];
  for (const [field, value] of [
    ["email", "@münchen.example"],
    ["email", "MÜNCH"],
    ["domain", "münch"],
    ["domain", "xn--mnchen"],
  ] as const) {
    expect(await find(field, "contains", value)).toEqual([munich]);
    expect(await find(field, "not_contains", value)).toEqual([ann]);
  }
  for (const value of ["info@mün", "info@münchen.example", "info@xn--m"])
    expect(await find("email", "begins_with", value)).toEqual([munich]);
  expect(await find("domain", "begins_with", "mün")).toEqual([munich]);
  // Of a date in another form nobody can say whether it is in those days.
  for (const is of ["in_last_days", "not_in_last_days"])
    expect(await find("attributes.last_order", is, 30)).toEqual(is === "in_last_days" ? [] : [ann]);
});

test("static and dynamic segments make one audience, each contact once", async () => {
  const { db } = context;
  const [listed = ""] = (
    await db.execute<{ id: string }>(
      sql`INSERT INTO "segment" ("name") VALUES ('Listed') RETURNING "id"`,
    )
  ).map(({ id }) => id);
  const sorted = people.map(({ id }) => id).toSorted();
  await db.execute(sql`
    INSERT INTO "segment_contact" ("segment_id", "contact_id")
    SELECT ${listed}::uuid, "id" FROM "contact" ORDER BY "id" LIMIT 10
  `);
  const even: SegmentRule = { field: "domain", is: "equals", value: "example.com" };
  const audience = async (...segments: { id: string; rule: SegmentRule | null }[]) =>
    (
      await db.execute<{ id: string }>(
        sql`SELECT "id" FROM "contact" WHERE ${audienceCondition(segments)} ORDER BY "id"`,
      )
    ).map(({ id }) => id);

  const inEven = new Set(await membersOf(even));
  const firstTen = new Set(sorted.slice(0, 10));
  expect(await audience({ id: listed, rule: null })).toEqual([...firstTen]);
  expect(
    await audience({ id: listed, rule: null }, { id: Bun.randomUUIDv7(), rule: even }),
  ).toEqual(sorted.filter((id) => firstTen.has(id) || inEven.has(id)));
  expect(
    await membersOf({ all: [even, { field: "segment", is: "not_in", value: listed }] }),
  ).toEqual(sorted.filter((id) => inEven.has(id) && !firstTen.has(id)));
  expect(await membersOf({ field: "segment", is: "in", value: listed })).toEqual([...firstTen]);
  expect(await audience()).toEqual([]);
});
