import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId, silentLog } from "@mailwright/platform";
import { SUPPRESSED_LIMIT } from "@mailwright/protocol";
import { type FrozenCampaign, frozenCampaign } from "../../testing/dispatch.ts";
import { takeReports } from "../reports/reports.ts";
import { requeueEmails } from "../campaigns/requeue-queries.ts";
import { eraseContacts } from "../contacts/erasure.ts";
import { lift, suppress } from "../suppressions/suppressions.ts";
import { announceSuppressions } from "./announcement.ts";
import { handOverNext, WINDOW } from "./handover.ts";
import { claimBatches } from "./handover-queries.ts";
import { reconcile } from "./reconcile.ts";

/** A campaign whose first batch is at the email client. */
async function setUp(contacts: number): Promise<FrozenCampaign> {
  const given = await frozenCampaign(contacts);
  expect((await handOverNext(given.context)).kind).toBe("handed");
  return given;
}

async function erase({ db }: FrozenCampaign, ...addresses: string[]): Promise<void> {
  const contacts = await db.execute<{ id: string }>(
    sql`SELECT "id" FROM "contact" WHERE "email" = ANY(${sql.param(addresses)}::text[])`,
  );
  const ids = contacts.map(({ id }) => id);
  expect(await eraseContacts(db, ids)).toBe(addresses.length);
}

/** The emails that were handed over to these addresses, as the email client is told of them. */
function handedTo({ standIn }: FrozenCampaign, ...addresses: string[]) {
  const handed = standIn.batches.flatMap(({ recipients }) => recipients);
  return handed.filter(({ email }) => addresses.includes(email)).map(({ id }) => ({ id, run: 1 }));
}

const WHY = { reason: "unsubscribed", origin: "a test" } as const;

test("the email client is told once of the emails of whoever was suppressed, by however many webs", async () => {
  await using given = await setUp(20);
  const { db, standIn, context } = given;
  await suppress(db, ["p3@example.com", "p7@example.com", "nobody@example.com"], WHY);
  await Promise.all(Array.from({ length: 6 }, () => announceSuppressions(context)));
  await announceSuppressions(context);
  const handed = standIn.batches.flatMap(({ recipients }) => recipients);
  const wanted = handed.filter(({ email }) => /^p[37]@/.test(email)).map(({ id }) => id);
  expect(standIn.suppressed.flatMap(({ emails }) => emails)).toEqual(
    expect.arrayContaining(wanted.map((id) => ({ id, run: 1 }))),
  );
  expect(standIn.suppressed.flatMap(({ emails }) => emails)).toHaveLength(2);
});

test("nobody is told of emails that have settled, and somebody suppressed again is announced again", async () => {
  await using given = await setUp(5);
  const { db, standIn, context } = given;
  await db.execute(sql`UPDATE "email" SET "state" = 'sent' WHERE "address" = 'p1@example.com'`);
  await suppress(db, ["p1@example.com"], WHY);
  await announceSuppressions(context);
  expect(standIn.suppressed).toEqual([]);
  for (let time = 0; time < 2; time++) {
    await suppress(db, ["p2@example.com"], WHY);
    await announceSuppressions(context);
    await lift(db, ["p2@example.com"]);
  }
  expect(standIn.suppressed).toHaveLength(2);
});

test("while the email client is away nothing counts as told, and afterwards all of it is", async () => {
  await using given = await setUp(10);
  const { db, standIn, context } = given;
  standIn.answerNext("PUT /v1/suppressed", { status: 503 });
  await suppress(db, ["p1@example.com", "p2@example.com"], WHY);
  await announceSuppressions(context);
  expect(standIn.suppressed).toEqual([]);
  await announceSuppressions(context);
  expect(standIn.suppressed.flatMap(({ emails }) => emails)).toHaveLength(2);
});

