import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId, silentLog } from "@mailwright/platform";
import type { Batch, Recipient, ServiceClient } from "@mailwright/protocol";
import type { Database } from "../../db/open.ts";
import { frozenCampaign } from "../../testing/dispatch.ts";
import { standing } from "../../testing/ledger.ts";
import { requeueEmails } from "../campaigns/requeue-queries.ts";
import { cancelCampaign } from "../campaigns/steering.ts";
import { takeReports } from "../reports/reports.ts";
import type { DispatchContext } from "./context.ts";
import { syncControls } from "./control.ts";
import { handOverNext } from "./handover.ts";
import { reconcile } from "./reconcile.ts";

async function stateOf(db: Database, email: string): Promise<unknown> {
  const [row] = await db.execute(sql`SELECT "state" FROM "email" WHERE "id" = ${email}`);
  return row?.["state"];
}

/** A campaign whose one batch arrives, and web is told that it did not. */
async function handedOverUnheard(contacts: number) {
  const given = await frozenCampaign(contacts);
  const { context, standIn } = given;
  standIn.answerNext("POST /v1/batches", { status: 503 });
  expect((await handOverNext(context)).kind).toBe("busy");
  const posted = standIn.calls.find(({ call }) => call === "POST /v1/batches")?.body as Batch;
  return { ...given, posted };
}

test("a batch that is handed over again says how long ago that was done first, however often and by whomever it was done since", async () => {
  await using given = await handedOverUnheard(1);
  const { context, db, standIn, posted } = given;
  expect(posted).not.toHaveProperty("again");
  const age = (minutes: number) =>
    db.execute(sql`
    UPDATE "batch" SET "first_claimed_at" = "first_claimed_at" - make_interval(mins => ${minutes})
  `);
  await age(65);
  standIn.answerNext("POST /v1/batches", { status: 503 });
  await handOverNext(context);
  await age(5);
  // It may be frozen between its claim and its call.
  let frozenMs = 0;
  const clock = { ...context.clock, now: () => Date.now() + (frozenMs += 60_000) };
  await handOverNext({ ...context, clock });
  const told = standIn.calls.flatMap(({ call, body }) =>
    call === "POST /v1/batches" ? [Math.floor(((body as Batch).since_first_ms ?? 0) / 60_000)] : [],
  );
  expect(told).toEqual([0, 65, 71]);
  expect(standIn.batches).toMatchObject([{ again: true }]);
});

test("one that a web of before claimed, which did not note when, says how old it is", async () => {
  await using given = await handedOverUnheard(1);
  const { context, db, standIn } = given;
  await db.execute(sql`UPDATE "batch" SET "first_claimed_at" = NULL`);
  await Bun.sleep(50);
  await handOverNext(context);
  const [{ since_first_ms }] = standIn.batches as [Batch];
  expect(since_first_ms).toBeGreaterThan(50);
  expect(since_first_ms).toBeLessThan(60_000);
});

test("one that nobody has is handed over as if for the first time", async () => {
  await using given = await handedOverUnheard(1);
  const { context, db, standIn } = given;
  await db.execute(sql`
    UPDATE "batch" SET "first_claimed_at" = now() - interval '1 hour', "claimed_until" = NULL
  `);
  standIn.answerNext("POST /v1/batches", { status: 503 });
  await handOverNext(context);
  await handOverNext(context);
  const [{ since_first_ms }] = standIn.batches as [Batch];
  expect(since_first_ms).toBeLessThan(60_000);
});

