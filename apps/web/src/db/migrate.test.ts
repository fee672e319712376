import { expect, test } from "bun:test";
import { silentLog } from "@mailwright/platform";
import { FaultProxy, testDatabase, until } from "@mailwright/testing";
import { migrateDatabase } from "./migrate.ts";

test("original, migrations instead of a start-up script: what is there stays, however often and by however many it is migrated", async () => {
  await using database = await testDatabase({ migrated: false });
  const start = () => migrateDatabase(database.url, silentLog);
  await Promise.all([start(), start(), start()]);
  await database.sql`INSERT INTO "segment" ("name") VALUES ('Everybody')`;
  await Promise.all([start(), start()]);
  expect([...(await database.sql`SELECT "name" FROM "segment"`)]).toEqual([{ name: "Everybody" }]);
  const applied = await database.sql<
    { hash: string }[]
  >`SELECT "hash" FROM drizzle.__drizzle_migrations`;
  expect(new Set(applied.map(({ hash }) => hash)).size).toBe(applied.length);
});

test("original, weakness 5: a table too many or too few wipes nothing at a start", async () => {
  await using database = await testDatabase({ migrated: false });
  await migrateDatabase(database.url, silentLog);
  await database.sql`INSERT INTO "contact" ("email", "canonical_email") VALUES ('a@example.com', 'a@example.com')`;
  await database.sql`CREATE TABLE "a_table_of_somebody_else" AS SELECT 1 AS "kept"`;
  await database.sql`DROP TABLE "import_reject"`;
  await migrateDatabase(database.url, silentLog);
  expect([...(await database.sql`SELECT "email" FROM "contact"`)]).toEqual([
    { email: "a@example.com" },
  ]);
  expect([...(await database.sql`SELECT "kept" FROM "a_table_of_somebody_else"`)]).toEqual([
    { kept: 1 },
  ]);
});

test("original, weakness 23: a Postgres that is not ready yet is waited for", async () => {
  await using database = await testDatabase({ migrated: false });
  await using proxy = new FaultProxy(Number(new URL(database.url).port));
  proxy.set({ mode: "refuse" });
  const waits: string[] = [];
  const log = { info: (message: string) => waits.push(message) } as unknown as typeof silentLog;
  const migrated = migrateDatabase(proxy.through(database.url), log);
  await until(() => waits.length >= 3);
  expect(new Set(waits)).toEqual(new Set(["waiting for Postgres"]));
  proxy.heal();
  await migrated;
  expect((await database.sql`SELECT to_regclass('email_event') IS NOT NULL AS "there"`)[0]).toEqual(
    { there: true },
  );
});
