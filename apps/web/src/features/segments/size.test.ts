import { describe, expect, test } from "bun:test";
import { ManualClock, until } from "@mailwright/testing";
import { sql } from "drizzle-orm";
import { within } from "../../db/within.ts";
import { testContext } from "../../testing/context.ts";
import { withContacts } from "./fixtures/segments.ts";
import { SHOWN_MS, sizeOf } from "./size.ts";

describe("the size of a dynamic segment", () => {
  test("is counted, kept for half a minute, and then counted anew", async () => {
    const clock = new ManualClock();
    await using context = await testContext({ clock });
    const { db } = context;
    const rule = { all: [{ field: "name", is: "not_set" }] };
    const add = (email: string) =>
      db.execute(
        sql`INSERT INTO "contact" ("email", "canonical_email") VALUES (${email}, ${email})`,
      );
    await add("a@example.com");
    expect(await sizeOf(context, { rule })).toMatchObject({ kind: "counted", contacts: 1 });
    await add("b@example.com");
    expect(await sizeOf(context, { rule })).toMatchObject({ kind: "counted", contacts: 1 });
    await clock.advance(30_000);
    expect(await sizeOf(context, { rule })).toMatchObject({ kind: "counted", contacts: 2 });
  });

  test("is shown by a page while it is counted anew, unless that was too long ago", async () => {
    const clock = new ManualClock();
    await using context = await testContext({ clock });
    const { db } = context;
    const rule = { all: [{ field: "name", is: "not_set" }] };
    const shown = () => sizeOf(context, { rule }, { staleMs: SHOWN_MS });
    expect(await shown()).toMatchObject({ kind: "counted", contacts: 0 });
    await db.execute(
      sql`INSERT INTO "contact" ("email", "canonical_email") VALUES ('a@example.com', 'a@example.com')`,
    );
    await clock.advance(SHOWN_MS - 1);
    // Nobody waits for the new count, however long it takes and however many look meanwhile.
    await db.transaction(async (tx) => {
      await tx.execute(sql`LOCK TABLE "contact"`);
      expect(await shown()).toMatchObject({ kind: "counted", contacts: 0 });
      expect(await shown()).toMatchObject({ kind: "counted", contacts: 0 });
    });
    await until(async () => {
      expect(await shown()).toMatchObject({ kind: "counted", contacts: 1 });
      return true;
    });
    await db.execute(sql`DELETE FROM "contact"`);
    await clock.advance(SHOWN_MS);
    expect(await shown()).toMatchObject({ kind: "counted", contacts: 0 });
  });

  test("takes no longer than it may: Postgres gives up, and the connection is as good as before", async () => {
    await using context = await testContext();
    const { db } = context;
    expect(await within(db, 50, (tx) => tx.execute(sql`SELECT pg_sleep(10)`))).toEqual({
      kind: "too long",
    });
    const [shown] = await db.execute(sql`SHOW statement_timeout`);
    expect(shown).toEqual({ statement_timeout: "30s" });
  });

  test("is asked for by many at once, and who waits for one is not kept behind a whole list", async () => {
    const { context } = await withContacts(2);
    await using _ = context;
    const ended: string[] = [];
    const ask = async (name: string, value: number, urgent: boolean) => {
      const rule = { field: "attributes.n", is: "greater_than", value };
      const size = await sizeOf(context, { rule }, { urgent });
      ended.push(name);
      return size;
    };
    const list = Array.from({ length: 30 }, (_, index) => ask("listed", index, false));
    const wanted = ask("wanted", 0.5, true);
    expect(await wanted).toMatchObject({ kind: "counted", contacts: 2 });
    const sizes = await Promise.all(list);
    expect(sizes.map((size) => size.kind === "counted" && size.contacts)).toEqual([
      2,
      1,
      ...Array.from({ length: 28 }, () => 0),
    ]);
    expect(ended.indexOf("wanted")).toBeLessThan(30);
  });
});