test("whoever is suppressed or erased after a hand-over without an answer is skipped here only if the email client does not have them", async () => {
  await using given = await handedOverUnheard(4);
  const { db, campaign, context, standIn, posted } = given;
  const [there, ...others] = posted.recipients as [Recipient, ...Recipient[]];
  const gone = others[0] as Recipient;
  await db.execute(
    sql`INSERT INTO "suppression" VALUES (${there.email}, 'unsubscribed', 'a test')`,
  );
  await db.execute(sql`DELETE FROM "contact" WHERE "email" = ${gone.email}`);
  const held = { id: there.id, run: 1, seq: 1, state: "sending", attempt: 1 };
  standIn.answerAlways(`GET /v1/batches/${posted.batch}`, {
    batch: posted.batch,
    done: false,
    emails: [held],
  });
  expect((await handOverNext(context)).kind).toBe("handed");

  expect(standIn.batches.flatMap(({ recipients }) => recipients.map(({ id }) => id))).toEqual(
    others.slice(1).map(({ id }) => id),
  );
  const told = standIn.suppressed.flatMap(({ emails }) => emails.map(({ id }) => id));
  expect(told.toSorted()).toEqual([there.id, gone.id].toSorted());
  expect(await stateOf(db, there.id)).toBe("queued");
  expect(await stateOf(db, gone.id)).toBe("skipped");
  expect(await standing(db, campaign)).toMatchObject({ unhanded: 0, counts: { queued: 3 } });
});

test("while the email client cannot be asked, such a batch is not handed over and nobody is skipped", async () => {
  await using given = await frozenCampaign(2);
  const { db, campaign, context, standIn } = given;
  standIn.answerNext("POST /v1/batches", { status: 503 });
  await handOverNext(context);
  await db.execute(
    sql`INSERT INTO "suppression" SELECT "canonical_email", 'unsubscribed', 'a test' FROM "contact"`,
  );
  standIn.answerNext("GET /v1/batches/", { status: 503 });
  expect((await handOverNext(context)).kind).toBe("busy");
  expect(await standing(db, campaign)).toMatchObject({ unhanded: 2, counts: { queued: 2 } });
  expect((await handOverNext(context)).kind).toBe("handed");
  expect(await standing(db, campaign)).toMatchObject({
    state: "finished",
    unhanded: 0,
    counts: { skipped: 2 },
  });
});

test("a web that was frozen past its claim skips nobody whom another web has handed over since", async () => {
  await using given = await frozenCampaign(2);
  const { db, campaign, context, standIn } = given;
  const [contact] = await db.execute<{ email: string }>(
    sql`INSERT INTO "suppression" SELECT "canonical_email", 'unsubscribed', 'a test' FROM "contact" LIMIT 1
      RETURNING "canonical_email" AS "email"`,
  );
  const links: DispatchContext["links"] = {
    ...context.links,
    async toLeave() {
      // It has read whom it may mail. Its claim runs out, they come back, and another web hands them over.
      await db.execute(sql`UPDATE "batch" SET "claimed_until" = now() - interval '1 second'`);
      await db.execute(sql`DELETE FROM "suppression"`);
      await handOverNext(context);
      return context.links.toLeave();
    },
  };
  await handOverNext({ ...context, links });
  const handed = standIn.batches[0]?.recipients.map(({ email }) => email);
  expect(handed).toContain(contact?.email ?? "");
  expect(await standing(db, campaign)).toMatchObject({
    unhanded: 0,
    counts: { queued: 2 },
    fold: { queued: 2 },
  });
});

test("that its campaign is cancelled is told once more before such a batch is handed over: the word may have been lost with a Redis", async () => {
  await using given = await frozenCampaign(2);
  const { db, campaign, context, standIn } = given;
  standIn.answerNext("POST /v1/batches", { status: 503 });
  await handOverNext(context);
  await cancelCampaign(db, campaign, "test");
  await syncControls(context);
  const control = `PUT /v1/campaigns/${campaign}/control`;
  standIn.answerNext(control, { status: 503 });
  expect((await handOverNext(context)).kind).toBe("busy");
  expect(standIn.batches).toEqual([]);

  const before = standIn.calls.length;
  expect((await handOverNext(context)).kind).toBe("handed");
  expect(standIn.calls.slice(before)).toMatchObject([
    { call: control, body: { state: "cancelled" } },
    { call: "POST /v1/batches" },
  ]);
});

