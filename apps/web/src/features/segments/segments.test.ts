import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { sql } from "drizzle-orm";
import { testContext } from "../../testing/context.ts";
import {
  addToSegment,
  listSegmentChoices,
  removeFromSegment,
  segmentsOfContact,
} from "./segments.ts";

async function withContacts(count: number) {
  const context = await testContext();
  const rows = await context.db.execute<{ id: string }>(sql`
    INSERT INTO "contact" ("email", "canonical_email")
    SELECT 'p' || n || '@example.com', 'p' || n || '@example.com' FROM generate_series(1, ${count}) AS n RETURNING "id"
  `);
  return { context, contacts: rows.map(({ id }) => id) };
}

test("contacts are added once and removed again, and the size follows", async () => {
  const { context, contacts } = await withContacts(3);
  await using _ = context;
  const { db } = context;
  const id = newId();
  await db.execute(sql`INSERT INTO "segment" ("id", "name") VALUES (${id}, 'Regulars')`);
  const [first = "", second = ""] = contacts;

  expect(await addToSegment(db, id, [...contacts, newId(), first])).toEqual({
    kind: "changed",
    contacts: 3,
  });
  expect(await addToSegment(db, id, [first])).toEqual({ kind: "changed", contacts: 0 });
  expect(await listSegmentChoices(db, "gul")).toEqual([{ id, name: "Regulars", size: 3 }]);
  expect(await segmentsOfContact(db, first)).toEqual([{ id, name: "Regulars", dynamic: false }]);
  expect(await removeFromSegment(db, id, [first, second])).toEqual({
    kind: "changed",
    contacts: 2,
  });
  expect(await removeFromSegment(db, id, [first])).toEqual({ kind: "changed", contacts: 0 });
  expect(await listSegmentChoices(db)).toEqual([{ id, name: "Regulars", size: 1 }]);
  expect(await segmentsOfContact(db, first)).toEqual([]);
  expect(await addToSegment(db, newId(), contacts)).toEqual({ kind: "unknown" });
});
