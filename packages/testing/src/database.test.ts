import { expect, test } from "bun:test";
import { migrateDatabase, testDatabase } from "./database.ts";

test("two test databases know nothing of each other, and nothing is left of them", async () => {
  let names: string[];
  await using witness = await testDatabase();
  {
    await using one = await testDatabase();
    await using two = await testDatabase();
    await one.sql`create table only_here (id int)`;
    const seen = await two.sql`select to_regclass('only_here') as found`;
    expect([...seen]).toEqual([{ found: null }]);
    names = [one.url, two.url].map((url) => new URL(url).pathname.slice(1));
    expect(new Set(names).size).toBe(2);
  }
  const left = await witness.sql`select datname from pg_database where datname = any(${names})`;
  expect([...left]).toEqual([]);
});

test("a test database has the product's tables, unless it is asked for without", async () => {
  await using migrated = await testDatabase();
  await using empty = await testDatabase({ migrated: false });
  const tables = async ({ sql }: typeof empty) => {
    const [row] = await sql`select count(*)::int from pg_tables where schemaname = 'public'`;
    return row?.["count"];
  };
  expect(await tables(empty)).toBe(0);
  await migrateDatabase(empty.url);
  expect(await tables(empty)).toBe(await tables(migrated));
  expect(await tables(migrated)).toBeGreaterThan(5);
});

test("many tests may ask at once", async () => {
  await using all = new AsyncDisposableStack();
  const made = await Promise.all(Array.from({ length: 12 }, () => testDatabase()));
  for (const database of made) all.use(database);
  expect(new Set(made.map(({ url }) => url)).size).toBe(12);
});
