import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { silentLog, systemClock } from "@mailwright/platform";
import { FaultProxy } from "@mailwright/testing";
import { openDatabase } from "../../db/open.ts";
import { emailClientStandIn } from "../../testing/email-client-stand-in.ts";
import { gaps, launchingCampaign, ledgerFixture, standing } from "../../testing/ledger.ts";
import { cancelCampaign } from "../campaigns/steering.ts";
import { createLinks } from "../leaving/links.ts";
import { cancelUnclaimedBatches } from "./cancellation-queries.ts";
import { syncControls } from "./control.ts";
import { freezeLaunched } from "./freeze.ts";
import { handOverNext, WINDOW } from "./handover.ts";
import { claimBatches } from "./handover-queries.ts";

const WEB_URL = "https://web.example.com";

async function setUp(contacts: number) {
  const stack = new AsyncDisposableStack();
  const ledger = stack.use(await ledgerFixture(contacts));
  const standIn = stack.use(emailClientStandIn());
  const context = {
    db: ledger.db,
    clock: systemClock,
    log: silentLog,
    emailClient: standIn.client,
    links: createLinks(ledger.db, WEB_URL),
  };
  return { ...ledger, ledger, standIn, context, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test("an audience is frozen once, each contact once, whoever is suppressed skipped with the reason", async () => {
  await using given = await setUp(1_200);
  const { db, ledger, context, segment } = given;
  await db.execute(sql`INSERT INTO "segment" ("id", "name") VALUES (uuidv7(), 'Some')`);
  const [some] = await db.execute<{ id: string }>(
    sql`SELECT "id" FROM "segment" WHERE "name" = 'Some'`,
  );
  await db.execute(sql`
    INSERT INTO "segment_contact" ("segment_id", "contact_id") SELECT ${some?.id}::uuid, "id" FROM "contact" LIMIT 700
  `);
  await db.execute(
    sql`INSERT INTO "suppression" VALUES ('p7@example.com', 'unsubscribed', 'a test')`,
  );
  const campaign = await launchingCampaign(ledger, { segments: [segment, some?.id as string] });

  await Promise.all([freezeLaunched(context), freezeLaunched(context), freezeLaunched(context)]);

  expect(await standing(db, campaign)).toEqual({
    state: "sending",
    audience: 1_200,
    unhanded: 1_199,
    counts: { queued: 1_199, skipped: 1 },
    fold: { queued: 1_199, skipped: 1 },
  });
  const batches = await db.execute<{ size: number; email_ids: string[] }>(
    sql`SELECT "size", "email_ids" FROM "batch" ORDER BY "id"`,
  );
  expect(batches.map(({ size }) => size)).toEqual([500, 500, 199]);
  // What was not brought yet is known by that; see announcement-queries.ts.
  const inOrder = batches.flatMap(({ email_ids }) => email_ids.toSorted());
  expect(inOrder).toEqual(inOrder.toSorted());
  const skipped = await db.execute(sql`
    SELECT "email"."address", "event", "email_event"."error_code", "email_event"."error_detail"
    FROM "email" JOIN "email_event" ON "email_id" = "email"."id"
  `);
  expect([...skipped]).toEqual([
    {
      address: "p7@example.com",
      event: "SUPPRESSED",
      error_code: "suppressed",
      error_detail: "unsubscribed",
    },
  ]);
  expect(await gaps(db, campaign)).toEqual([]);
});

test("a campaign whose audience has vanished is a draft again and says why", async () => {
  await using given = await setUp(1);
  const { db, ledger, context } = given;
  const campaign = await launchingCampaign(ledger);
  await db.execute(sql`DELETE FROM "contact"`);
  await freezeLaunched(context);
  const [row] = await db.execute(
    sql`SELECT "state", "state_reason" FROM "campaign" WHERE "id" = ${campaign}`,
  );
  expect(row).toEqual({
    state: "draft",
    state_reason: "Nobody was left in its segments when the audience was to be frozen.",
  });
});

test("batches are handed over with their content, each once, from two webs at a time", async () => {
  await using given = await setUp(1_600);
  const { db, ledger, context, standIn } = given;
  const campaign = await launchingCampaign(ledger);
  await freezeLaunched(context);
  standIn.answerNext("POST /v1/batches", { status: 409 });
  for (let round = 0; round < 3; round++)
    await Promise.all([handOverNext(context), handOverNext(context)]);

  const handed = standIn.batches.flatMap(({ recipients }) => recipients.map(({ email }) => email));
  expect([handed.length, new Set(handed).size]).toEqual([1_600, 1_600]);
  expect(standIn.contents.length).toBe(1);
  const [first] = standIn.batches[0]?.recipients ?? [];
  const token = first?.unsubscribe_url?.replace(`${WEB_URL}/u/`, "") ?? "";
  expect(await context.links.emailToLeave(token)).toBe(first?.id ?? "");
  expect(standIn.batches[0]?.recipients[0]).toMatchObject({
    run: 1,
    variables: { first_name: expect.any(String) },
  });
  expect(await standing(db, campaign)).toMatchObject({ unhanded: 0, counts: { queued: 1_600 } });
});

test("a batch whose handing over was cut short is handed over again, under the same name", async () => {
  await using given = await setUp(10);
  const { db, ledger, context, standIn } = given;
  await launchingCampaign(ledger);
  await freezeLaunched(context);
  // The email client takes it, and the answer is lost.
  standIn.answerNext("POST /v1/batches", "silence");
  expect(await handOverNext(context)).toMatchObject({ kind: "busy" });
  expect(await handOverNext(context)).toEqual({ kind: "handed" });
  const [row] = await db.execute<{ id: string }>(
    sql`SELECT "id" FROM "batch" WHERE "handed_at" IS NOT NULL`,
  );
  expect(standIn.batches.map(({ batch }) => batch)).toEqual([row?.id as string]);
});

test("a web that dies between claim and hand-over delays its batch, it does not lose it", async () => {
  await using given = await setUp(10);
  const { db, ledger, context, standIn } = given;
  await launchingCampaign(ledger);
  await freezeLaunched(context);
  const claim = { window: WINDOW, most: 4, claimS: 60 };
  expect((await claimBatches(db, claim)).length).toBe(1);
  expect(await claimBatches(db, claim)).toEqual([]);
  // A minute later.
  await db.execute(
    sql`UPDATE "batch" SET "claimed_until" = "claimed_until" - interval '60 seconds'`,
  );
  expect(await handOverNext(context)).toEqual({ kind: "handed" });
  expect(standIn.batches.length).toBe(1);
});

test("a batch in hand when Postgres goes away is let go of as soon as it is back", async () => {
  await using given = await setUp(10);
  const { url, ledger, context } = given;
  await launchingCampaign(ledger);
  await freezeLaunched(context);
  await using proxy = new FaultProxy(Number(new URL(url).port));
  await using away = openDatabase(proxy.through(url));
  let waits = 0;
  const round = handOverNext({
    ...context,
    db: away.db,
    emailClient: {
      async call() {
        proxy.set({ mode: "reset" });
        return { kind: "unreachable", why: "it is restarting" };
      },
    },
    clock: {
      ...systemClock,
      sleep: async (ms, signal) => {
        if (++waits === 2) proxy.heal();
        await systemClock.sleep(ms, signal);
      },
    },
  });
  expect(await round).toMatchObject({ kind: "busy" });
  expect(waits).toBeGreaterThanOrEqual(2);
  expect((await claimBatches(ledger.db, { window: WINDOW, most: 4, claimS: 60 })).length).toBe(1);
});

test("no more than the window is at the email client at once", async () => {
  await using given = await setUp(2_000);
  const { db, ledger, context } = given;
  const campaign = await launchingCampaign(ledger);
  await freezeLaunched(context);
  const window = 700;
  const claimed = [];
  for (;;) {
    const [next] = await claimBatches(db, { window, most: 1, claimS: 60 });
    if (next === undefined) break;
    claimed.push(next.id);
    await db.execute(
      sql`UPDATE "campaign" SET "unhanded" = "unhanded" - 500 WHERE "id" = ${campaign}`,
    );
  }
  expect(claimed.length).toBe(2);
});

test("a contact that was suppressed or deleted after the freeze is skipped, not mailed", async () => {
  await using given = await setUp(3);
  const { db, ledger, context, standIn } = given;
  const campaign = await launchingCampaign(ledger);
  await freezeLaunched(context);
  await db.execute(sql`INSERT INTO "suppression" VALUES ('p1@example.com', 'manual', 'a test')`);
  await db.execute(sql`DELETE FROM "contact" WHERE "email" = 'p2@example.com'`);
  await handOverNext(context);
  expect(standIn.batches.flatMap(({ recipients }) => recipients.map(({ email }) => email))).toEqual(
    ["p3@example.com"],
  );
  const rows = await db.execute(
    sql`SELECT "address", "state", "error_code" FROM "email" ORDER BY "address"`,
  );
  expect([...rows]).toEqual([
    { address: "p1@example.com", state: "skipped", error_code: "suppressed" },
    { address: "p2@example.com", state: "skipped", error_code: "erased" },
    { address: "p3@example.com", state: "queued", error_code: null },
  ]);
  expect(await standing(db, campaign)).toMatchObject({
    unhanded: 0,
    counts: { queued: 1, skipped: 2 },
  });
});

test("an email that was frozen for an address which its contact has given up is skipped when that address is suppressed", async () => {
  await using given = await setUp(2);
  const { db, ledger, context, standIn } = given;
  await launchingCampaign(ledger);
  await freezeLaunched(context);
  await db.execute(
    sql`UPDATE "contact" SET "email" = 'new@example.com', "canonical_email" = 'new@example.com' WHERE "email" = 'p1@example.com'`,
  );
  await db.execute(sql`INSERT INTO "suppression" VALUES ('p1@example.com', 'bounced', 'a test')`);
  await handOverNext(context);
  expect(standIn.batches.flatMap(({ recipients }) => recipients.map(({ email }) => email))).toEqual(
    ["p2@example.com"],
  );
});

test("a campaign that the email client has no room for is left alone for as long as it says", async () => {
  await using given = await setUp(1);
  const { ledger, context, standIn } = given;
  const campaign = await launchingCampaign(ledger);
  await freezeLaunched(context);
  standIn.answerNext("POST /v1/batches", { status: 429, headers: { "retry-after": "3" } });
  expect(await handOverNext(context)).toEqual({
    kind: "full",
    campaigns: [campaign],
    waitMs: 3_000,
  });
  expect(await handOverNext(context, undefined, [campaign])).toEqual({ kind: "idle" });
});

test("cancelling settles at once what was never handed over, and leaves the rest to the email client", async () => {
  await using given = await setUp(1_200);
  const { db, ledger, context, standIn } = given;
  const campaign = await launchingCampaign(ledger);
  await freezeLaunched(context);
  const [claimed] = await claimBatches(db, { window: WINDOW, most: 1, claimS: 0 });
  expect(await cancelCampaign(db, campaign, "Anna")).toEqual({ kind: "done" });
  expect(await cancelUnclaimedBatches(db, 20)).toBe(2);
  expect(await standing(db, campaign)).toMatchObject({
    state: "cancelling",
    unhanded: 500,
    counts: { queued: 500, cancelled: 700 },
    fold: { queued: 500, cancelled: 700 },
  });
  // The third may have arrived; it is handed over only when the email client knows that it is cancelled.
  expect(await handOverNext(context)).toEqual({ kind: "idle" });
  await syncControls(context);
  expect(await handOverNext(context)).toEqual({ kind: "handed" });
  expect(standIn.batches.map(({ batch }) => batch)).toEqual([claimed?.id as string]);
  expect(await gaps(db, campaign)).toEqual([]);
});

test("a campaign that is cancelled before anything was handed over is cancelled when the last email is", async () => {
  await using given = await setUp(600);
  const { db, ledger, context } = given;
  const campaign = await launchingCampaign(ledger);
  await freezeLaunched(context);
  await cancelCampaign(db, campaign, "Anna");
  await Promise.all([cancelUnclaimedBatches(db, 1), cancelUnclaimedBatches(db, 1)]);
  expect(await standing(db, campaign)).toEqual({
    state: "cancelled",
    audience: 600,
    unhanded: 0,
    counts: { cancelled: 600 },
    fold: { cancelled: 600 },
  });
});
