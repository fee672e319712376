import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { testContext } from "../../testing/context.ts";
import { exportContacts } from "./export.ts";
import { listContacts } from "./listing.ts";

test("however many download the contacts and stop reading, pages are answered, and each download ends when it is its turn", async () => {
  await using context = await testContext();
  await context.db.execute(sql`
    INSERT INTO "contact" ("email", "canonical_email") SELECT "a", "a"
    FROM (SELECT 'p' || "n" || '@example.com' AS "a" FROM generate_series(1, 3000) "n") "one"
  `);
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
