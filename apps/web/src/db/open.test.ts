import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { testDatabase } from "@mailwright/testing";
import { openDatabase } from "./open.ts";

test("a connection that Postgres ends in the middle of a transaction costs that transaction and nothing else", async () => {
  await using database = await testDatabase();
  await using opened = openDatabase(database.url);
  const { db } = opened;
  for (let round = 0; round < 5; round++) {
    const broken = db.transaction(async (tx) => {
      const [row] = await tx.execute(sql`SELECT pg_backend_pid() AS "pid"`);
      await db.execute(sql`SELECT pg_terminate_backend(${row?.["pid"]})`);
      // The driver knows at the first of them that the connection is gone; the second finds none.
      await tx.execute(sql`SELECT 1`).catch(() => {});
      await tx.execute(sql`SELECT 1`);
    });
    expect(await broken.catch(() => "broken")).toBe("broken");
    const [row] = await db.execute(sql`SELECT 1 AS "one"`);
    expect(row?.["one"]).toBe(1);
  }
});
