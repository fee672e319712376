import { afterEach, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import type { Context } from "../../context.ts";
import { testContext } from "../../testing/context.ts";
import { added } from "../contacts/fixtures/contacts.ts";
import { createSegment } from "../segments/segments.ts";
import { BatchWriter } from "./batch-writer.ts";
import { changing, deleting, FIRST, firstBatch, holding } from "./fixtures/batches.ts";
import { countsOf, ended, started } from "./fixtures/imports.ts";
import type { ImportOrder } from "./imports.ts";
import { claimImport } from "./work-queries.ts";

let context: Context;
beforeEach(async () => {
  context = await testContext();
}, 30_000);
afterEach(() => context[Symbol.asyncDispose]());

/** An import whose first batch is read; it is written when it is told to. */
async function readImport(content: string, order: Partial<ImportOrder> = {}) {
  const id = await started(context, content, order);
  const claimed = await claimImport(context.db);
  const batch = await firstBatch(context, claimed!);
  return {
    write: () => new BatchWriter(context.db, claimed!).write(batch, FIRST),
    counts: async () => countsOf(await ended(context, id)),
  };
}

/** Everybody, in the order in which they came to be, with the segments that list them. */
function everybody() {
  return context.db.execute(sql`
    SELECT "email", "canonical_email", "attributes"->>'city' AS "city",
      ARRAY(SELECT "name" FROM "segment_contact" JOIN "segment" ON "segment"."id" = "segment_id"
        WHERE "contact_id" = "contact"."id") AS "segments"
    FROM "contact" ORDER BY "canonical_email"
  `);
}

async function news() {
  const made = await createSegment(context.db, { name: "News" });
  if (made.kind !== "created") throw new Error("no segment");
  return { id: made.segment.id };
}

test("whoever is given another address while a batch comes to the old one keeps the new one, and the row is somebody else's", async () => {
  await added(context.db, { email: "old@example.com" });
  await added(context.db, { email: "other@example.com" });
  const source = await readImport("email,city\nold@example.com,A\nother@example.com,A\n", {
    segment: await news(),
  });
  const change = await changing(context, "old@example.com", "new@example.com");
  const writing = source.write();
  await change.waitedFor();
  await change.letGo();
  expect(await writing).toBe("written");
  expect([...(await everybody())]).toEqual([
    { email: "new@example.com", canonical_email: "new@example.com", city: null, segments: [] },
    {
      email: "old@example.com",
      canonical_email: "old@example.com",
      city: "A",
      segments: ["News"],
    },
    {
      email: "other@example.com",
      canonical_email: "other@example.com",
      city: "A",
      segments: ["News"],
    },
  ]);
  expect(await source.counts()).toEqual({
    rows: 2,
    inserted: 1,
    updated: 1,
    skipped: 0,
    rejected: 0,
  });
});

test("so it is when the batch meets them only as it adds them", async () => {
  const addresses = ["first@example.com", "old@example.com", "last@example.com"];
  const source = await readImport(`email,city\n${addresses.map((a) => `${a},A\n`).join("")}`);
  const [first, old, last] = await Promise.all(addresses.map((each) => holding(context, each)));
  const writing = source.write();
  // The one who was first makes it begin anew; then it waits for each that it finds taken.
  await first!.waitedFor();
  await first!.letGo();
  await old!.waitedFor();
  await old!.letGo();
  await last!.waitedFor();
  const change = await changing(context, "old@example.com", "new@example.com");
  await last!.letGo();
  await change.waitedFor();
  await change.letGo();
  expect(await writing).toBe("written");
  expect(
    [...(await everybody())].map(({ email, canonical_email, city }) => [
      email,
      canonical_email,
      city,
    ]),
  ).toEqual([
    ["first@example.com", "first@example.com", "A"],
    ["last@example.com", "last@example.com", "A"],
    ["new@example.com", "new@example.com", null],
    ["old@example.com", "old@example.com", "A"],
  ]);
  expect(await source.counts()).toMatchObject({ inserted: 1, updated: 2 });
});

test("whoever is deleted while a batch comes to them is added", async () => {
  await added(context.db, { email: "old@example.com" });
  const source = await readImport("email,city\nold@example.com,A\n", { segment: await news() });
  const deletion = await deleting(context, "old@example.com");
  const writing = source.write();
  await deletion.waitedFor();
  await deletion.letGo();
  expect(await writing).toBe("written");
  expect([...(await everybody())]).toEqual([
    { email: "old@example.com", canonical_email: "old@example.com", city: "A", segments: ["News"] },
  ]);
  expect(await source.counts()).toMatchObject({ inserted: 1, updated: 0 });
});

test("an import that leaves who is here as they are leaves what it would have left before the change", async () => {
  await added(context.db, { email: "old@example.com" });
  const source = await readImport("email,city\nold@example.com,A\n", { onDuplicate: "skip" });
  const change = await changing(context, "old@example.com", "new@example.com");
  expect(await source.write()).toBe("written");
  await change.letGo();
  expect([...(await everybody())]).toEqual([
    { email: "new@example.com", canonical_email: "new@example.com", city: null, segments: [] },
  ]);
  expect(await source.counts()).toMatchObject({ inserted: 0, skipped: 1 });
});