test("more than are told at once are told one after the other", async () => {
  await using given = await setUp(1_200);
  const { db, standIn, context } = given;
  const all = Array.from({ length: 1_200 }, (_, index) => `p${index + 1}@example.com`);
  await suppress(db, all, WHY);
  await announceSuppressions(context);
  const told = standIn.suppressed.flatMap(({ emails }) => emails.map(({ id }) => id));
  expect([told.length, new Set(told).size]).toEqual([1_200, 1_200]);
});

test("whoever was suppressed last is told of first, and ten thousand at a time", async () => {
  await using given = await setUp(5);
  const { db, standIn, context } = given;
  await suppress(db, ["p2@example.com"], WHY);
  const strangers = Array.from({ length: 10_500 }, (_, index) => `s${index}@example.com`);
  await suppress(db, strangers, WHY);
  await suppress(db, ["p1@example.com"], WHY);
  const told = () =>
    standIn.suppressed.flatMap(({ emails }) =>
      emails.map(({ id }) => handed.find((each) => each.id === id)?.email),
    );
  const handed = standIn.batches.flatMap(({ recipients }) => recipients);
  expect([await announceSuppressions(context), told()]).toEqual([true, ["p1@example.com"]]);
  expect(await announceSuppressions(context)).toBe(false);
  expect(told()).toEqual(["p1@example.com", "p2@example.com"]);
});

test("the email client is told once of what it has for whoever was erased, whatever state that is in", async () => {
  await using given = await setUp(6);
  const { db, standIn, context } = given;
  const states = ["queued", "sending", "retrying", "resolving", "sent", "failed"];
  const erased = states.map((_, index) => `p${index + 1}@example.com`);
  for (const [index, state] of states.entries())
    await db.execute(
      sql`UPDATE "email" SET "state" = ${state}::"email_state" WHERE "address" = ${erased[index]}`,
    );
  const open = handedTo(given, ...erased.slice(0, 4));
  await erase(given, ...erased);
  await announceSuppressions(context);
  await announceSuppressions(context);
  const told = standIn.suppressed.flatMap(({ emails }) => emails);
  expect(told).toHaveLength(4);
  expect(told).toEqual(expect.arrayContaining(open));
});

test("who unsubscribes while the email client is away, and is erased or was before, is told of once it is back", async () => {
  await using given = await setUp(3);
  const { db, standIn, context } = given;
  await suppress(db, ["p1@example.com"], WHY);
  standIn.answerNext("PUT /v1/suppressed", { status: 503 });
  await announceSuppressions(context);
  await erase(given, "p1@example.com", "p2@example.com");
  await suppress(db, ["p2@example.com"], WHY);
  standIn.answerNext("PUT /v1/suppressed", { status: 503 });
  await announceSuppressions(context);
  expect(standIn.suppressed).toEqual([]);
  await announceSuppressions(context);
  const told = standIn.suppressed.flatMap(({ emails }) => emails);
  expect(told).toHaveLength(2);
  expect(told).toEqual(expect.arrayContaining(handedTo(given, "p1@example.com", "p2@example.com")));
});

test("of whom no hand-over can bring any more it is said so, and not of those whose may be on its way", async () => {
  await using given = await frozenCampaign(3_000);
  const { db, standIn, context } = given;
  await handOverNext(context);
  await claimBatches(db, { window: WINDOW, most: 1, claimS: 0 });
  const brought = await db.execute<{ id: string }>(sql`
    SELECT unnest("email_ids") AS "id" FROM (SELECT "email_ids" FROM "batch" ORDER BY "id" LIMIT 5) AS "first"
  `);
  expect(brought).toHaveLength(2_500);
  await erase(
    given,
    ...Array.from({ length: 1_500 }, (_, index) => `p${2 * index + 1}@example.com`),
  );
  await db.execute(
    sql`INSERT INTO "suppression" SELECT "canonical_email", 'manual', 'a test' FROM "contact"`,
  );
  await announceSuppressions(context);
  const told = standIn.suppressed.flatMap(({ emails }) => emails);
  expect(told).toHaveLength(3_000);
  expect(new Set(told.flatMap(({ id, unbrought }) => (unbrought === true ? [] : id)))).toEqual(
    new Set(brought.map(({ id }) => id)),
  );
});

