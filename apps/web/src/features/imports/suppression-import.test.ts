import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { hostileText } from "@mailwright/testing";
import { testContext } from "../../testing/context.ts";
import { frozenCampaign } from "../../testing/dispatch.ts";
import { createWork } from "../../work.ts";
import { announceSuppressions } from "../dispatch/announcement.ts";
import { handOverNext } from "../dispatch/handover.ts";
import { REASONS } from "../suppressions/reasons.ts";
import { suppress } from "../suppressions/suppressions.ts";
import {
  countsOf,
  ended,
  type ImportingContext,
  importingContext,
  inPieces,
} from "./fixtures/imports.ts";
import { everything, exported, imported, nobodySuppressed } from "./fixtures/suppressions.ts";
import { suppressionRows } from "./suppression-rows.ts";
import { SuppressionWriter } from "./suppression-writer.ts";
import { receiveFile } from "./upload.ts";
import { claimImport } from "./work-queries.ts";
import { startImportWorker } from "./fixtures/import-worker.ts";
import { readerOf } from "./worker.ts";

let context: ImportingContext;
beforeAll(async () => {
  context = await importingContext();
}, 30_000);
beforeEach(() => nobodySuppressed(context));
afterAll(() => context[Symbol.asyncDispose]());

function linesOf(csv: string): string[] {
  return csv.split("\r\n").toSorted();
}

test("an export gives the same suppressions in another database, however many", async () => {
  const origin = fc.oneof(
    hostileText().map((text) =>
      text.replaceAll("\0", "").toWellFormed().replaceAll(/\s+/g, " ").slice(0, 150).trim(),
    ),
    fc.constantFrom("=1+1", "'=1", "''@x", "a;b,c", 'The "shop"', "Bounce of “A; B” (Relay)"),
  );
  const samples = fc.sample(
    origin.filter((text) => text !== ""),
    25_000,
  );
  await context.db.execute(sql`
    INSERT INTO "suppression" ("canonical_email", "reason", "origin", "created_at")
    SELECT "n" || '@example.com', (${sql.param(REASONS)}::text[])["n" % 4 + 1], "origin",
      now() - "n" * interval '7.123457 seconds'
    FROM unnest(${sql.param(samples)}::text[]) WITH ORDINALITY AS "sample" ("origin", "n")`);
  const formulas = ["-a@example.com", "+b@example.com", "=c@example.com", "'=d@example.com"];
  await suppress(context.db, formulas, { reason: "manual", origin: "-" });
  const [beside] = await context.db.execute<{ n: number }>(sql`
    WITH "beside" AS (
      UPDATE "suppression" SET "former_reason" = 'bounced', "former_origin" = 'Bounce of “=1+1”'
      WHERE "reason" = 'unsubscribed' RETURNING 1
    )
    SELECT count(*)::integer AS "n" FROM "beside"`);
  const besides = beside?.n ?? 0;
  expect(besides).toBeGreaterThan(6_000);
  const before = await everything(context);
  expect(before).toHaveLength(25_004);
  const csv = await exported(context);
  await using other = await importingContext();
  const done = await imported(other, csv);
  expect(countsOf(done)).toEqual({
    rows: 25_004 + besides,
    inserted: 25_004,
    updated: 0,
    skipped: besides,
    rejected: 0,
  });
  expect(await everything(other)).toEqual(before);
  expect(linesOf(await exported(other))).toEqual(linesOf(csv));
  const [tally] = await other.db.execute(
    sql`SELECT "count"::integer FROM "tally" WHERE "name" = 'suppression'`,
  );
  expect(tally).toEqual({ count: 25_004 });
  const again = await imported(other, csv);
  expect(countsOf(again)).toMatchObject({
    inserted: 0,
    updated: 0,
    skipped: 25_004 + besides,
    rejected: 0,
  });
  expect(await everything(other)).toEqual(before);
}, 120_000);

test("a worker that wakes up after another has written its batch writes nothing", async () => {
  await using bare = await testContext();
  const about = { fileName: "", createdBy: "Anna", suppressing: { reason: "manual" } } as const;
  const received = await receiveFile(bare.db, about, inPieces("anna@example.com\nnobody\n"));
  const claimed = await claimImport(bare.db);
  if (claimed === undefined || received.kind === "refused") throw new Error("nothing to do");
  const kind = suppressionRows(claimed.mapping, { reason: "manual", origin: "Anna" });
  const batch = await readerOf(bare.db, claimed, kind).next();
  if (batch === undefined) throw new Error("no batch");
  const write = (before: "written" | "lost") =>
    new SuppressionWriter(bare.db, claimed).write(batch, Promise.resolve(before));
  expect(await write("lost")).toBe("lost");
  expect(await everything(bare)).toEqual([]);
  expect(await write("written")).toBe("written");
  expect(await write("written")).toBe("lost");
  expect(countsOf(await ended(bare, received.id))).toMatchObject({
    rows: 2,
    inserted: 1,
    rejected: 1,
  });
});

test("the email client is told of whoever is suppressed by a file while a campaign runs", async () => {
  await using given = await frozenCampaign(20);
  expect((await handOverNext(given.context)).kind).toBe("handed");
  await suppress(given.db, ["p2@example.com"], { reason: "manual", origin: "a test" });
  await announceSuppressions(given.context);
  const work = createWork();
  await using _ = startImportWorker({ ...given.context, work });
  const into = { db: given.db, work };
  await imported(into, "p2@example.com\np3@example.com\nP7@example.com\nnobody@example.com\n");
  await announceSuppressions(given.context);
  const { standIn } = given;
  const handed = standIn.batches.flatMap(({ recipients }) => recipients);
  const told = standIn.suppressed.flatMap(({ emails }) => emails.map(({ id }) => id));
  expect(
    handed
      .filter(({ id }) => told.includes(id))
      .map(({ email }) => email)
      .toSorted(),
  ).toEqual(["p2@example.com", "p3@example.com", "p7@example.com"]);
  expect(told).toHaveLength(3);
});
