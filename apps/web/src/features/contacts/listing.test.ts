import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId } from "@mailwright/platform";
import type { Database } from "../../db/open.ts";
import { decodeCursor } from "../../http/paging.ts";
import { testContext } from "../../testing/context.ts";
import { createSegment } from "../segments/segments.ts";
import type { ContactOrder } from "./list-queries.ts";
import { conditionOf, type ContactFilter, listContacts } from "./listing.ts";

const ORDERS: ContactOrder[] = [
  { by: "added", direction: "descending" },
  { by: "address", direction: "ascending" },
];

test("whoever passes a filter is listed once and in order, however thinly they are spread", async () => {
  await using context = await testContext();
  const { db } = context;
  await db.execute(sql`
    INSERT INTO "contact" ("email", "canonical_email", "attributes")
    SELECT "address", "address", CASE WHEN n % 7 = 0 THEN '{"many": 1}' ELSE '{}' END::jsonb
      || CASE WHEN n % 120 = 0 THEN '{"some": 1}' ELSE '{}' END::jsonb
      || CASE WHEN n % 3000 = 0 THEN '{"few": 1}' ELSE '{}' END::jsonb
    FROM (SELECT n, 'p' || lpad(n::text, 5, '0') || '@example.com' AS "address" FROM generate_series(1, 13000) AS n) AS "person"
  `);
  await db.execute(sql`INSERT INTO "attribute_key" ("key") VALUES ('many'), ('some'), ('few')`);
  for (const [key, every] of Object.entries({ many: 7, some: 120, few: 3_000 })) {
    const rule = { field: `attributes.${key}`, is: "set" };
    const made = await createSegment(db, { name: key, rule });
    if (made.kind !== "created") throw new Error(JSON.stringify(made.faults));
    const addresses = Array.from(
      { length: Math.floor(13_000 / every) },
      (_, index) => `p${String((index + 1) * every).padStart(5, "0")}@example.com`,
    );
    for (const order of ORDERS) {
      const listed = await pagesOf(db, { segment: made.segment.id }, order, 50);
      expect(listed).toEqual(order.by === "added" ? addresses.toReversed() : addresses);
    }
  }
});

test("a search that finds thousands lists whoever matches once, in every order, whatever else is asked", async () => {
  await using context = await testContext();
  const { db } = context;
  await addMatches(db);
  await db.execute(sql`
    INSERT INTO "suppression" ("canonical_email", "reason", "origin")
    SELECT "canonical_email", 'manual', 'Anna' FROM "contact" WHERE split_part("canonical_email", '@', 1) ~ '[345]$'
  `);
  await db.execute(sql`VACUUM ANALYZE "contact"`);
  for (const standing of [undefined, "suppressed", "mailable"] as const)
    await expectAllListed(db, { search: "emma", standing }, 900);
});

test("a search in a segment lists whoever matches once, in every order, however few of the matches are in it", async () => {
  await using context = await testContext();
  const { db } = context;
  await addMatches(db);
  // A page of the first is among those that are sorted at first. In the second is one of 25 who match by their address.
  for (const [every, rest] of [
    [2, 0],
    [125, 2],
  ] as const) {
    const id = newId();
    await db.execute(sql`INSERT INTO "segment" ("id", "name") VALUES (${id}, ${`Every ${every}`})`);
    await db.execute(sql`
      INSERT INTO "segment_contact" ("segment_id", "contact_id")
      SELECT ${id}::uuid, "id" FROM (SELECT "id", row_number() OVER (ORDER BY "id") AS n FROM "contact") AS "person"
      WHERE n <= 6000 OR n % ${every} = ${rest}
    `);
    await expectAllListed(db, { search: "emma", segment: id }, 50);
  }
});

/**
 * Half of 12,000 match "emma" by nothing and come first in every order. Of the others four of five match: by an address, a
 * name, a first name beside another name, or a last name.
 */
async function addMatches(db: Database): Promise<void> {
  await db.execute(sql`
    INSERT INTO "contact" ("email", "canonical_email", "name", "first_name", "last_name")
    SELECT "address", "address",
      CASE WHEN n <= 6000 OR kind = 4 THEN 'Aaron ' || n WHEN kind = 1 THEN 'Adams & Co. ' || n ELSE '' END,
      CASE WHEN n <= 6000 THEN '' WHEN kind IN (0, 1) THEN 'Emma' WHEN kind = 3 THEN 'Zoe' ELSE '' END,
      CASE WHEN n <= 6000 THEN '' WHEN kind = 0 THEN 'Stone' WHEN kind = 3 THEN 'Emmanuel' ELSE '' END
    FROM (
      SELECT n, n % 5 AS kind, CASE WHEN n <= 6000 THEN 'a' WHEN n % 5 = 2 THEN 'emma' ELSE 'p' END
        || lpad(((n * 7919) % 12000)::text, 5, '0') || '@example.com' AS "address"
      FROM generate_series(1, 12000) AS n
    ) AS "person"
  `);
}

async function expectAllListed(db: Database, filter: ContactFilter, limit: number): Promise<void> {
  const keys = { added: sql`"id"`, address: sql`"canonical_email"`, name: sql`"shown_name", "id"` };
  const condition = await conditionOf(db, filter);
  for (const by of ["added", "address", "name"] as const) {
    const all = await db.execute<{ email: string }>(
      sql`SELECT "email" FROM "contact" WHERE ${condition} ORDER BY ${keys[by]}`,
    );
    const listed = await pagesOf(db, filter, { by, direction: "ascending" }, limit);
    expect(all.length).toBeGreaterThan(40);
    expect(listed).toEqual(all.map(({ email }) => email));
  }
}

/** All that a list comes to from its beginning, page by page; each page but the first is also left backwards. */
async function pagesOf(
  db: Database,
  filter: ContactFilter,
  order: ContactOrder,
  limit: number,
): Promise<string[]> {
  const kind = order.by === "added" ? "id" : "text";
  const listed: string[] = [];
  let before: string[] = [];
  let next: string | undefined;
  do {
    const after = decodeCursor(next, kind);
    const page = await listContacts(db, filter, order, { limit, ...(after && { after }) });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    const place = decodeCursor(page.previous, kind);
    if (place !== undefined) {
      const back = await listContacts(db, filter, order, { limit, before: place });
      expect(back.items.map(({ email }) => email)).toEqual(before);
    }
    before = page.items.map(({ email }) => email);
    listed.push(...before);
    next = page.next;
  } while (next !== undefined);
  return listed;
}
