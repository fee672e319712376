import { afterAll, beforeAll, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId } from "@mailwright/platform";
import { type CampaignFixture, campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { deleteStrays } from "../campaigns/deletion-queries.ts";
import { countFacts, factsOf, noteFacts, type ToldFact } from "./facts.ts";

let fixture: CampaignFixture;
beforeAll(async () => {
  fixture = await campaignFixture(3);
}, 30_000);
afterAll(() => fixture[Symbol.asyncDispose]());

async function launched() {
  const campaign = await fixture.draft(newId());
  const { sent } = await launchedWith(fixture, campaign, "finished", { sent: 3 });
  return { campaign, emails: sent };
}

function fact(email: string | undefined, dedupe_key: string, more: Partial<ToldFact> = {}) {
  const at = new Date("2026-05-01T10:00:00Z");
  return {
    email_id: email!,
    kind: "delivered" as const,
    at,
    source: "mailgun",
    dedupe_key,
    ...more,
  };
}

test("a fact is written down once, however often and by however many it is told", async () => {
  const { db } = fixture.context;
  const { campaign, emails } = await launched();
  const told = [fact(emails[0], "a"), fact(emails[1], "a", { detail: { code: 250 } })];
  const news = await Promise.all([1, 2, 3, 4].map(() => noteFacts(db, told)));
  expect(news.flat()).toHaveLength(2);
  expect(await noteFacts(db, [fact(emails[0], "a", { kind: "bounced" })])).toEqual([]);
  expect(await factsOf(db, emails[1]!)).toEqual([
    expect.objectContaining({ campaign_id: campaign, kind: "delivered", detail: { code: 250 } }),
  ]);
  expect(await countFacts(db, campaign)).toEqual({ delivered: 2 });
});

test("what is told of an email that does not exist is left out", async () => {
  const { db } = fixture.context;
  const { emails } = await launched();
  const news = await noteFacts(db, [fact(newId(), "a"), fact(emails[0], "a")]);
  expect(news.map(({ email_id }) => email_id)).toEqual([emails[0]!]);
});

function at(minute: number): Date {
  return new Date(Date.UTC(2026, 4, 1, 10, minute));
}

test("an email counts once for each kind, and its facts come in the order in which they happened", async () => {
  const { db } = fixture.context;
  const { campaign, emails } = await launched();
  await noteFacts(db, [
    fact(emails[0], "3", { kind: "unsubscribed", at: at(3) }),
    fact(emails[0], "1", { kind: "unsubscribed", at: at(1) }),
    fact(emails[0], "2", { kind: "resubscribed", at: at(2) }),
  ]);
  expect((await factsOf(db, emails[0]!)).map(({ dedupe_key }) => dedupe_key)).toEqual([
    "1",
    "2",
    "3",
  ]);
  expect(await countFacts(db, campaign)).toEqual({ unsubscribed: 1, resubscribed: 1 });
});

test("facts go with the emails of a campaign that was deleted", async () => {
  const { db } = fixture.context;
  const { campaign, emails } = await launched();
  await noteFacts(db, [fact(emails[0], "a"), fact(emails[1], "a")]);
  await db.execute(sql`DELETE FROM "campaign" WHERE "id" = ${campaign}`);
  expect(await deleteStrays(db, campaign, 100)).toBe(3);
  expect(await countFacts(db, campaign)).toEqual({});
});
