import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId, silentLog, systemClock } from "@mailwright/platform";
import { until } from "@mailwright/testing";
import { campaignFixture } from "../../testing/campaigns.ts";
import { emailClientStandIn } from "../../testing/email-client-stand-in.ts";
import { gaps, launchingCampaign, ledgerFixture, standing } from "../../testing/ledger.ts";
import { createLinks } from "../leaving/links.ts";
import { freezeLaunched } from "../dispatch/freeze.ts";
import { handOverNext } from "../dispatch/handover.ts";
import { takeReports } from "../reports/reports.ts";
import { activityOf } from "./activity.ts";
import { launchCampaign } from "./launch.ts";
import { carryOutRequeue, orderRequeue } from "./requeue.ts";
import { cancelCampaign, pauseCampaign, resumeCampaign } from "./steering.ts";

/** A campaign of four: one sent, one failed, one uncertain, one still on its way unless `all` have ended. */
async function halfway({ all = false } = {}) {
  const stack = new AsyncDisposableStack();
  const ledger = stack.use(await ledgerFixture(4));
  const standIn = stack.use(emailClientStandIn());
  const { db } = ledger;
  const context = {
    db,
    clock: systemClock,
    log: silentLog,
    emailClient: standIn.client,
    links: createLinks(db, "https://web.example.com"),
  };
  const campaign = await launchingCampaign(ledger);
  await freezeLaunched(context);
  await handOverNext(context);
  const ids = standIn.batches[0]?.recipients.map(({ id }) => id) ?? [];
  const ends = [
    ["ACCEPTED", "sent"],
    ["REJECTED", "failed"],
    ["UNRESOLVED", "uncertain"],
    ...(all ? [["ACCEPTED", "sent"]] : []),
  ];
  const reports = ends.flatMap(([event, state], n) => [
    {
      id: ids[n],
      run: 1,
      seq: 1,
      event: "START",
      state: "sending",
      at: Date.now(),
      attempt: 1,
      gateway: ledger.gateway,
    },
    {
      id: ids[n],
      run: 1,
      seq: 2,
      event,
      state,
      at: Date.now(),
      attempt: 1,
      gateway: ledger.gateway,
    },
  ]);
  await takeReports(db, silentLog, { reports });
  return { db, campaign, context, standIn, ids, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Orders a requeue and carries it out. */
async function requeued(...order: Parameters<typeof orderRequeue>) {
  const ordered = await orderRequeue(...order);
  return ordered.kind === "ordered" ? carryOutRequeue(order[0], ordered.id) : ordered;
}

test("what failed or is uncertain starts its next run, and a finished campaign sends again until it is finished anew", async () => {
  await using given = await halfway({ all: true });
  const { db, campaign, context, standIn, ids } = given;
  expect(await standing(db, campaign)).toMatchObject({ state: "finished" });
  expect(await requeued(db, campaign, "Anna", ["failed", "uncertain"])).toEqual({
    kind: "requeued",
    emails: 2,
  });
  expect(await standing(db, campaign)).toEqual({
    state: "sending",
    audience: 4,
    unhanded: 2,
    counts: { queued: 2, sent: 2 },
    fold: { queued: 2, sent: 2 },
  });
  await handOverNext(context);
  expect(standIn.batches[1]?.recipients.map(({ id, run }) => ({ id, run }))).toEqual([
    { id: ids[1]!, run: 2 },
    { id: ids[2]!, run: 2 },
  ]);
  const again = [ids[1], ids[2]].flatMap((id) => [
    {
      id,
      run: 2,
      seq: 1,
      event: "START",
      state: "sending",
      at: Date.now(),
      attempt: 1,
      gateway: newId(),
    },
    {
      id,
      run: 2,
      seq: 2,
      event: "ACCEPTED",
      state: "sent",
      at: Date.now(),
      attempt: 1,
      gateway: newId(),
    },
  ]);
  await takeReports(db, silentLog, { reports: again });
  expect(await standing(db, campaign)).toMatchObject({
    state: "finished",
    counts: { sent: 4 },
    fold: { sent: 4 },
  });
  expect(await gaps(db, campaign)).toEqual([]);
  const runs = await db.execute(
    sql`SELECT "run", "seq", "event" FROM "email_event" WHERE "email_id" = ${ids[1]} ORDER BY "run", "seq"`,
  );
  expect(runs.map(({ run, seq, event }) => `${run}.${seq} ${event}`)).toEqual([
    "1.1 START",
    "1.2 REJECTED",
    "2.0 REQUEUE",
    "2.1 START",
    "2.2 ACCEPTED",
  ]);
});

test("requeueing twice at once requeues each email once", async () => {
  await using given = await halfway();
  const { db, campaign } = given;
  const both = await Promise.all([
    requeued(db, campaign, "Anna", ["failed", "uncertain"]),
    requeued(db, campaign, "Bo", ["failed", "uncertain"]),
  ]);
  expect(
    both.map((each) => (each.kind === "requeued" ? each.emails : each.kind)).toSorted(),
  ).toEqual([0, 2]);
});

test("only the emails that were named are requeued, and only those that may be", async () => {
  await using given = await halfway();
  const { db, campaign, ids } = given;
  expect(await requeued(db, campaign, "Anna", ["failed"], ids)).toEqual({
    kind: "requeued",
    emails: 1,
  });
  expect(await standing(db, campaign)).toMatchObject({
    counts: { queued: 2, sent: 1, uncertain: 1 },
  });
});

test("a cancelled campaign stays cancelled: nothing of it is requeued", async () => {
  await using given = await halfway();
  const { db, campaign, ids } = given;
  await cancelCampaign(db, campaign, "Anna");
  const cancelled = {
    id: ids[3],
    run: 1,
    seq: 1,
    event: "CANCEL",
    state: "cancelled",
    at: Date.now(),
    attempt: 0,
    gateway: newId(),
  };
  await takeReports(db, silentLog, { reports: [cancelled] });
  expect(await standing(db, campaign)).toMatchObject({
    state: "cancelled",
    counts: { cancelled: 1, sent: 1 },
  });
  expect(await requeued(db, campaign, "Anna", ["failed"])).toMatchObject({
    kind: "refused",
    state: "cancelled",
  });
});

test("orders that make no sense are refused with the reason, and unknown campaigns are unknown", async () => {
  await using given = await halfway({ all: true });
  const { db, campaign } = given;
  expect(await pauseCampaign(db, campaign, "Anna")).toMatchObject({
    kind: "refused",
    state: "finished",
  });
  expect(await resumeCampaign(db, campaign, "Anna")).toMatchObject({ kind: "refused" });
  expect(await cancelCampaign(db, campaign, "Anna")).toMatchObject({
    kind: "refused",
    why: "It has ended already.",
  });
  expect(await pauseCampaign(db, newId(), "Anna")).toEqual({ kind: "unknown" });
});

test("who did what is kept, in the transaction that did it", async () => {
  await using given = await halfway();
  const { db, campaign } = given;
  await pauseCampaign(db, campaign, "Anna");
  await resumeCampaign(db, campaign, "Bo");
  await requeued(db, campaign, "Cleo", ["failed"]);
  expect(
    (await activityOf(db, campaign)).map(({ actor, action, detail }) => [actor, action, detail]),
  ).toEqual([
    ["Cleo", "requeued", { emails: 1, states: "failed" }],
    ["Bo", "resumed", {}],
    ["Anna", "paused", {}],
  ]);
});

test("a launch that is taken back while its audience is being frozen sends nothing, and leaves nothing behind", async () => {
  await using fixture = await campaignFixture(3);
  const { context } = fixture;
  const { db } = context;
  const id = await fixture.draft();
  expect(await launchCampaign(context, id, "Anna")).toEqual({ kind: "launching" });
  let freezing: Promise<number> | undefined;
  // Whoever holds the table keeps the freeze at its first email.
  await db.transaction(async (tx) => {
    await tx.execute(sql`LOCK TABLE "email" IN SHARE MODE`);
    freezing = freezeLaunched(context);
    await until(async () => {
      const waiting = await db.execute(
        sql`SELECT FROM pg_locks WHERE NOT "granted" AND "relation" = '"email"'::regclass`,
      );
      return waiting.length === 1;
    });
    expect(await cancelCampaign(db, id, "Anna")).toEqual({ kind: "done" });
  });
  await freezing;
  const [now] = await db.execute<{ state: string; launched_at: string | null }>(
    sql`SELECT "state", "launched_at" FROM "campaign" WHERE "id" = ${id}`,
  );
  expect({ ...now }).toEqual({ state: "draft", launched_at: null });
  expect(await db.execute(sql`SELECT FROM "email"`)).toHaveLength(0);
  expect(await db.execute(sql`SELECT FROM "batch"`)).toHaveLength(0);
});
