import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { created, cursorIn, withContacts } from "./fixtures/segments.ts";
import { addPasted, listMembers } from "./members.ts";
import { addToSegment, readSegment } from "./segments.ts";

describe("members", () => {
  test("of static and dynamic segments are paged newest first, and searched by any name's beginning", async () => {
    const { context, contacts } = await withContacts(5);
    await using _ = context;
    const { db } = context;
    const listed = await created(db, "Listed");
    await addToSegment(db, listed.id, contacts);
    const ruled = await created(db, "Ruled", { field: "attributes.n", is: "set" });
    for (const segment of [listed, ruled]) {
      const first = await listMembers(db, segment.id, "", { limit: 3 });
      if (first.kind !== "in time") throw new Error("too long");
      const rest = await listMembers(db, segment.id, "", {
        limit: 3,
        after: cursorIn(first.value.next ?? ""),
      });
      if (rest.kind !== "in time") throw new Error("too long");
      const ids = [...first.value.items, ...rest.value.items].map(({ id }) => id);
      expect(ids).toEqual(contacts.toReversed());
      const found = await listMembers(db, segment.id, "P3", { limit: 3 });
      expect(found).toMatchObject({ value: { items: [{ email: "p3@example.com" }] } });
      for (const hostile of ["%", "_", "' OR TRUE --", "\\"])
        expect(await listMembers(db, segment.id, hostile, { limit: 3 })).toMatchObject({
          value: { items: [] },
        });
    }
  });

  test("are added by pasting, and everything pasted is accounted for", async () => {
    const { context, contacts } = await withContacts(3);
    await using _ = context;
    const { db } = context;
    const { id } = await created(db, "Pasted");
    await addToSegment(db, id, contacts.slice(0, 1));
    const [one] = await db.execute<{ email: string }>(
      sql`SELECT "email" FROM "contact" WHERE "id" = ${contacts[0] ?? ""}`,
    );
    const text = `P1@example.com, p2@EXAMPLE.com; p3@example.com\nNobody <nobody@example.com>\noops ${one?.email}`;
    expect(await addPasted(db, id, text)).toEqual({
      kind: "added",
      added: 2,
      made: 0,
      already: 1,
      unknown: ["nobody@example.com"],
      faults: [],
    });
    const made = await addPasted(db, id, "Nobody@Example.com, p1@example.com", { make: true });
    expect(made).toEqual({
      kind: "added",
      added: 1,
      made: 1,
      already: 1,
      unknown: [],
      faults: [],
    });
    const [stranger] = await db.execute(
      sql`SELECT "email" FROM "contact" WHERE "canonical_email" = 'nobody@example.com'`,
    );
    expect([stranger, (await readSegment(db, id))?.size]).toEqual([
      { email: "Nobody@Example.com" },
      4,
    ]);
  });
});
