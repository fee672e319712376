import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { silentLog } from "@mailwright/platform";
import { testDatabase } from "@mailwright/testing";
import { migrateDatabase } from "./migrate.ts";
import { openDatabase } from "./open.ts";
import { whyUnusable } from "./unusable.ts";

async function wordsOf(url: string, query = sql`SELECT 1`): Promise<string | undefined> {
  await using database = openDatabase(url, { connections: 1 });
  return await database.db.execute(query).then(
    () => "usable",
    (error: unknown) => whyUnusable(error),
  );
}

test("what is wrong with DATABASE_URL is told in words, and a fault of a statement is none of it", async () => {
  await using database = await testDatabase({ migrated: false });
  const wrong = new URL(database.url);
  wrong.password = "wrong";
  const missing = new URL(database.url);
  missing.pathname = "/nowhere";
  expect(await wordsOf(database.url)).toBe("usable");
  expect(await wordsOf(wrong.href)).toBe(
    "refuses the user or the password of DATABASE_URL (28P01)",
  );
  expect(await wordsOf(missing.href)).toBe(
    "has no database of the name that DATABASE_URL ends with: create an empty one (3D000)",
  );
  expect(await wordsOf("postgres://127.0.0.1:1/mail")).toBe(
    "does not answer at DATABASE_URL (ECONNREFUSED)",
  );
  expect(await wordsOf(database.url, sql`SELECT * FROM "contact"`)).toBe(
    "lacks tables: run `bun mailwright migrate` (42P01)",
  );
  expect(await wordsOf(database.url, sql`SELECT 1 / 0`)).toBeUndefined();
});

test("a migration waits for a database that is not up yet, and not for one that will never let it in", async () => {
  await using database = await testDatabase();
  const wrong = new URL(database.url);
  wrong.password = "wrong";
  const startedAt = performance.now();
  await expect(migrateDatabase(wrong.href, silentLog)).rejects.toThrow();
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});