test.each([1, 2])(
  "what is sent again may be on its way, and so may what else its launch brought (%d emails)",
  async (contacts) => {
    await using given = await setUp(contacts);
    const { db, campaign, standIn, context } = given;
    const ids = (standIn.batches[0]?.recipients ?? []).map(({ id }) => id).toSorted();
    const [again = ""] = ids;
    const failed = { id: again, run: 1, seq: 1, event: "REJECTED", state: "failed", attempt: 1 };
    await takeReports(db, silentLog, {
      reports: [{ ...failed, at: Date.now(), gateway: newId() }],
    });
    // Of the launch no batch is left where it was the only one.
    await reconcile(context, { restS: 0, overdueS: 3_600 });
    const all = { emails: "all", after: undefined, most: 10 } as const;
    await requeueEmails(db, campaign, { states: ["failed"], ...all });
    await claimBatches(db, { window: WINDOW, most: 1, claimS: 0 });
    await suppress(db, ["p1@example.com", "p2@example.com"], WHY);
    standIn.suppressed.splice(0);
    await announceSuppressions(context);
    const told = standIn.suppressed.flatMap(({ emails }) => emails);
    expect(told.toSorted((one, another) => (one.id < another.id ? -1 : 1))).toEqual(
      ids.map((id) => ({ id, run: id === again ? 2 : 1 })),
    );
  },
);

test("of more who were erased than fit one call, each is told of once, by however many webs", async () => {
  const many = SUPPRESSED_LIMIT + 200;
  await using given = await frozenCampaign(many);
  const { standIn, context } = given;
  await erase(given, ...Array.from({ length: many }, (_, index) => `p${index + 1}@example.com`));
  await Promise.all(Array.from({ length: 3 }, () => announceSuppressions(context)));
  await announceSuppressions(context);
  const told = standIn.suppressed.flatMap(({ emails }) => emails.map(({ id }) => id));
  expect([told.length, new Set(told).size]).toEqual([many, many]);
});

test("before a lost batch is handed over again, the email client hears whom of it not to mail", async () => {
  await using given = await setUp(4);
  const { db, standIn, context } = given;
  await suppress(db, ["p2@example.com"], WHY);
  await announceSuppressions(context);
  standIn.suppressed.splice(0);
  await db.execute(sql`UPDATE "email" SET "changed_at" = now() - interval '1 hour'`);
  await db.execute(
    sql`UPDATE "batch" SET "handed_at" = now() - interval '1 hour', "checked_at" = now() - interval '1 hour'`,
  );
  await reconcile(context, { restS: 0, overdueS: 0 });
  const told = standIn.suppressed.flatMap(({ emails }) => emails.map(({ id }) => id));
  expect(new Set(told).size).toBe(1);
  const order = standIn.calls.map(({ call }) => call);
  expect(order.lastIndexOf("PUT /v1/suppressed")).toBeLessThan(
    order.lastIndexOf("POST /v1/batches"),
  );
  expect(order.filter((call) => call === "POST /v1/batches")).toHaveLength(2);
});

test("whom not to mail of a batch that is there is told again at each look, before its campaign may go on: a Redis may have lost just that", async () => {
  await using given = await setUp(4);
  const { db, campaign, standIn, context } = given;
  await suppress(db, ["p2@example.com", "p4@example.com"], WHY);
  await erase(given, "p3@example.com");
  await db.execute(sql`UPDATE "email" SET "state" = 'sent' WHERE "address" = 'p4@example.com'`);
  await announceSuppressions(context);
  const before = standIn.calls.length;
  await reconcile(context, { restS: 0, overdueS: 3_600 });
  const told = handedTo(given, "p2@example.com", "p3@example.com");
  expect(standIn.calls.slice(before)).toEqual([
    {
      call: "PUT /v1/suppressed",
      body: { emails: told.toSorted((one, another) => (one.id < another.id ? -1 : 1)) },
    },
    { call: `PUT /v1/campaigns/${campaign}/control`, body: expect.anything() },
  ]);
});
