import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { sweep } from "../../housekeeping.ts";
import { signedInClient } from "../../testing/client.ts";
import { eraseContacts } from "../contacts/erasure.ts";
import { added } from "../contacts/fixtures/contacts.ts";
import { empty, imported, type ImportingContext, importingContext } from "./fixtures/imports.ts";
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

test("a row that was not taken goes with the contact whose address is in it", async () => {
  const { db } = context;
  const { id } = await added(db, { email: "anna@example.com" });
  const done = await imported(context, FILE);
  await eraseContacts(db, [id]);
  expect((await readRejects(db, done, 9)).map(({ cells }) => cells[0])).toEqual(["nobody"]);
});
