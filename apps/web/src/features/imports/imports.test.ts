import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { emailAddress, hostileText } from "@mailwright/testing";
import fc from "fast-check";
import { readAttributeKeys } from "../contacts/contacts.ts";
import { exportContacts } from "../contacts/export.ts";
import { added } from "../contacts/fixtures/contacts.ts";
import { createSegment } from "../segments/segments.ts";
import {
  countsOf,
  empty,
  ended,
  everybody,
  imported,
  type ImportingContext,
  importingContext,
  rejectsOf,
  started,
  uploaded,
} from "./fixtures/imports.ts";
import { cancelImport, startImport } from "./imports.ts";
import { exportRejects } from "./rejects.ts";

let context: ImportingContext;
beforeAll(async () => {
  context = await importingContext();
}, 30_000);
beforeEach(() => empty(context));
afterAll(() => context[Symbol.asyncDispose]());

async function segmentCalled(name: string): Promise<string> {
  const made = await createSegment(context.db, { name });
  if (made.kind !== "created") throw new Error("no segment");
  return made.segment.id;
}

const ANNA = {
  email: "Anna@Example.com",
  name: "",
  first_name: "Anna",
  last_name: "Kowalska",
  attributes: { city: "Kraków", age: 30, vip: true },
  segments: [] as string[],
};

test("a file becomes contacts, its unknown columns attributes, and the keys are remembered", async () => {
  const done = await imported(
    context,
    "E-Mail;Vorname;Nachname;City;Age;VIP\r\nAnna@Example.com;Anna;Kowalska; Kraków ;30;TRUE\r\n",
  );
  expect([done.state, countsOf(done)]).toEqual([
    "done",
    { rows: 1, inserted: 1, updated: 0, skipped: 0, rejected: 0 },
  ]);
  expect(await everybody(context)).toEqual([ANNA]);
  expect(await readAttributeKeys(context.db)).toEqual(["age", "city", "vip"]);
  const [pieces] = await context.db.execute(
    sql`SELECT count(*)::integer AS "n" FROM "import_chunk"`,
  );
  expect(pieces).toEqual({ n: 0 });
});

describe("whoever is here already", () => {
  const FILE =
    "email,first_name,city,plan\nANNA@example.com,Anne,,pro\nbernd@example.com,Bernd,Köln,\nanna@example.com,,Wien,\n";

  test("is updated by what is not blank, the later row winning", async () => {
    await added(context.db, { ...ANNA, name: "A. K." });
    const done = await imported(context, FILE);
    expect(countsOf(done)).toEqual({ rows: 3, inserted: 1, updated: 2, skipped: 0, rejected: 0 });
    expect(await everybody(context)).toEqual([
      {
        ...ANNA,
        email: "anna@example.com",
        name: "A. K.",
        first_name: "Anne",
        attributes: { city: "Wien", age: 30, vip: true, plan: "pro" },
      },
      {
        ...ANNA,
        email: "bernd@example.com",
        first_name: "Bernd",
        last_name: "",
        attributes: { city: "Köln" },
      },
    ]);
  });

  test("or stays as they are, the first row counting", async () => {
    await added(context.db, ANNA);
    const done = await imported(context, FILE, { onDuplicate: "skip" });
    expect(countsOf(done)).toEqual({ rows: 3, inserted: 1, updated: 0, skipped: 2, rejected: 0 });
    expect((await everybody(context))[0]).toEqual(ANNA);
  });

  test("counts the same wherever the batches of the file end", async () => {
    const people = Array.from({ length: 45_000 }, (_, n) => `p${n % 22_500}@example.com,${n}`);
    const file = `email,n\n${people.join("\n")}\n`;
    const done = await imported(context, file);
    expect(countsOf(done)).toEqual({
      rows: 45_000,
      inserted: 22_500,
      updated: 22_500,
      skipped: 0,
      rejected: 0,
    });
    const [last] = await context.db.execute(
      sql`SELECT min(("attributes"->>'n')::integer) AS "min", count(*)::integer AS "n" FROM "contact"`,
    );
    expect(last).toEqual({ min: 22_500, n: 22_500 });
  });

  test("joins the segment too", async () => {
    await added(context.db, ANNA);
    const id = await segmentCalled("News");
    for (const onDuplicate of ["update", "skip"] as const)
      await imported(context, FILE, { onDuplicate, segment: { id } });
    expect((await everybody(context)).map(({ segments }) => segments)).toEqual([
      ["News"],
      ["News"],
    ]);
    const [size] = await context.db.execute(sql`SELECT "size" FROM "segment"`);
    expect(size).toEqual({ size: 2 });
  });
});

