import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { newId, silentLog } from "@mailwright/platform";
import type { WebhookFact } from "@mailwright/protocol";
import { type CampaignFixture, campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { eraseContacts } from "../contacts/erasure.ts";
import { countFacts, factsOf, MOST_TOLD } from "../emails/facts.ts";
import { takeReports } from "../reports/reports.ts";
import { lift, readSuppression } from "../suppressions/suppressions.ts";
import { SOFT_BOUNCES_LIMIT } from "./policy.ts";
import { takeFacts } from "./webhooks.ts";

let fixture: CampaignFixture;
beforeAll(async () => {
  fixture = await campaignFixture(4);
}, 30_000);
afterAll(() => fixture[Symbol.asyncDispose]());

beforeEach(async () => {
  await fixture.context.db.execute(sql`DELETE FROM "suppression"`);
});

const NOON = Date.UTC(2026, 10, 29, 12);

async function launched(state: "sent" | "uncertain" | "resolving" = "sent", name = "Spring sale") {
  const campaign = await fixture.draft(name);
  const state_ = state === "resolving" ? "sending" : "finished";
  const ids = await launchedWith(fixture, campaign, state_, { [state]: 2 });
  return { campaign, emails: ids[state] as [string, string] };
}

function fact(email: string, more: Partial<WebhookFact> = {}): WebhookFact {
  return { email, kind: "delivered", at: NOON, key: "e-1", ...more };
}

const hard = { kind: "bounced", bounce: "hard", status: "5.1.1" } as const;

const take = (...facts: WebhookFact[]) =>
  takeFacts(fixture.context, { id: fixture.gateway, kind: "seed", name: "Main gateway" }, facts);

async function addressOf(email: string): Promise<string> {
  const [row] = await fixture.context.db.execute<{ address: string }>(
    sql`SELECT "address" FROM "email" WHERE "id" = ${email}`,
  );
  return row?.address ?? "";
}

async function suppressionOf(email: string) {
  const found = await readSuppression(fixture.context.db, await addressOf(email));
  return found && { reason: found.reason, origin: found.origin };
}

/** Tells something of a new email to the first contact, so many minutes past noon; the answer is what suppresses them. */
async function tell(minute: number, more: Partial<WebhookFact>) {
  const { emails } = await launched();
  await take(fact(emails[0], { at: NOON + minute * 60_000, ...more }));
  return suppressionOf(emails[0]);
}

async function ledgerOf(email: string) {
  const { db } = fixture.context;
  const [row] = await db.execute<{ state: string; seq: number }>(
    sql`SELECT "state", "seq" FROM "email" WHERE "id" = ${email}`,
  );
  const events = await db.execute<{ seq: number; event: string }>(
    sql`SELECT "seq", "event" FROM "email_event" WHERE "email_id" = ${email} ORDER BY "seq"`,
  );
  return { ...row, events: events.map(({ seq, event }) => `${seq} ${event}`) };
}

describe("what a gateway tells", () => {
  test("is written down once, however often and by however many it is told", async () => {
    const { emails } = await launched();
    const told = [fact(emails[0], hard), fact(emails[1])];
    const all = await Promise.all([1, 2, 3, 4].map(() => take(...told)));
    expect(all.map(({ taken }) => taken).toSorted()).toEqual([0, 0, 0, 2]);
    expect(await factsOf(fixture.context.db, emails[0])).toMatchObject([
      { kind: "bounced", source: "seed", detail: { class: "hard", status: "5.1.1" } },
    ]);
  });

  test("of an email that does not exist, or that another gateway was given, is left out", async () => {
    const { emails } = await launched();
    await fixture.context.db.execute(
      sql`UPDATE "email" SET "gateway_id" = ${newId()} WHERE "id" = ${emails[0]}`,
    );
    expect(await take(fact(newId(), hard), fact(emails[0], hard), fact(emails[1]))).toEqual({
      taken: 1,
      repeated: 0,
      unknown: 2,
      settled: 0,
    });
    expect(await suppressionOf(emails[0])).toBeUndefined();
  });

  test("is kept only so often of one email and kind, and the rest of it still counts", async () => {
    const { emails } = await launched();
    for (let call = 0; call < 3; call++) {
      const some = Array.from({ length: MOST_TOLD / 2 + 1 }, (_, n) =>
        fact(emails[0], { key: `d-${call}-${n}` }),
      );
      await take(...some);
    }
    const known = await factsOf(fixture.context.db, emails[0]);
    expect(known).toHaveLength(MOST_TOLD + 2);
    expect(await take(fact(emails[0], { key: "one more" }))).toMatchObject({ taken: 0 });
    await take(fact(emails[0], { kind: "complained" }), fact(emails[1]));
    expect((await suppressionOf(emails[0]))?.reason).toBe("complained");
    expect(await factsOf(fixture.context.db, emails[1])).toHaveLength(1);
  });

  test("of an erased person is kept, and suppresses nobody", async () => {
    const { emails } = await launched();
    const { db } = fixture.context;
    const [row] = await db.execute<{ contact_id: string }>(
      sql`SELECT "contact_id" FROM "email" WHERE "id" = ${emails[0]}`,
    );
    await eraseContacts(db, [row?.contact_id ?? ""]);
    const [before] = await db.execute(sql`SELECT count(*)::integer AS "n" FROM "suppression"`);
    expect((await take(fact(emails[0], hard))).taken).toBe(1);
    expect(await db.execute(sql`SELECT count(*)::integer AS "n" FROM "suppression"`)).toEqual([
      before,
    ] as never);
  });
});

describe("policy", () => {
  test("a hard bounce and a complaint suppress the address, and say by which campaign and gateway", async () => {
    const { emails } = await launched();
    await take(fact(emails[0], hard), fact(emails[1], { kind: "complained" }));
    expect(await suppressionOf(emails[0])).toEqual({
      reason: "bounced",
      origin: "Bounce of “Spring sale” (Main gateway)",
    });
    expect(await suppressionOf(emails[1])).toEqual({
      reason: "complained",
      origin: "Complaint about “Spring sale” (Main gateway)",
    });
  });

  test("leaving by a link of the provider's suppresses as leaving by ours does, and the campaign counts it", async () => {
    const { campaign, emails } = await launched();
    await take(fact(emails[0], { kind: "unsubscribed" }));
    expect(await suppressionOf(emails[0])).toEqual({
      reason: "unsubscribed",
      origin: "Unsubscribed from “Spring sale” (Main gateway)",
    });
    expect(await countFacts(fixture.context.db, campaign)).toMatchObject({ unsubscribed: 1 });
  });

  test("a complaint weighs more than a bounce, in whatever order they are told", async () => {
    const { emails } = await launched();
    await take(fact(emails[0], { kind: "complained" }));
    await take(fact(emails[0], hard));
    expect((await suppressionOf(emails[0]))?.reason).toBe("complained");
  });

  test("a block, a delivery and one soft bounce suppress nobody", async () => {
    const { emails } = await launched();
    await take(
      fact(emails[0], { kind: "bounced", bounce: "block", status: "5.7.1" }),
      fact(emails[0]),
      fact(emails[1], { kind: "bounced", bounce: "soft", status: "4.2.2" }),
    );
    expect([await suppressionOf(emails[0]), await suppressionOf(emails[1])]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test(`${SOFT_BOUNCES_LIMIT} emails in a row that bounce softly suppress the address, and a delivery between them begins anew`, async () => {
    await fixture.context.db.execute(sql`DELETE FROM "email_fact"`);
    const soft = { kind: "bounced", bounce: "soft" } as const;
    expect(await tell(1, soft)).toBeUndefined();
    expect(await tell(2, soft)).toBeUndefined();
    expect(await tell(3, {})).toBeUndefined();
    expect(await tell(4, soft)).toBeUndefined();
    expect(await tell(5, soft)).toBeUndefined();
    expect(await tell(6, soft)).toEqual({
      reason: "bounced",
      origin: "3 bounces in a row, the last of “Spring sale” (Main gateway)",
    });
  });

  test("whoever lifted a suppression does not find it back when the same bounce is told again", async () => {
    const { emails } = await launched();
    await take(fact(emails[0], hard));
    await lift(fixture.context.db, [await addressOf(emails[0])]);
    expect(await take(fact(emails[0], hard))).toMatchObject({ taken: 0, repeated: 1 });
    expect(await suppressionOf(emails[0])).toBeUndefined();
  });
});

describe("an email in doubt", () => {
  test.each(["accepted", "delivered", "bounced", "complained"] as const)(
    "is settled by whatever says that the gateway has it: %s",
    async (kind) => {
      const { campaign, emails } = await launched("uncertain");
      expect(await take(fact(emails[0], { kind, message_id: "m-7" }))).toMatchObject({
        settled: 1,
      });
      expect(await ledgerOf(emails[0])).toEqual({
        state: "sent",
        seq: 3,
        events: ["1 START", "2 REJECTED", "3 CONFIRMED"],
      });
      const [row] = await fixture.context.db.execute(
        sql`SELECT "sent", "uncertain", "state" FROM "campaign" WHERE "id" = ${campaign}`,
      );
      expect(row).toEqual({ sent: 1, uncertain: 1, state: "finished" });
      expect(await take(fact(emails[0], { kind, key: "e-2" }))).toMatchObject({ settled: 0 });
    },
  );

  test("is settled once by several who tell it at once", async () => {
    const { emails } = await launched("uncertain");
    const all = await Promise.all(
      [1, 2, 3, 4].map((n) => take(fact(emails[0], { key: `e-${n}` }), fact(emails[1]))),
    );
    expect(all.reduce((sum, { settled }) => sum + settled, 0)).toBe(2);
    expect((await ledgerOf(emails[1])).events).toHaveLength(3);
  });

  test("is settled when it comes to be in doubt after its delivery was told", async () => {
    const { db } = fixture.context;
    const { emails } = await launched("resolving");
    await take(fact(emails[0]));
    expect((await ledgerOf(emails[0])).state).toBe("resolving");
    const report = (id: string) => ({
      id,
      run: 1,
      seq: 3,
      event: "UNRESOLVED",
      state: "uncertain",
      at: NOON + 5_000,
      attempt: 1,
      gateway: fixture.gateway,
      error: { code: "unresolved" },
    });
    const reports = emails.map(report);
    for (let times = 0; times < 2; times++) await takeReports(db, silentLog, { reports });
    expect([await ledgerOf(emails[0]), await ledgerOf(emails[1])]).toMatchObject([
      {
        state: "sent",
        seq: 4,
        events: [expect.any(String), expect.any(String), "3 UNRESOLVED", "4 CONFIRMED"],
      },
      { state: "uncertain", seq: 3 },
    ]);
  });
});

test("fuzzed: no facts, in whatever order and however often, leave a gap, a wrong count or an email that moved back", async () => {
  const { campaign, emails } = await launched("uncertain");
  const facts = fc.array(
    fc.record({
      email: fc.constantFrom(...emails),
      kind: fc.constantFrom("accepted", "delivered", "bounced", "complained"),
      bounce: fc.constantFrom("hard", "soft", "block"),
      at: fc.integer({ min: 0, max: 7_258_118_400_000 }),
      key: fc.string({ minLength: 1, maxLength: 3, unit: "binary" }),
      detail: fc.string({ maxLength: 50, unit: "binary" }),
    }),
    { maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(facts, async (told) => {
      const counts = await take(...(told as WebhookFact[]));
      expect(counts.unknown).toBe(0);
    }),
    { numRuns: 40 },
  );
  const [row] = await fixture.context.db.execute<{ sent: number; uncertain: number }>(
    sql`SELECT "sent", "uncertain" FROM "campaign" WHERE "id" = ${campaign}`,
  );
  expect((row?.sent ?? 0) + (row?.uncertain ?? 0)).toBe(2);
  for (const email of emails) {
    const { seq, events } = await ledgerOf(email);
    expect(events.length).toBe(seq ?? 0);
  }
});
