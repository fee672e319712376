import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import {
  DEFAULT_RETRY_POLICY,
  type EmailEvent,
  type EmailRecord,
  newRecord,
  step,
} from "@mailwright/email_machine";
import { newId, silentLog, systemClock } from "@mailwright/platform";
import { type Report, reportOf } from "@mailwright/protocol";
import type { Database } from "../../db/open.ts";
import { gaps, launchingCampaign, ledgerFixture, standing } from "../../testing/ledger.ts";
import { emailClientStandIn } from "../../testing/email-client-stand-in.ts";
import { freezeLaunched } from "../dispatch/freeze.ts";
import { createLinks } from "../leaving/links.ts";
import { REFUSALS_LIMIT } from "./pausing.ts";
import { takeReports } from "./reports.ts";

async function setUp(contacts: number) {
  const stack = new AsyncDisposableStack();
  const ledger = stack.use(await ledgerFixture(contacts));
  const standIn = stack.use(emailClientStandIn());
  const { db } = ledger;
  const campaign = await launchingCampaign(ledger);
  await freezeLaunched({
    db,
    clock: systemClock,
    log: silentLog,
    emailClient: standIn.client,
    links: createLinks(db, "https://web.example.com"),
  });
  const rows = await db.execute<{ id: string }>(sql`SELECT "id" FROM "email" ORDER BY "id"`);
  return {
    db,
    campaign,
    ids: rows.map(({ id }) => id),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const gateway = newId();
const take = (db: Database, reports: unknown[]) => takeReports(db, silentLog, { reports });

/** The reports of an email that lives through these events, as the email client makes them. */
function storyOf(id: string, events: EmailEvent[], run = 1): Report[] {
  let record: EmailRecord = newRecord(run);
  const reports: Report[] = [];
  for (const event of events) {
    const taken = step(record, event, { ...DEFAULT_RETRY_POLICY, attempts: 100 });
    if (taken === undefined || event.type === "REPORTED" || event.type === "REQUEUE") continue;
    record = taken.record;
    reports.push(reportOf(id, event, record, gateway));
  }
  return reports;
}

const at = Date.UTC(2026, 10, 24, 12);
const start: EmailEvent = { type: "START", at };
const accepted: EmailEvent = { type: "ACCEPTED", at: at + 20, messageId: "m-1" };
const unavailable: EmailEvent = {
  type: "UNAVAILABLE",
  at: at + 10,
  roll: 0,
  reason: { code: "unavailable", detail: "502" },
};
const refused: EmailEvent = { type: "UNAUTHORIZED", at: at + 10, reason: { code: "unauthorized" } };

describe("reports move the ledger", () => {
  test("every transition becomes one event and the email stands where the last one left it", async () => {
    await using given = await setUp(1);
    const { db, campaign, ids } = given;
    const story = storyOf(ids[0]!, [start, unavailable, { type: "DUE", at: at + 600 }, accepted]);
    expect(await take(db, story)).toEqual({ applied: 4, repeated: 0, unknown: 0, invalid: 0 });
    expect(await standing(db, campaign)).toMatchObject({
      state: "finished",
      counts: { sent: 1 },
      fold: { sent: 1 },
    });
    const events = await db.execute(
      sql`SELECT "seq", "event", "state", "attempt", "error_code", "due_at" IS NOT NULL AS "due" FROM "email_event" ORDER BY "seq"`,
    );
    expect([...events]).toEqual([
      { seq: 1, event: "START", state: "sending", attempt: 1, error_code: null, due: false },
      {
        seq: 2,
        event: "UNAVAILABLE",
        state: "retrying",
        attempt: 1,
        error_code: "unavailable",
        due: true,
      },
      { seq: 3, event: "DUE", state: "sending", attempt: 2, error_code: null, due: false },
      { seq: 4, event: "ACCEPTED", state: "sent", attempt: 2, error_code: null, due: false },
    ]);
    const [email] = await db.execute(
      sql`SELECT "state", "seq", "attempt", "message_id", "error_code", "due_at" FROM "email"`,
    );
    expect(email).toEqual({
      state: "sent",
      seq: 4,
      attempt: 2,
      message_id: "m-1",
      error_code: null,
      due_at: null,
    });
  });

  test("what has ended stays as it ended, whatever a journal that was lost and given back still has to say", async () => {
    await using given = await setUp(2);
    const { db, campaign, ids } = given;
    const [heard, doubted] = ids as [string, string];
    const again = (id: string) =>
      storyOf(id, [start, { type: "INTERRUPTED", at }, { type: "UNRESOLVED", at, roll: 0 }]);
    await take(db, storyOf(heard, [start, accepted]));
    expect(await take(db, again(heard))).toMatchObject({ applied: 0, repeated: 3 });
    await take(db, again(doubted));
    expect(await take(db, storyOf(doubted, [start, accepted]))).toMatchObject({ applied: 0 });
    expect(await standing(db, campaign)).toMatchObject({
      counts: { sent: 1, uncertain: 1 },
      fold: { sent: 1, uncertain: 1 },
    });
    expect(await gaps(db, campaign)).toEqual([]);
  });

  test("repeated, reordered, split and concurrent reports all end in the same ledger", async () => {
    await using given = await setUp(40);
    const { db, campaign, ids } = given;
    const stories = ids.map((id, n) =>
      storyOf(
        id,
        n % 3 === 0
          ? [start, refused]
          : [start, unavailable, { type: "DUE", at: at + 600 }, accepted],
      ),
    );
    const all = stories.flat();
    const [shuffled] = fc.sample(fc.shuffledSubarray(all, { minLength: all.length }), {
      numRuns: 1,
      seed: 7,
    });
    const posts = [all.slice(0, 50), shuffled!.slice(0, 90), shuffled!.slice(60), all, shuffled!];
    const answers = await Promise.all(posts.map((post) => take(db, post)));
    expect(answers.reduce((sum, { applied }) => sum + applied, 0)).toBe(all.length);
    expect(await standing(db, campaign)).toEqual({
      state: "finished",
      audience: 40,
      unhanded: 40,
      counts: { sent: 26, failed: 14 },
      fold: { sent: 26, failed: 14 },
    });
    expect(await gaps(db, campaign)).toEqual([]);
  });

  test("a late report never takes an email back", async () => {
    await using given = await setUp(1);
    const { db, campaign, ids } = given;
    const story = storyOf(ids[0]!, [start, accepted]);
    await take(db, [story[1]]);
    expect(await standing(db, campaign)).toMatchObject({ state: "finished", counts: { sent: 1 } });
    expect(await take(db, [story[0]])).toEqual({ applied: 1, repeated: 0, unknown: 0, invalid: 0 });
    expect(await standing(db, campaign)).toMatchObject({ state: "finished", counts: { sent: 1 } });
  });

  test("a report of an earlier run is history, not news", async () => {
    await using given = await setUp(2);
    const { db, campaign, ids } = given;
    await db.execute(sql`UPDATE "email" SET "run" = 2 WHERE "id" = ${ids[0]}`);
    expect(await take(db, storyOf(ids[0]!, [start, accepted], 1))).toMatchObject({ applied: 2 });
    expect(await standing(db, campaign)).toMatchObject({
      counts: { queued: 2 },
      fold: { queued: 2 },
    });
  });
});

describe("reports that are no use cost only themselves", () => {
  test("original, weakness 2: an email that is not ours is counted as unknown and never created", async () => {
    await using given = await setUp(1);
    const { db, ids } = given;
    const stranger = storyOf(newId(), [start, accepted]);
    expect(await take(db, [...stranger, ...storyOf(ids[0]!, [start])])).toEqual({
      applied: 1,
      repeated: 0,
      unknown: 2,
      invalid: 0,
    });
    expect([...(await db.execute(sql`SELECT count(*)::integer AS "n" FROM "email"`))]).toEqual([
      { n: 1 },
    ]);
  });

  test("original, weakness 3: one email twice in a payload is no trouble", async () => {
    await using given = await setUp(1);
    const { db, ids } = given;
    const [first] = storyOf(ids[0]!, [start]);
    expect(await take(db, [first, first, first])).toEqual({
      applied: 1,
      repeated: 2,
      unknown: 0,
      invalid: 0,
    });
  });

  test("original, weakness 4: a message id that is too long or no text does not take the others with it", async () => {
    await using given = await setUp(2);
    const { db, ids } = given;
    const [one, two] = ids.map((id) => storyOf(id, [start, accepted]));
    const long = { ...one![1]!, message_id: "m".repeat(5_000) };
    const number = { ...one![1]!, message_id: 7 };
    expect(await take(db, [long, number, "nonsense", null, ...two!])).toEqual({
      applied: 2,
      repeated: 0,
      unknown: 0,
      invalid: 4,
    });
  });

  test("a reason that cannot be read does not take the end of an email with it", async () => {
    await using given = await setUp(1);
    const { db, ids } = given;
    const [begun, ended] = storyOf(ids[0]!, [start, refused]);
    const odd = { ...ended, error: { code: "unauthorized", status: "2.1.5" } };
    expect(await take(db, [begun, odd])).toMatchObject({ applied: 2, invalid: 0 });
    const [email] = await db.execute(sql`SELECT "state", "error_code" FROM "email"`);
    expect(email).toEqual({ state: "failed", error_code: null });
  });

  test("whatever stands in a report's texts is stored as it is, or refused, and never fails the call", async () => {
    await using given = await setUp(1);
    const { db, ids } = given;
    const [report] = storyOf(ids[0]!, [start]);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 400 }), async (detail) => {
        const answer = await take(db, [{ ...report, error: { code: "rejected", detail } }]);
        expect(answer.applied + answer.repeated + answer.invalid).toBe(1);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a gateway that refuses our credentials", () => {
  test("pauses the campaign after so many refusals in a row, over several posts", async () => {
    await using given = await setUp(60);
    const { db, campaign, ids } = given;
    const post = (from: number, to: number) =>
      take(
        db,
        ids.slice(from, to).flatMap((id) => storyOf(id, [start, refused])),
      );
    await post(0, REFUSALS_LIMIT - 1);
    expect(await standing(db, campaign)).toMatchObject({ state: "sending" });
    await post(REFUSALS_LIMIT - 1, REFUSALS_LIMIT);
    const [row] = await db.execute<{ state: string; state_reason: string }>(
      sql`SELECT "state", "state_reason" FROM "campaign"`,
    );
    expect(row).toEqual({
      state: "paused",
      state_reason: expect.stringContaining("refused our credentials"),
    });
  });

  test("an acceptance between refusals starts the count anew", async () => {
    await using given = await setUp(60);
    const { db, campaign, ids } = given;
    const post = (from: number, to: number, end: EmailEvent) =>
      take(
        db,
        ids.slice(from, to).flatMap((id) => storyOf(id, [start, end])),
      );
    await post(0, 15, refused);
    await post(15, 16, accepted);
    await post(16, 31, refused);
    expect(await standing(db, campaign)).toMatchObject({
      state: "sending",
      counts: { failed: 30, sent: 1 },
    });
  });
});

test("no false finish: the database itself refuses a campaign that ends with an open email, or does not add up", async () => {
  await using given = await setUp(2);
  const { db, campaign } = given;
  const end = (set: string) =>
    db.execute(sql`UPDATE "campaign" SET ${sql.raw(set)} WHERE "id" = ${campaign}`).then(
      () => "taken",
      () => "refused",
    );
  expect(await end(`"state" = 'finished'`)).toBe("refused");
  expect(await end(`"queued" = 0`)).toBe("refused");
  expect(await end(`"queued" = 0, "sent" = 1, "state" = 'finished'`)).toBe("refused");
});
