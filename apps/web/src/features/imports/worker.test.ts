import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { until } from "@mailwright/testing";
import type { Context } from "../../context.ts";
import { testContext } from "../../testing/context.ts";
import { lockWait } from "../../testing/lock-waits.ts";
import { countContacts } from "../contacts/contacts.ts";
import { added } from "../contacts/fixtures/contacts.ts";
import { createSegment } from "../segments/segments.ts";
import { BatchWriter } from "./batch-writer.ts";
import { FIRST, firstBatch, holding } from "./fixtures/batches.ts";
import { countsOf, ended, started } from "./fixtures/imports.ts";
import { readImport } from "./imports.ts";
import { claimImport } from "./work-queries.ts";
import { startImportWorker } from "./fixtures/import-worker.ts";

let context: Context;
beforeEach(async () => {
  context = await testContext();
}, 30_000);
afterEach(() => context[Symbol.asyncDispose]());

/** So many rows, each tenth of which is none and each hundredth is of somebody who came before. */
function fileOf(rows: number): string {
  const lines = Array.from({ length: rows }, (_, n) => {
    if (n % 10 === 3) return `nobody ${n},x`;
    return n % 100 === 7 ? `p${n - 7}@example.com,again` : `p${n}@example.com,"city, ${n}"`;
  });
  return `email,city\n${lines.join("\n")}\n`;
}

function expectedOf(rows: number) {
  const rejected = rows / 10;
  const updated = rows / 100;
  return { rows, inserted: rows - rejected - updated, updated, skipped: 0, rejected };
}

async function passLeases(): Promise<void> {
  await context.db.execute(sql`UPDATE "import" SET "leased_until" = now() - interval '1 second'`);
}

async function newSegment(): Promise<string> {
  const made = await createSegment(context.db, { name: "News" });
  if (made.kind !== "created") throw new Error("no segment");
  return made.segment.id;
}

/** What an import that was written exactly once has left behind. */
async function expectOnce(id: string, rows: number): Promise<void> {
  const expected = expectedOf(rows);
  const done = await ended(context, id);
  expect([done.state, done.error, countsOf(done)]).toEqual(["done", null, expected]);
  expect(done.bytes_read).toBe(done.bytes);
  const [found] = await context.db.execute(sql`
    SELECT (SELECT count(*)::integer FROM "contact") AS "contacts",
      (SELECT count(*)::integer FROM "import_reject") AS "rejects",
      (SELECT count(*)::integer FROM "segment_contact") AS "members",
      (SELECT "size" FROM "segment") AS "size",
      (SELECT count(*)::integer FROM "import_chunk") AS "pieces"
  `);
  expect(found).toEqual({
    contacts: expected.inserted,
    rejects: expected.rejected,
    members: expected.inserted,
    size: expected.inserted,
    pieces: 0,
  });
  expect(await countContacts(context.db)).toBe(expected.inserted);
}

test("a web that is killed in the middle of an import costs no row and counts none twice", async () => {
  const rows = 160_000;
  const id = await started(context, fileOf(rows), { segment: { id: await newSegment() } });
  const places: number[] = [];
  for (let kills = 0; kills < 3; kills++) {
    const web = Bun.spawn([process.execPath, join(import.meta.dir, "fixtures/worker.ts")], {
      env: { ...process.env, DATABASE_URL: context.config.databaseUrl },
      stdout: "ignore",
      stderr: "inherit",
    });
    const before = places.at(-1) ?? 0;
    await until(async () => ((await readImport(context.db, id))?.bytes_read ?? 0) > before, {
      timeoutMs: 30_000,
      everyMs: 5,
    });
    web.kill("SIGKILL");
    await web.exited;
    places.push((await readImport(context.db, id))?.bytes_read ?? 0);
    await passLeases();
  }
  await using _ = startImportWorker(context);
  await expectOnce(id, rows);
}, 120_000);

test("several webs share the imports, and each row is taken once", async () => {
  const id = await started(context, fileOf(60_000), { segment: { id: await newSegment() } });
  const others = await Promise.all(
    [1, 2, 3].map((n) =>
      started(
        context,
        `email\n${Array.from({ length: 30_000 }, (_, k) => `p${k * 20}@example.com`).join("\n")}\nother${n}@example.com\n`,
        { onDuplicate: "skip" },
      ),
    ),
  );
  await using _a = startImportWorker(context);
  await using _b = startImportWorker(context);
  for (const other of others) {
    const done = await ended(context, other);
    expect([done.state, done.rows, done.rejected]).toEqual(["done", 30_001, 0]);
    expect(done.inserted + done.skipped).toBe(30_001);
  }
  const done = await ended(context, id);
  expect([done.state, done.rows, done.rejected]).toEqual(["done", 60_000, 6_000]);
  const [found] = await context.db.execute(
    sql`SELECT count(*)::integer AS "contacts" FROM "contact"`,
  );
  const [sum] = await context.db.execute(sql`SELECT sum("inserted")::integer AS "n" FROM "import"`);
  expect(found?.["contacts"]).toBe(sum?.["n"] as number);
  expect(await countContacts(context.db)).toBe(sum?.["n"] as number);
}, 120_000);

