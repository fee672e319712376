import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { sql } from "drizzle-orm";
import type { Database } from "../../db/open.ts";
import { testContext } from "../../testing/context.ts";
import { asks, created, cursorIn, withContacts } from "./fixtures/segments.ts";
import {
  addToSegment,
  changeSegment,
  createSegment,
  listSegmentChoices,
  listSegments,
  readSegment,
  removeFromSegment,
  segmentsOfContact,
} from "./segments.ts";

const LAST = { field: "attributes.n", is: "greater_than", value: 2 };

test("contacts are added once and removed again, and the size follows", async () => {
  const { context, contacts } = await withContacts(3);
  await using _ = context;
  const { db } = context;
  const { id } = await created(db, "Regulars");
  const [first = "", second = ""] = contacts;

  expect(await addToSegment(db, id, [...contacts, newId(), first])).toEqual({
    kind: "changed",
    contacts: 3,
  });
  expect(await addToSegment(db, id, [first])).toEqual({ kind: "changed", contacts: 0 });
  expect(await listSegmentChoices(db)).toEqual({
    segments: [{ id, name: "Regulars", size: 3 }],
    more: false,
  });
  expect(await segmentsOfContact(db, first)).toEqual([{ id, name: "Regulars", dynamic: false }]);
  expect(await removeFromSegment(db, id, [first, second])).toEqual({
    kind: "changed",
    contacts: 2,
  });
  expect(await removeFromSegment(db, id, [first])).toEqual({ kind: "changed", contacts: 0 });
  expect((await listSegmentChoices(db)).segments).toEqual([{ id, name: "Regulars", size: 1 }]);
  expect(await segmentsOfContact(db, first)).toEqual([]);
  expect(await addToSegment(db, newId(), contacts)).toEqual({ kind: "unknown" });
});

test("many who add the same contacts at once add each of them once, and none gives up", async () => {
  const { context, contacts } = await withContacts(40);
  await using _ = context;
  const { id } = await created(context.db, "Busy");
  const changes = await Promise.all(
    Array.from({ length: 12 }, (_, turn) =>
      addToSegment(context.db, id, turn % 2 === 0 ? contacts : contacts.toReversed()),
    ),
  );
  const added = changes.reduce(
    (sum, each) => sum + (each.kind === "changed" ? each.contacts : 0),
    0,
  );
  expect([added, (await readSegment(context.db, id))?.size]).toEqual([40, 40]);
});

test("a rule decides who is in a dynamic segment, and nobody is added to it or removed", async () => {
  const { context, contacts } = await withContacts(3);
  await using _ = context;
  const { db } = context;
  const { id } = await created(db, "Late", LAST);
  expect(await addToSegment(db, id, contacts)).toEqual({ kind: "dynamic" });
  expect(await removeFromSegment(db, id, contacts)).toEqual({ kind: "dynamic" });
  expect(await listSegmentChoices(db)).toEqual({ segments: [], more: false });
  const [late = ""] = await db
    .execute<{ id: string }>(sql`SELECT "id" FROM "contact" WHERE "first_name" = 'P3'`)
    .then((rows) => rows.map((row) => row.id));
  expect(await segmentsOfContact(db, late)).toEqual([{ id, name: "Late", dynamic: true }]);
  expect(await segmentsOfContact(db, newId())).toEqual([]);
});

test("original, weakness 1: editing a segment renames the segment, and no contact", async () => {
  await using context = await testContext();
  const { db } = context;
  const { id } = await created(db, "Before");
  await db.execute(sql`
    INSERT INTO "contact" ("id", "email", "canonical_email", "name")
    VALUES (${id}, 'anna@example.com', 'anna@example.com', 'Anna')
  `);
  expect(await changeSegment(db, id, { name: "After" })).toMatchObject({ kind: "changed" });
  const contacts = await db.execute(sql`SELECT "name" FROM "contact"`);
  expect([(await readSegment(db, id))?.name, [...contacts]]).toEqual(["After", [{ name: "Anna" }]]);
});

test("original, weakness 20: who joins a segment again is in it once, and that is no error", async () => {
  const { context, contacts } = await withContacts(1);
  await using _ = context;
  const { id } = await created(context.db, "Once");
  await addToSegment(context.db, id, contacts);
  expect(await addToSegment(context.db, id, contacts)).toEqual({ kind: "changed", contacts: 0 });
});

