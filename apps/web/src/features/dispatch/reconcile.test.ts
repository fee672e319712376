import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId, silentLog, systemClock } from "@mailwright/platform";
import { parseBatch, type ServiceClient } from "@mailwright/protocol";
import { emailClientStandIn } from "../../testing/email-client-stand-in.ts";
import { frozenCampaign } from "../../testing/dispatch.ts";
import { gaps, launchingCampaign, ledgerFixture, standing } from "../../testing/ledger.ts";
import { cancelCampaign } from "../campaigns/steering.ts";
import { requeueEmails } from "../campaigns/requeue-queries.ts";
import { eraseContacts } from "../contacts/erasure.ts";
import { takeReports } from "../reports/reports.ts";
import { createLinks } from "../leaving/links.ts";
import { freezeLaunched } from "./freeze.ts";
import { handOverNext } from "./handover.ts";
import { reconcile } from "./reconcile.ts";

const AT_ONCE = { restS: 0, overdueS: 0 };

async function handedOver(contacts: number) {
  const stack = new AsyncDisposableStack();
  const ledger = stack.use(await ledgerFixture(contacts));
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
  return { db, campaign, context, standIn, ids, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const report = (id: string, seq: number, event: string, state: string) => ({
  id,
  run: 1,
  seq,
  event,
  state,
  at: Date.now(),
  attempt: 1,
  gateway: newId(),
});

test("a batch whose emails have all settled is dropped", async () => {
  await using given = await handedOver(1);
  const { db, context, ids } = given;
  await takeReports(db, silentLog, {
    reports: [report(ids[0]!, 1, "START", "sending"), report(ids[0]!, 2, "ACCEPTED", "sent")],
  });
  await reconcile(context, AT_ONCE);
  expect([...(await db.execute(sql`SELECT "id" FROM "batch"`))]).toEqual([]);
});

test("a batch that the email client has lost is handed over again as what may have been attempted", async () => {
  await using given = await handedOver(3);
  const { db, campaign, context, standIn, ids } = given;
  const [sent, sending, queued] = ids as [string, string, string];
  await takeReports(db, silentLog, {
    reports: [
      report(sent, 1, "START", "sending"),
      report(sent, 2, "ACCEPTED", "sent"),
      report(sending, 1, "START", "sending"),
    ],
  });
  await reconcile(context, AT_ONCE);
  // The control goes first: a lost Redis has lost that too.
  expect(standIn.controls).toEqual([{ campaign, state: "running" }]);
  const again = standIn.batches.at(-1);
  expect(again?.batch).toBe(standIn.batches[0]?.batch);
  expect(again?.recipients.map(({ id, run, last_known }) => ({ id, run, last_known }))).toEqual([
    {
      id: sending,
      run: 1,
      last_known: { seq: 1, state: "sending", attempt: 1, first_at: expect.any(Number) },
    },
    { id: queued, run: 1, last_known: { seq: 0, state: "queued", attempt: 0 } },
  ]);
});

test("a lost batch that is refused for good pauses its campaign, and what is left is uncertain when that is cancelled", async () => {
  await using given = await handedOver(2);
  const { db, campaign, context, standIn } = given;
  const refuse = () =>
    standIn.answerNext("POST /v1/batches", { status: 422, body: { title: "It is malformed." } });
  refuse();
  await reconcile(context, AT_ONCE);
  expect(await standing(db, campaign)).toMatchObject({ state: "paused", counts: { queued: 2 } });
  const [row] = await db.execute(sql`SELECT "state_reason" FROM "campaign"`);
  expect(row?.["state_reason"]).toContain("It is malformed.");

  await cancelCampaign(db, campaign, "Anna");
  refuse();
  await reconcile(context, AT_ONCE);
  expect(await standing(db, campaign)).toMatchObject({
    state: "cancelled",
    counts: { uncertain: 2 },
  });
  expect(await gaps(db, campaign)).toEqual([]);
});

test("a batch that the email client still works on is left alone", async () => {
  await using given = await handedOver(1);
  const { db, campaign, context, standIn, ids } = given;
  const batch = standIn.batches[0]?.batch;
  const emails = [
    { id: ids[0], run: 1, seq: 2, state: "retrying", attempt: 1, due: Date.now() + 60_000 },
  ];
  standIn.answerNext(`GET /v1/batches/${batch}`, {
    status: 200,
    body: { batch, done: false, emails },
  });
  await reconcile(context, AT_ONCE);
  expect(standIn.batches.length).toBe(1);
  expect(await standing(db, campaign)).toMatchObject({ counts: { queued: 1 } });
});

test("an order that the email client has lost is given again while it has a batch of the campaign", async () => {
  await using given = await handedOver(1);
  const { campaign, context, standIn } = given;
  const told = () =>
    standIn.calls.filter(({ call }) => call === `PUT /v1/campaigns/${campaign}/control`).length;
  const before = told();
  await reconcile(context, { restS: 3_600, overdueS: 3_600 });
  expect(told()).toBe(before);
  await reconcile(context, { restS: 0, overdueS: 3_600 });
  expect(told()).toBe(before + 1);
});

test("emails whose ends this ledger has lost become uncertain instead of being sent again", async () => {
  await using given = await handedOver(2);
  const { db, campaign, context, standIn, ids } = given;
  const batch = standIn.batches[0]?.batch;
  const emails = [{ id: ids[0], run: 1, seq: 0, state: "queued", attempt: 0 }];
  standIn.answerNext(`GET /v1/batches/${batch}`, {
    status: 200,
    body: { batch, done: false, emails },
  });
  await reconcile(context, AT_ONCE);
  expect(standIn.batches.length).toBe(1);
  expect(await standing(db, campaign)).toMatchObject({
    state: "sending",
    counts: { queued: 1, uncertain: 1 },
    fold: { queued: 1, uncertain: 1 },
  });
  expect(await gaps(db, campaign)).toEqual([]);
});

/** Two emails were handed over; the first failed and was requeued, so it is another batch's now. */
async function requeued() {
  const given = await handedOver(2);
  const { db, campaign, context, standIn } = given;
  const [again, open] = given.ids as [string, string];
  await takeReports(db, silentLog, {
    reports: [report(again, 1, "START", "sending"), report(again, 2, "REJECTED", "failed")],
  });
  await requeueEmails(db, campaign, {
    states: ["failed"],
    emails: "all",
    after: undefined,
    most: 10,
  });
  await handOverNext(context);
  const [first, second] = standIn.batches.map(({ batch }) => batch) as [string, string];
  return { ...given, again, open, first, second };
}

test("a requeued email is missed in its new batch only, however long the old one has others", async () => {
  await using given = await requeued();
  const { db, campaign, context, standIn, again, open, first, second } = given;
  for (const [batch, id, run] of [
    [first, open, 1],
    [second, again, 2],
  ] as const) {
    standIn.answerNext(`GET /v1/batches/${batch}`, {
      status: 200,
      body: { batch, done: false, emails: [{ id, run, seq: 0, state: "queued", attempt: 0 }] },
    });
  }
  await reconcile(context, AT_ONCE);
  expect(await standing(db, campaign)).toMatchObject({
    counts: { queued: 2 },
    fold: { queued: 2 },
  });
});

test("a requeued email is handed over again in its new batch only", async () => {
  await using given = await requeued();
  const { context, standIn, again, open, first, second } = given;
  const handedBefore = standIn.batches.length;
  await reconcile(context, AT_ONCE);
  const handed = standIn.batches
    .slice(handedBefore)
    .map(({ batch, recipients }) => [batch, recipients.map(({ id, run }) => `${id} ${run}`)]);
  expect(Object.fromEntries(handed)).toEqual({ [first]: [`${open} 1`], [second]: [`${again} 2`] });
});

test("a batch that is waiting for its time is not asked after", async () => {
  await using given = await handedOver(1);
  const { context, standIn } = given;
  standIn.answerNext("GET /v1/batches", { status: 500 });
  await reconcile(context, { restS: 0, overdueS: 60 });
  await reconcile(context, { restS: 60, overdueS: 0 });
  expect(standIn.batches.length).toBe(1);
});

/** The email client, and what happens before it answers what it is asked after. */
function meanwhile(emailClient: ServiceClient, happens: () => Promise<void>): ServiceClient {
  return {
    ...emailClient,
    async call(method, path, ...rest) {
      if (method === "GET") await happens();
      return emailClient.call(method, path, ...rest);
    },
  };
}

test("what ends and is requeued while its old batch is asked after is neither uncertain nor handed over by that one", async () => {
  for (const lost of [false, true]) {
    await using given = await handedOver(2);
    const { db, campaign, context, standIn, ids } = given;
    const [sent, failed] = ids as [string, string];
    const batch = standIn.batches[0]?.batch;
    if (!lost) standIn.answerAlways(`GET /v1/batches/${batch}`, { batch, done: true, emails: [] });
    const emailClient = meanwhile(context.emailClient, async () => {
      await takeReports(db, silentLog, {
        reports: [
          report(sent, 1, "START", "sending"),
          report(sent, 2, "ACCEPTED", "sent"),
          report(failed, 1, "START", "sending"),
          report(failed, 2, "REJECTED", "failed"),
        ],
      });
      await requeueEmails(db, campaign, {
        states: ["failed"],
        emails: "all",
        after: undefined,
        most: 10,
      });
    });
    await reconcile({ ...context, emailClient }, AT_ONCE);
    expect(standIn.batches.length).toBe(1);
    expect(await standing(db, campaign)).toMatchObject({
      state: "sending",
      unhanded: 1,
      counts: { sent: 1, queued: 1 },
      fold: { sent: 1, queued: 1 },
    });
  }
});

test("a batch that is lost is handed over again without those whose contact was erased: nobody can tell what became of them", async () => {
  await using given = await handedOver(2);
  const { db, campaign, context, standIn } = given;
  const [erased, other] = standIn.batches[0]?.recipients ?? [];
  const [contact] = await db.execute<{ id: string }>(
    sql`SELECT "contact_id" AS "id" FROM "email" WHERE "id" = ${erased?.id}`,
  );
  await eraseContacts(db, [contact?.id ?? ""]);
  await reconcile(context, AT_ONCE);
  expect(standIn.batches.length).toBe(2);
  const again = standIn.batches.at(-1);
  expect(parseBatch(again)).toMatchObject({ ok: true });
  expect(again?.recipients.map(({ id }) => id)).toEqual([other?.id ?? ""]);
  expect(await standing(db, campaign)).toMatchObject({
    counts: { queued: 1, uncertain: 1 },
    fold: { queued: 1, uncertain: 1 },
  });
  expect(await gaps(db, campaign)).toEqual([]);
});

test("of a campaign that ended before anybody heard that its batch had arrived nothing counts as not handed over", async () => {
  await using given = await frozenCampaign(2);
  const { db, campaign, context, standIn } = given;
  // It arrives, and web is told that it did not.
  standIn.answerNext("POST /v1/batches", { status: 503 });
  await handOverNext(context);
  const emails = await db.execute<{ id: string }>(sql`SELECT "id" FROM "email"`);
  await takeReports(db, silentLog, {
    reports: emails.flatMap(({ id }) => [
      report(id, 1, "START", "sending"),
      report(id, 2, "REJECTED", "failed"),
    ]),
  });
  expect(await standing(db, campaign)).toMatchObject({ state: "finished", unhanded: 2 });
  await reconcile(context, AT_ONCE);
  expect(await standing(db, campaign)).toMatchObject({ state: "finished", unhanded: 0 });
});
