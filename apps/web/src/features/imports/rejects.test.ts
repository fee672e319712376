import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { sweep } from "../../housekeeping.ts";
import { signedInClient } from "../../testing/client.ts";
import { changeContact } from "../contacts/contacts.ts";
import { eraseContacts } from "../contacts/erasure.ts";
import { added } from "../contacts/fixtures/contacts.ts";
import {
  countsOf,
  empty,
  imported,
  type ImportingContext,
  importingContext,
} from "./fixtures/imports.ts";
import { LONGEST } from "./record-reader.ts";
import { readRejects } from "./rejects.ts";

let context: ImportingContext;
beforeAll(async () => {
  context = await importingContext();
}, 30_000);
beforeEach(() => empty(context));
afterAll(() => context[Symbol.asyncDispose]());

const FILE = "email,name\nnobody,A\n ANNA@Example.com,B,too,many,cells\n";

test("rows that were not taken are kept for 30 days, and that is said before and after", async () => {
  const { db } = context;
  const done = await imported(context, FILE);
  const browser = await signedInClient(context, "editor");
  const page = `/imports/${done.id}`;
  expect((await browser.get(page)).text).toContain("kept for 30 days");
  const finish = async (days: number) => {
    await db.execute(
      sql`UPDATE "import" SET "finished_at" = now() - make_interval(days => ${days})`,
    );
    await sweep(context);
    return (await readRejects(db, done, 9)).length;
  };
  expect(await finish(29)).toBe(2);
  expect(await finish(31)).toBe(0);
  const after = await browser.get(page);
  expect(after.text).toContain("2 rows were not taken");
  expect(after.text).toContain("are gone now");
  expect(after.find(`a[href="${page}/rejects"]`)).toEqual([]);
});

test("a row that was not taken goes with the contact whose address is anywhere in it, and nobody else's does", async () => {
  const { db } = context;
  const { id } = await added(db, { email: "before@example.com" });
  await changeContact(db, id, { email: "Anna@Bücher.example" });
  const rows = [
    " ANNA@BÜCHER.example,B,too,many,cells",
    "Anna <anna@xn--bcher-kva.example>,B",
    "Anna <anna@bu\u0308cher.example>,B",
    "x,mailto:Before@example.com.,or,so",
    `anna@bücher.example,${"x".repeat(LONGEST)}`,
    "Joanna <joanna@bücher.example>,Joanna",
    "Anna <anna@bücher.example.com>,Anna",
    "Anna:'anna@bücher.example',quoted,or,so",
    "...anna@bücher.example,dots,or,so",
    "_anna@bücher.example,Underscore,or,so",
    "x;-anna@bücher.example,Hyphen,or,so",
    "o'anna@bücher.example,O'Anna,or,so",
    'anna@bücher.example,"never closed',
  ];
  const done = await imported(context, `email,name\n${rows.join("\n")}\n`);
  expect(countsOf(done)).toMatchObject({ rows: 13, rejected: 13 });
  await eraseContacts(db, [id]);
  const left = await readRejects(db, done, 13);
  expect(left.map(({ cells }) => cells[1])).toEqual([
    "Joanna",
    "Anna",
    "Underscore",
    "Hyphen",
    "O'Anna",
  ]);
});
