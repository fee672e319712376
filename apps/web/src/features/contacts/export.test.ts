import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import type { Queryable } from "../../db/open.ts";
import { testContext } from "../../testing/context.ts";
import { exportContacts } from "./export.ts";
import { listContacts } from "./listing.ts";

const addContacts = (db: Queryable) =>
  db.execute(sql`
    INSERT INTO "contact" ("email", "canonical_email") SELECT "a", "a"
    FROM (SELECT 'p' || "n" || '@example.com' AS "a" FROM generate_series(1, 3000) "n") "one"
  `);

test("however many download the contacts and stop reading, pages are answered, and each download ends when it is its turn", async () => {
  await using context = await testContext();
  await addContacts(context.db);
  const downloads = Array.from({ length: 25 }, () => exportContacts(context, {}));
  for (const download of downloads)
    expect((await download.next()).value).toBe("email,name,first_name,last_name\r\n");
  // Each holds on to the first of its rows, or waits for a connection.
  const begun = downloads.map((download) => download.next());
  await Promise.race(begun);
  const page = await listContacts(
    context.db,
    {},
    { by: "added", direction: "ascending" },
    { limit: 10 },
  );
  expect(page.items).toHaveLength(10);
  const lines = await Promise.all(
    downloads.map(async (download, index) => {
      let csv = (await begun[index])?.value ?? "";
      for await (const piece of download) csv += piece;
      return csv.trimEnd().split("\r\n").length;
    }),
  );
  expect(lines).toEqual(downloads.map(() => 3_000));
}, 60_000);

test("a download whose connection is lost on the way breaks off, and the one that gets a connection in its place is whole", async () => {
  await using context = await testContext();
  await addContacts(context.db);
  const downloads = Array.from({ length: 5 }, () => exportContacts(context, {}));
  for (const download of downloads) await download.next();
  const [waiting, ...lost] = downloads.toReversed();
  await Promise.all(lost.map((download) => download.next()));
  const first = waiting?.next();
  const ended = await context.db.execute(sql`
    SELECT pg_terminate_backend("pid", 10000) FROM pg_stat_activity
    WHERE "datname" = current_database() AND "query" LIKE '%ORDER BY "contact"."id"%' AND "pid" <> pg_backend_pid()
  `);
  expect(ended).toHaveLength(lost.length);
  let csv = (await first)?.value ?? "";
  // They say their last on connections that are others' by now, if on any.
  const ends = lost.map((download) => Array.fromAsync(download).catch(() => "broken off"));
  expect(await Promise.all(ends)).toEqual(lost.map(() => "broken off"));
  for await (const piece of waiting ?? []) csv += piece;
  expect(csv.trimEnd().split("\r\n")).toHaveLength(3_000);
}, 60_000);
