import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { decodeCursor } from "../../http/paging.ts";
import { testContext } from "../../testing/context.ts";
import { createSegment } from "../segments/segments.ts";
import type { ContactOrder } from "./list-queries.ts";
import { listContacts } from "./listing.ts";

const ORDERS: ContactOrder[] = [
  { by: "added", direction: "descending" },
  { by: "address", direction: "ascending" },
];

test("whoever passes a filter is listed once and in order, however thinly they are spread", async () => {
  await using context = await testContext();
  const { db } = context;
  await db.execute(sql`
    INSERT INTO "contact" ("email", "canonical_email", "attributes")
    SELECT "address", "address", jsonb_build_object('n', n)
      || CASE WHEN n % 7 = 0 THEN '{"many": 1}' ELSE '{}' END::jsonb
      || CASE WHEN n % 120 = 0 THEN '{"some": 1}' ELSE '{}' END::jsonb
      || CASE WHEN n % 3000 = 0 THEN '{"few": 1}' ELSE '{}' END::jsonb
    FROM (SELECT n, 'p' || lpad(n::text, 5, '0') || '@example.com' AS "address" FROM generate_series(1, 13000) AS n) AS "person"
  `);
  await db.execute(sql`INSERT INTO "attribute_key" ("key") VALUES ('many'), ('some'), ('few')`);
  for (const [key, every] of Object.entries({ many: 7, some: 120, few: 3_000 })) {
    const rule = { field: `attributes.${key}`, is: "set" };
    const made = await createSegment(db, { name: key, rule });
    if (made.kind !== "created") throw new Error(JSON.stringify(made.faults));
    const numbers = Array.from(
      { length: Math.floor(13_000 / every) },
      (_, index) => (index + 1) * every,
    );
    for (const order of ORDERS) {
      const listed: unknown[] = [];
      let next: string | undefined;
      do {
        const after = decodeCursor(next, order.by === "added" ? "id" : "text");
        const filter = { segment: made.segment.id };
        const page = await listContacts(db, filter, order, { limit: 50, ...(after && { after }) });
        expect(page.items.length).toBeLessThanOrEqual(50);
        listed.push(...page.items.map(({ attributes }) => attributes["n"]));
        next = page.next;
      } while (next !== undefined);
      expect(listed).toEqual(order.by === "added" ? numbers.toReversed() : numbers);
    }
  }
});
