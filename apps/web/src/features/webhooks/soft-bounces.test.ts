import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { silentLog } from "@mailwright/platform";
import type { Database } from "../../db/open.ts";
import { type CampaignFixture, campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { lockWait } from "../../testing/lock-waits.ts";
import { takeReports } from "../reports/reports.ts";
import { readSuppression } from "../suppressions/suppressions.ts";
import { takeFacts } from "./webhooks.ts";

const ADDRESS = "p1@example.com";
const IN_A_ROW = "3 bounces in a row, the last of “Spring sale” (Relay)";

let fixture: CampaignFixture;
beforeAll(async () => {
  fixture = await campaignFixture(1);
}, 30_000);
afterAll(() => fixture[Symbol.asyncDispose]());

beforeEach(async () => {
  await fixture.context.db.execute(sql`TRUNCATE "suppression", "email_fact", "email"`);
});

/** An email that was sent so many days ago. */
async function sent(daysAgo: number): Promise<string> {
  const { sent: emails } = await launchedWith(fixture, await fixture.draft(), "finished", {
    sent: 1,
  });
  const [email = ""] = emails;
  await fixture.context.db.execute(sql`
    UPDATE "email" SET "changed_at" = now() - make_interval(days => ${daysAgo}) WHERE "id" = ${email}
  `);
  return email;
}

/** Tells that an email bounced so many days ago; the answer is by what its address is suppressed then. */
async function bounced(email: string, daysAgo: number, bounce: "soft" | "block" = "soft") {
  const at = Date.now() - daysAgo * 86_400_000;
  await takeFacts(fixture.context, { id: fixture.gateway, kind: "smtp", name: "Relay" }, [
    { email, kind: "bounced", bounce, at, key: "e-1" },
  ]);
  return (await readSuppression(fixture.context.db, ADDRESS))?.origin;
}

test("soft bounces are in no row when an email between them was sent days ago and nothing was told of it", async () => {
  await bounced(await sent(900), 900);
  await sent(893);
  await bounced(await sent(500), 500);
  await sent(493);
  expect(await bounced(await sent(0), 0)).toBeUndefined();
  // These have not had the time to bounce yet, and say nothing.
  await sent(2);
  expect(await bounced(await sent(1), 0)).toBeUndefined();
  expect(await bounced(await sent(0), 0)).toBe(IN_A_ROW);
});

test("they are in a row when all between them bounced too, as a block or long after it was sent", async () => {
  await bounced(await sent(20), 15);
  await bounced(await sent(13), 8);
  await bounced(await sent(7), 7, "block");
  expect(await bounced(await sent(6), 1)).toBe(IN_A_ROW);
});

test("those of a dead host are in a row, though its daily emails look for days as if they had arrived", async () => {
  const [first, second, third] = [await sent(7), await sent(6), await sent(5)];
  for (const daysAgo of [4, 3, 2, 1, 0]) await sent(daysAgo);
  expect(await bounced(first, 2)).toBeUndefined();
  expect(await bounced(second, 1)).toBeUndefined();
  expect(await bounced(third, 0)).toBe(IN_A_ROW);
});

/** A soft bounce of a new email, to be told by a webhook or by the report of its attempt. */
async function untold(way: "a webhook" | "a report"): Promise<(db: Database) => Promise<unknown>> {
  const { context, gateway } = fixture;
  if (way === "a webhook") {
    const fact = { email: await sent(0), kind: "bounced", bounce: "soft", key: "e-1" } as const;
    return (db) =>
      takeFacts({ ...context, db }, { id: gateway, kind: "smtp", name: "Relay" }, [
        { ...fact, at: Date.now() },
      ]);
  }
  const draft = await fixture.draft();
  const { sending } = await launchedWith(fixture, draft, "sending", { sending: 1 });
  const report = {
    id: sending[0],
    run: 1,
    seq: 3,
    event: "REJECTED",
    state: "failed",
    at: Date.now(),
    attempt: 1,
    gateway,
    error: { code: "rejected", status: "5.2.2" },
  };
  return (db) => takeReports(db, silentLog, { reports: [report] });
}

test.each([
  ["a webhook", "a webhook"],
  ["a webhook", "a report"],
  ["a report", "a report"],
] as const)(
  "of two that are told in the same moment, by %s and by %s, whoever comes second counts both",
  async (...ways) => {
    const { db } = fixture.context;
    await bounced(await sent(1), 1);
    const [tellFirst, tellSecond] = [await untold(ways[0]), await untold(ways[1])];
    let second: Promise<unknown> | undefined;
    await db.transaction(async (tx) => {
      await tellFirst(tx as never);
      second = tellSecond(db);
      // Either it waits, or it has counted without the first.
      await Promise.race([second, lockWait(db)]);
    });
    await second;
    expect((await readSuppression(db, ADDRESS))?.origin).toStartWith("3 bounces in a row");
  },
);