test("a worker that wakes up after its lease writes nothing that another has written", async () => {
  const id = await started(context, fileOf(1_000));
  const claimed = await claimImport(context.db);
  expect(claimed?.id).toBe(id);
  expect(await claimImport(context.db)).toBeUndefined();
  const batch = await firstBatch(context, claimed!);
  const frozen = new BatchWriter(context.db, claimed!);

  await passLeases();
  const again = await claimImport(context.db);
  expect(again?.id).toBe(id);
  expect(await new BatchWriter(context.db, again!).write(batch, FIRST)).toBe("written");

  expect(await frozen.write(batch, FIRST)).toBe("lost");
  const done = await ended(context, id);
  expect(countsOf(done)).toEqual(expectedOf(1_000));
});

test("whoever appears between the look and the insert is met, not lost, however many do one after another", async () => {
  const addresses = Array.from({ length: 8 }, (_, n) => `p${n}@example.com`);
  const id = await started(context, `email,city\n${addresses.map((a) => `${a},A\n`).join("")}`);
  const claimed = await claimImport(context.db);
  const batch = await firstBatch(context, claimed!);
  const writer = new BatchWriter(context.db, claimed!);
  const others = await Promise.all(addresses.slice(1).map((address) => holding(context, address)));
  const writing = writer.write(batch, FIRST);
  for (const other of others) {
    await lockWait(context.db);
    await other.letGo();
  }
  expect(await writing).toBe("written");
  expect(countsOf(await ended(context, id))).toMatchObject({ inserted: 1, updated: 7 });
});

test("a batch that waits for somebody who waits for it gives way", async () => {
  const person = await added(context.db, { email: "p9@example.com" });
  const id = await started(context, "email,city\np9@example.com,A\n");
  const claimed = await claimImport(context.db);
  const batch = await firstBatch(context, claimed!);
  const before = Promise.withResolvers<"written">();
  const writing = new BatchWriter(context.db, claimed!).write(batch, before.promise);
  // Whoever wants the contact waits for the batch, and the batch before for them: nobody could go on.
  await until(async () => {
    const [row] = await context.db.execute(
      sql`SELECT "id" FROM "contact" WHERE "id" = ${person.id} FOR UPDATE SKIP LOCKED`,
    );
    return row === undefined;
  });
  await context.db.execute(sql`DELETE FROM "contact" WHERE "id" = ${person.id}`);
  before.resolve("written");
  expect(await writing).toBe("written");
  expect(countsOf(await ended(context, id))).toMatchObject({ rows: 1, inserted: 1, updated: 0 });
}, 60_000);

test("a fault that no further try would mend ends the import, and the worker goes on", async () => {
  await context.db.execute(
    sql`ALTER TABLE "contact" ADD CONSTRAINT "nobody" CHECK ("email" <> 'p1@example.com')`,
  );
  await using _ = startImportWorker(context);
  const failed = await ended(context, await started(context, "email\np1@example.com\n"));
  expect([failed.state, failed.error?.slice(0, 34), failed.rows]).toEqual([
    "failed",
    "Something went wrong on our side, ",
    0,
  ]);
  const good = await started(context, "email\na@example.com\n");
  expect((await ended(context, good)).state).toBe("done");
});

test("a file with a piece missing fails and says so", async () => {
  const id = await started(context, fileOf(1_000));
  await context.db.execute(sql`DELETE FROM "import_chunk"`);
  await using _ = startImportWorker(context);
  const failed = await ended(context, id);
  expect([failed.state, failed.error]).toEqual([
    "failed",
    "A part of the uploaded file is gone. Import it again.",
  ]);
});

test("a worker that stops gives its import back at once", async () => {
  const id = await started(context, fileOf(200_000));
  const worker = startImportWorker(context);
  await until(async () => ((await readImport(context.db, id))?.bytes_read ?? 0) > 0, {
    timeoutMs: 30_000,
    everyMs: 5,
  });
  await worker[Symbol.asyncDispose]();
  const [row] = await context.db.execute(sql`SELECT "state", "leased_until" FROM "import"`);
  expect(row?.["state"] === "done" || row?.["leased_until"] === null).toBe(true);
  await using _ = startImportWorker(context);
  expect(countsOf(await ended(context, id))).toEqual(expectedOf(200_000));
}, 60_000);