test("a batch of which anything was tried has arrived, and is not handed over as if nothing of it had been", async () => {
  await using given = await handedOverUnheard(2);
  const { db, campaign, context, standIn, posted } = given;
  const [tried, other] = posted.recipients as [Recipient, Recipient];
  const start = { id: tried.id, run: 1, seq: 1, event: "START", state: "sending", attempt: 1 };
  await takeReports(db, silentLog, { reports: [{ ...start, at: Date.now(), gateway: newId() }] });

  await db.execute(
    sql`INSERT INTO "suppression" VALUES (${other.email}, 'unsubscribed', 'a test')`,
  );

  // The email client has lost it since, and with it what became of the other one.
  expect((await handOverNext(context)).kind).toBe("handed");
  expect(standIn.batches).toEqual([]);
  expect(await standing(db, campaign)).toMatchObject({ unhanded: 0 });
  await reconcile(context, { restS: 0, overdueS: 0 });
  expect(
    standIn.batches.flatMap(({ recipients }) =>
      recipients.map(({ id, last_known }) => ({ id, seq: last_known?.seq })),
    ),
  ).toEqual(
    [
      { id: tried.id, seq: 1 },
      { id: other.id, seq: 0 },
    ].toSorted((one, another) => (one.id < another.id ? -1 : 1)),
  );
});

test("who was left out when it arrived is skipped, though others of the batch were tried", async () => {
  await using given = await handedOverUnheard(2);
  const { db, campaign, context, standIn, posted } = given;
  const [tried, left] = posted.recipients as [Recipient, Recipient];
  await db.execute(sql`INSERT INTO "suppression" VALUES (${left.email}, 'unsubscribed', 'a test')`);
  standIn.answerNext("PUT /v1/suppressed", { status: 503 });
  expect((await handOverNext(context)).kind).toBe("busy");
  expect(standIn.batches.map(({ recipients }) => recipients.length)).toEqual([1]);
  const start = { id: tried.id, run: 1, seq: 1, event: "START", state: "sending", attempt: 1 };
  await takeReports(db, silentLog, { reports: [{ ...start, at: Date.now(), gateway: newId() }] });

  standIn.answerAlways(`GET /v1/batches/${posted.batch}`, {
    batch: posted.batch,
    done: false,
    emails: [{ id: tried.id, run: 1, seq: 1, state: "sending", attempt: 1 }],
  });
  expect((await handOverNext(context)).kind).toBe("handed");
  expect(await stateOf(db, left.id)).toBe("skipped");
  expect(await standing(db, campaign)).toMatchObject({
    unhanded: 0,
    counts: { sending: 1, skipped: 1 },
  });
});

test("nobody is skipped in a run that began while the email client was asked after the one before", async () => {
  await using given = await handedOverUnheard(2);
  const { db, campaign, context, posted } = given;
  const [gone] = posted.recipients as [Recipient];
  await db.execute(sql`INSERT INTO "suppression" VALUES (${gone.email}, 'unsubscribed', 'a test')`);
  const ended = { id: gone.id, run: 1, seq: 2, event: "REJECTED", state: "failed", attempt: 1 };
  const emailClient: ServiceClient = {
    async call(method, ...rest) {
      if (method === "GET") {
        await takeReports(db, silentLog, {
          reports: [{ ...ended, at: Date.now(), gateway: newId() }],
        });
        await db.execute(sql`DELETE FROM "suppression"`);
        const all = { emails: "all", after: undefined, most: 10 } as const;
        await requeueEmails(db, campaign, { states: ["failed"], ...all });
      }
      return context.emailClient.call(method, ...rest);
    },
  };
  await handOverNext({ ...context, emailClient });
  expect(await stateOf(db, gone.id)).toBe("queued");
  expect(await standing(db, campaign)).toMatchObject({ unhanded: 1, counts: { queued: 2 } });
});