test("a name is taken whatever its case, also for two who take it at once", async () => {
  await using context = await testContext();
  const { db } = context;
  const taken = {
    kind: "refused" as const,
    faults: { name: "There is a segment called “REGULARS” already. Choose another name." },
  };
  await created(db, "Regulars");
  expect(await createSegment(db, { name: " REGULARS " })).toEqual(taken);
  const other = await created(db, "Others");
  expect(await changeSegment(db, other.id, { name: "REGULARS" })).toEqual(taken);
  const outcomes = await Promise.all(
    Array.from({ length: 6 }, () => createSegment(db, { name: "Race" })),
  );
  expect(outcomes.filter(({ kind }) => kind === "created")).toHaveLength(1);
});

test("a rule may name only attributes that contacts have, and segments that list their members", async () => {
  await using context = await testContext();
  const { db } = context;
  const dynamic = await created(db, "Dynamic", { field: "name", is: "set" });
  const refused = await createSegment(db, {
    name: "x",
    rule: {
      all: [{ field: "attributes.citty", is: "set" }, { any: [asks(newId()), asks(dynamic.id)] }],
    },
  });
  expect(refused).toEqual({
    kind: "refused",
    faults: {
      "rule.all.0.field": "No contact ever had the attribute “citty”. Choose another.",
      "rule.all.1.any.0.value": "This segment does not exist any more. Choose another.",
      "rule.all.1.any.1.value":
        "A rule can ask only for segments that list their members. Put this one's conditions here instead.",
    },
  });
  const listed = await created(db, "Listed");
  expect(await changeSegment(db, listed.id, { rule: { field: "name", is: "set" } })).toEqual({
    kind: "refused",
    faults: { rule: "This segment lists its members. Make a new segment for a rule." },
  });
});

test("of two who edit a segment the second is told, and nothing of the first is overwritten", async () => {
  await using context = await testContext();
  const { db } = context;
  const { id, revision } = await created(db, "Both", { field: "name", is: "set" });
  const rule = { all: [{ field: "name", is: "not_set" }] };
  expect(await changeSegment(db, id, { name: "First" }, revision)).toMatchObject({
    kind: "changed",
  });
  expect(await changeSegment(db, id, { name: "Second", rule }, revision)).toMatchObject({
    kind: "changed meanwhile",
    segment: { name: "First", rule: { all: [{ field: "name", is: "set" }] } },
  });
  expect(await readSegment(db, id)).toMatchObject({ name: "First" });
});

test("original, weakness 19: every segment is reached by the links of the list, in every order, whatever the names are", async () => {
  await using context = await testContext();
  const { db } = context;
  const names = ["a", "B", "c'; --", "%", "_", "É", "🎉", "<b>"];
  for (const name of names) await created(db, name);
  await created(db, "rule", { field: "name", is: "set" });
  for (const by of ["name", "newest", "size"] as const) {
    for (const direction of ["ascending", "descending"] as const) {
      const all = await listSegments(db, "", { by, direction }, { limit: 100 });
      expect(all.total).toBe(9);
      expect(await walk(db, { by, direction })).toEqual(all.segments.items.map(({ id }) => id));
    }
  }
  const found = await listSegments(db, "%", { by: "name", direction: "ascending" }, { limit: 5 });
  expect([found.total, found.segments.items.map(({ name }) => name)]).toEqual([1, ["%"]]);
});

/** Goes through a list two at a time, to its end and back, and answers the ids on the way there. */
async function walk(db: Database, order: Parameters<typeof listSegments>[2]): Promise<string[]> {
  const there: string[] = [];
  const back: string[] = [];
  let page = (await listSegments(db, "", order, { limit: 2 })).segments;
  for (;;) {
    there.push(...page.items.map(({ id }) => id));
    if (page.next === undefined) break;
    const after = cursorIn(page.next);
    page = (await listSegments(db, "", order, { limit: 2, after })).segments;
  }
  while (page.previous !== undefined) {
    const before = cursorIn(page.previous);
    page = (await listSegments(db, "", order, { limit: 2, before })).segments;
    back.unshift(...page.items.map(({ id }) => id));
  }
  expect(there.slice(0, back.length)).toEqual(back);
  return there;
}
