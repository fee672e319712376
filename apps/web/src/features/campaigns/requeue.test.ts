import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { type Log, silentLog } from "@mailwright/platform";
import { ManualClock, until } from "@mailwright/testing";
import { campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { apiClient } from "../../testing/client.ts";
import { standing } from "../../testing/ledger.ts";
import { lockWait } from "../../testing/lock-waits.ts";
import { activityOf } from "./activity.ts";
import { requeueInTime } from "./orders.ts";
import { carryOutRequeue, continueRequeues, orderRequeue } from "./requeue.ts";
import { requeueEmails } from "./requeue-queries.ts";
import { cancelCampaign } from "./steering.ts";
import { lockState, setState } from "./steering-queries.ts";

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
    await db.execute(sql`SELECT pg_terminate_backend(${await lockWait(db)})`);
    expect(await broken).toBe("broken off");
  });
  expect((await standing(db, id)).counts).toMatchObject({ queued: 5_000, failed: 2_000 });
  expect(await continueRequeues(db, silentLog)).toBe(0);
  await db.execute(sql`UPDATE "requeue" SET "moved_at" = now() - interval '1 minute'`);
  expect(await continueRequeues(db, silentLog)).toBe(1);
  expect((await standing(db, id)).counts).toEqual({ queued: 7_000 });
  const runs = await db.execute(
    sql`SELECT DISTINCT "run" FROM "email" WHERE "campaign_id" = ${id}`,
  );
  expect(runs.map(({ run }) => run)).toEqual([2]);
  const told = (await activityOf(db, id)).filter(({ action }) => action === "requeued");
  expect(told.map(({ actor, detail }) => [actor, detail["emails"]])).toEqual([["Anna", 7_000]]);
  expect(await continueRequeues(db, silentLog)).toBe(0);
});

test("a requeue that cannot be carried on keeps no other from it, and is logged with its id", async () => {
  await using fixture = await campaignFixture(4);
  const { db } = fixture.context;
  const orders: string[] = [];
  for (const failed of [1, 2]) {
    const id = await fixture.draft();
    await launchedWith(fixture, id, "finished", { failed });
    const order = await orderRequeue(db, id, "Anna", ["failed"]);
    if (order.kind !== "ordered") throw new Error("it was not ordered");
    orders.push(order.id);
  }
  const [broken = "", sound = ""] = orders;
  await db.execute(sql`UPDATE "requeue" SET "moved_at" = now() - interval '1 minute'`);
  // Longer ago than the other, and of states that there are none of.
  await db.execute(
    sql`UPDATE "requeue" SET "moved_at" = now() - interval '1 hour', "states" = '{lost}' WHERE "id" = ${broken}`,
  );
  const logged: unknown[] = [];
  const log = { ...silentLog, error: ({ requeue }: { requeue: string }) => logged.push(requeue) };
  expect(await continueRequeues(db, log as unknown as Log)).toBe(1);
  const ended = await db.execute<{ id: string }>(
    sql`SELECT "id" FROM "requeue" WHERE "ended_at" IS NOT NULL`,
  );
  expect([ended.map(({ id }) => id), logged]).toEqual([[sound], [broken]]);
});

test("a web that stops puts a requeue down between two slices", async () => {
  await using fixture = await campaignFixture(5);
  const { db } = fixture.context;
  const id = await fixture.draft();
  await launchedWith(fixture, id, "finished", { failed: 5 });
  const order = await orderRequeue(db, id, "Anna", ["failed"]);
  if (order.kind !== "ordered") throw new Error("it was not ordered");
  await expect(carryOutRequeue(db, order.id, AbortSignal.abort())).rejects.toThrow("abort");
  expect((await standing(db, id)).counts).toEqual({ failed: 5 });
});

