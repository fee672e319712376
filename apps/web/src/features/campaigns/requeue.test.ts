import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { until } from "@mailwright/testing";
import { campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { standing } from "../../testing/ledger.ts";
import { activityOf } from "./activity.ts";
import { requeueInTime } from "./orders.ts";
import { carryOutRequeue, continueRequeues, orderRequeue } from "./requeue.ts";

test("very many emails are requeued a few thousand at a time, each once, and told of in one entry", async () => {
  await using fixture = await campaignFixture(5_200);
  const { db } = fixture.context;
  const id = await fixture.draft();
  await launchedWith(fixture, id, "finished", { failed: 5_100, sent: 100 });
  expect(await requeueInTime(fixture.context, id, "Anna", ["failed"])).toEqual({
    kind: "requeued",
    emails: 5_100,
  });
  expect(await standing(db, id)).toMatchObject({
    state: "sending",
    counts: { queued: 5_100, sent: 100 },
  });
  const [again] = await db.execute<{ runs: number }>(
    sql`SELECT max("run")::integer AS "runs" FROM "email" WHERE "campaign_id" = ${id}`,
  );
  expect(again?.runs).toBe(2);
  const [entry, ...others] = (await activityOf(db, id)).filter(
    ({ action }) => action === "requeued",
  );
  expect([entry?.detail, others]).toEqual([{ emails: 5_100, states: "failed" }, []]);
});

test("a requeue that is broken off in the middle is carried on, by any web, and each email is taken once", async () => {
  await using fixture = await campaignFixture(7_000);
  const { db } = fixture.context;
  const id = await fixture.draft();
  await launchedWith(fixture, id, "finished", { failed: 7_000 });
  const order = await orderRequeue(db, id, "Anna", ["failed"]);
  if (order.kind !== "ordered") throw new Error("it was not ordered");
  await db.transaction(async (tx) => {
    await tx.execute(
      sql`SELECT FROM "email" WHERE "id" = (SELECT "id" FROM "email" ORDER BY "id" OFFSET 6000 LIMIT 1) FOR UPDATE`,
    );
    const broken = carryOutRequeue(db, order.id).catch(() => "broken off");
    const waiting = sql`FROM pg_stat_activity WHERE "datname" = current_database() AND "wait_event_type" = 'Lock'`;
    await until(async () => (await db.execute(sql`SELECT ${waiting}`)).length === 1);
    await db.execute(sql`SELECT pg_terminate_backend("pid") ${waiting}`);
    expect(await broken).toBe("broken off");
  });
  expect((await standing(db, id)).counts).toMatchObject({ queued: 5_000, failed: 2_000 });
  expect(await continueRequeues(db)).toBe(0);
  await db.execute(sql`UPDATE "requeue" SET "moved_at" = now() - interval '1 minute'`);
  expect(await continueRequeues(db)).toBe(1);
  expect((await standing(db, id)).counts).toEqual({ queued: 7_000 });
  const runs = await db.execute(
    sql`SELECT DISTINCT "run" FROM "email" WHERE "campaign_id" = ${id}`,
  );
  expect(runs.map(({ run }) => run)).toEqual([2]);
  const told = (await activityOf(db, id)).filter(({ action }) => action === "requeued");
  expect(told.map(({ actor, detail }) => [actor, detail["emails"]])).toEqual([["Anna", 7_000]]);
  expect(await continueRequeues(db)).toBe(0);
});

test("a requeue that takes longer than anybody waits goes on after the answer", async () => {
  await using fixture = await campaignFixture(5);
  const { context } = fixture;
  const id = await fixture.draft();
  await launchedWith(fixture, id, "finished", { failed: 5 });
  expect(await requeueInTime(context, id, "Anna", ["failed"], "all", 0)).toEqual({
    kind: "under way",
  });
  await until(async () => (await standing(context.db, id)).counts["queued"] === 5);
});