test("rows that cannot be taken are kept with line and reason, and their file can be imported once mended", async () => {
  const done = await imported(
    context,
    [
      "email,name,note",
      "anna@example.com,Anna,ok",
      "nobody,=1+1,'x",
      ',"Two',
      'lines",',
      "bernd@example.com,Bernd,a,b,c",
      '"open@example.com,Olga',
      "eva@example.com,Eva",
      `max@example.com,${"x".repeat(201)},`,
      "",
      ",,",
    ].join("\n"),
  );
  expect(countsOf(done)).toEqual({ rows: 7, inserted: 2, updated: 0, skipped: 0, rejected: 5 });
  expect(await rejectsOf(context, done)).toEqual([
    "line,reason,email,name,note",
    "3,There is no @ in it: type an address like anna@example.com.,nobody,'=1+1,'x",
    '4,There is no email address.,,"Two\nlines",',
    '6,"The row has 5 cells, and there are 3 columns: is a separator in a cell that has no quotes around it?",bernd@example.com,Bernd,a,b,c',
    '7,A quotation mark is opened here and never closed.,"""open@example.com,Olga",,',
    `9,A name is longer than 200 characters.,max@example.com,${"x".repeat(201)},`,
  ]);
  let file = "";
  for await (const piece of exportRejects(context.db, done)) file += piece;
  const again = await imported(context, file.replace("nobody", "nora@example.com"));
  expect(again.mapping).toEqual([null, null, "email", "name", "note"]);
  expect(countsOf(again)).toMatchObject({ inserted: 1, rejected: 4 });
  expect(await everybody(context)).toContainEqual({
    ...ANNA,
    email: "nora@example.com",
    name: "=1+1",
    first_name: "",
    last_name: "",
    attributes: { note: "'x" },
  });
});

test("a row that is shown in part is cut between characters, and costs no other", async () => {
  // Each face takes two places, so one of them lies across the end of what is shown.
  const unclosed = `"${"😀".repeat(600)}`;
  const tooLong = `x${"😀".repeat(70_000)}`;
  const file = ["email", tooLong, "anna@example.com", unclosed, "bernd@example.com"].join("\n");
  const done = await imported(context, file);
  expect([done.state, countsOf(done)]).toEqual([
    "done",
    { rows: 4, inserted: 2, updated: 0, skipped: 0, rejected: 2 },
  ]);
});

test("a plan that cannot work is refused with what is wrong, and makes no segment", async () => {
  const { id, layout } = await uploaded(context, "a,b,c,d\n1,2,3,4\n");
  const order = { layout, onDuplicate: "update", segment: { name: "New" } } as const;
  const mapping = ["name", "name", "Bad Key", "vip"];
  expect(await startImport(context.db, id, { ...order, mapping })).toEqual({
    kind: "refused",
    faults: {
      "columns.1": "Column 1 goes there already: choose another place, or leave one out.",
      "columns.2": expect.stringContaining("small letters"),
      columns: "Choose the column that holds the email address.",
    },
  });
  const [segments] = await context.db.execute(sql`SELECT count(*)::integer AS "n" FROM "segment"`);
  expect(segments).toEqual({ n: 0 });
  const good = { ...order, mapping: ["email", null, null, null] };
  expect(await startImport(context.db, id, { ...good, segment: { id } })).toMatchObject({
    kind: "refused",
  });
  expect(await startImport(context.db, id, good)).toEqual({ kind: "started" });
  expect(await startImport(context.db, id, good)).toEqual({ kind: "not waiting" });
});

test("an import that is cancelled stops, and keeps what it has written", async () => {
  const people = Array.from({ length: 100_000 }, (_, n) => `p${n}@example.com`);
  const id = await started(context, `email\n${people.join("\n")}\n`);
  expect(await cancelImport(context.db, id)).toBe(true);
  expect(await cancelImport(context.db, id)).toBe(false);
  const source = await ended(context, id);
  expect(source.state).toBe("cancelled");
  const [kept] = await context.db.execute(sql`SELECT count(*)::integer AS "n" FROM "contact"`);
  expect(kept).toEqual({ n: source.inserted });
});

test("a segment that goes while contacts are on their way into it loses nobody but itself", async () => {
  const id = await segmentCalled("Short-lived");
  const people = Array.from({ length: 60_000 }, (_, n) => `p${n}@example.com`);
  const running = await started(context, `email\n${people.join("\n")}\n`, { segment: { id } });
  await context.db.execute(sql`DELETE FROM "segment" WHERE "id" = ${id}`);
  const done = await ended(context, running);
  expect([done.state, done.inserted]).toEqual(["done", 60_000]);
  const [members] = await context.db.execute(
    sql`SELECT count(*)::integer AS "n" FROM "segment_contact"`,
  );
  expect(members).toEqual({ n: 0 });
});

test("an export that is imported again gives the same contacts", async () => {
  const text = hostileText().map((typed) =>
    typed.replaceAll("\0", "").slice(0, 150).toWellFormed().trim(),
  );
  const value = fc.oneof(
    text,
    fc.integer(),
    fc.boolean(),
    fc.constantFrom("42", "true", "'1", "=1"),
  );
  const key = fc.constantFrom("city", "plan", "a", "b_2");
  const person = fc.record({
    email: emailAddress(),
    name: text,
    first_name: text,
    last_name: text,
    attributes: fc.dictionary(key, value, { maxKeys: 4 }),
  });
  const people = fc.uniqueArray(person, {
    selector: ({ email }) => email.toLowerCase(),
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(people, async (them) => {
      for (const table of ["contact", "attribute_key"])
        await context.db.execute(sql`DELETE FROM ${sql.identifier(table)}`);
      for (const one of them) await added(context.db, one);
      const before = await everybody(context);
      let csv = "";
      for await (const piece of exportContacts(context, {})) csv += piece;
      await context.db.execute(sql`DELETE FROM "contact"`);
      const done = await imported(context, csv);
      expect(countsOf(done)).toMatchObject({ inserted: them.length, rejected: 0 });
      expect(await everybody(context)).toEqual(before);
    }),
    { numRuns: 30 },
  );
}, 120_000);