test("of several states each email is taken once, in the order of all", async () => {
  await using fixture = await campaignFixture(7);
  const { db } = fixture.context;
  const id = await fixture.draft();
  await launchedWith(fixture, id, "finished", { failed: 3, uncertain: 2, sent: 2 });
  const ids = await db.execute<{ id: string; state: string }>(
    sql`SELECT "id", "state" FROM "email" WHERE "campaign_id" = ${id} ORDER BY "id"`,
  );
  const wrong = ids.filter(({ state }) => state !== "sent").map((row) => row.id);
  const all = { states: ["failed", "uncertain"], emails: "all", most: 3 } as const;
  const first = await requeueEmails(db, id, { ...all, after: undefined });
  expect(first).toMatchObject({ found: 3, requeued: 3, last: wrong[2] });
  const second = await requeueEmails(db, id, { ...all, after: first.last ?? undefined });
  expect(second).toMatchObject({ found: 2, requeued: 2, last: wrong[4] });
  expect((await standing(db, id)).counts).toEqual({ queued: 5, sent: 2 });
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

test("a program that is answered before all of them are requeued is told how many of those it named it is going to be", async () => {
  const clock = new ManualClock();
  await using fixture = await campaignFixture(6, { clock });
  const { db } = fixture.context;
  const { call } = await apiClient(fixture.context, "editor");
  const id = await fixture.draft();
  const emails = await launchedWith(fixture, id, "finished", { sent: 2, failed: 4 });
  await db.transaction(async (tx) => {
    await tx.execute(sql`SELECT FROM "email" WHERE "id" = ${emails.failed[0] ?? ""} FOR UPDATE`);
    const asked = call("POST", `/api/v1/campaigns/${id}/requeue`, {
      states: ["failed", "uncertain"],
      email_ids: [...emails.failed.slice(0, 2), emails.sent[0]],
    });
    await lockWait(db);
    await clock.advance(10_000);
    const answer = await asked;
    expect([answer.status, answer.json<object>()]).toEqual([202, { requeued: 2 }]);
  });
  await until(async () => (await standing(db, id)).counts["queued"] === 2);
});

test("a requeue goes no further once its campaign is being cancelled: what failed or is in doubt stays so", async () => {
  await using fixture = await campaignFixture(6);
  const { db } = fixture.context;
  const id = await fixture.draft();
  await launchedWith(fixture, id, "sending", { failed: 3, uncertain: 2, sending: 1 });
  const order = await orderRequeue(db, id, "Anna", ["failed", "uncertain"]);
  if (order.kind !== "ordered") throw new Error("it was not ordered");
  expect(await cancelCampaign(db, id, "Bert")).toEqual({ kind: "done" });
  expect(await carryOutRequeue(db, order.id)).toMatchObject({
    kind: "refused",
    state: "cancelling",
  });
  expect((await standing(db, id)).counts).toEqual({ failed: 3, uncertain: 2, sending: 1 });
  await db.execute(sql`UPDATE "requeue" SET "moved_at" = now() - interval '1 minute'`);
  expect(await continueRequeues(db, silentLog)).toBe(0);
});

test("a slice that a cancel overtakes is rolled back: what is in doubt does not end as cancelled", async () => {
  await using fixture = await campaignFixture(3);
  const { db } = fixture.context;
  const id = await fixture.draft();
  await launchedWith(fixture, id, "sending", { uncertain: 2, sending: 1 });
  const order = await orderRequeue(db, id, "Anna", ["uncertain"]);
  if (order.kind !== "ordered") throw new Error("it was not ordered");
  let carriedOut: ReturnType<typeof carryOutRequeue> | undefined;
  await db.transaction(async (tx) => {
    await lockState(tx, id);
    carriedOut = carryOutRequeue(db, order.id);
    // It has seen the campaign sending, and waits with the emails moved for its counts.
    await lockWait(db);
    await setState(tx, id, "cancelling");
  });
  expect(await carriedOut).toMatchObject({ kind: "refused", state: "cancelling" });
  expect(await standing(db, id)).toMatchObject({
    state: "cancelling",
    unhanded: 0,
    counts: { uncertain: 2, sending: 1 },
    fold: { uncertain: 2, sending: 1 },
  });
  expect((await activityOf(db, id)).filter(({ action }) => action === "requeued")).toEqual([]);
  const open = await db.execute(sql`SELECT FROM "requeue" WHERE "ended_at" IS NULL`);
  expect(open).toHaveLength(0);
});
