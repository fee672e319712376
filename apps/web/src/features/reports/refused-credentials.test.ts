import { afterAll, beforeAll, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { silentLog } from "@mailwright/platform";
import { type CampaignFixture, campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { readCampaign } from "../campaigns/campaigns.ts";
import { requeueEmails } from "../campaigns/requeue-queries.ts";
import { REFUSALS_LIMIT } from "./pausing.ts";
import { takeReports } from "./reports.ts";

/** What becomes of a campaign whose gateway refused our credentials, once it has ended and its emails are sent again. */
let fixture: CampaignFixture;
beforeAll(async () => {
  fixture = await campaignFixture(REFUSALS_LIMIT + 11);
}, 30_000);
afterAll(() => fixture[Symbol.asyncDispose]());

/** A campaign that is sending: all its emails are under way. */
async function sending() {
  const campaign = await fixture.draft();
  const given = await launchedWith(fixture, campaign, "sending", { sending: REFUSALS_LIMIT + 11 });
  const [last = "", ...emails] = given.sending;
  return { campaign, emails, last };
}

const post = (...reports: object[]) => takeReports(fixture.context.db, silentLog, { reports });
const report = (id: string, end: object) => ({
  id,
  run: 1,
  seq: 3,
  at: Date.now(),
  attempt: 1,
  gateway: fixture.gateway,
  ...end,
});
const accepted = (id: string) =>
  report(id, { event: "ACCEPTED", state: "sent", message_id: "m-1" });
const refused = (id: string) =>
  report(id, {
    event: "UNAUTHORIZED",
    state: "failed",
    error: { code: "unauthorized", detail: "The gateway answered 401." },
  });

/** Sends again what failed; its attempts have begun. */
async function sendAgain(campaign: string, emails: readonly string[]) {
  const { db } = fixture.context;
  const all = { states: ["failed"] as const, emails: "all" as const, after: undefined, most: 100 };
  expect(await requeueEmails(db, campaign, all)).toMatchObject({ requeued: emails.length });
  const begun = { event: "START", state: "sending", run: 2, seq: 1 };
  await post(...emails.map((id) => report(id, begun)));
  return readCampaign(db, campaign);
}

test("a campaign that was paused for it and has ended says so no longer, and goes on when its emails are sent again", async () => {
  const { db } = fixture.context;
  const { campaign, emails, last } = await sending();
  await post(...emails.slice(0, REFUSALS_LIMIT).map(refused));
  expect(await readCampaign(db, campaign)).toMatchObject({
    state: "paused",
    state_reason: expect.stringContaining("refused our credentials"),
  });
  await post(...emails.slice(REFUSALS_LIMIT).map(refused), accepted(last));
  expect(await readCampaign(db, campaign)).toMatchObject({ state: "finished", state_reason: null });
  expect(await sendAgain(campaign, emails)).toMatchObject({ state: "sending" });
});

test("one that ended before it could be paused is not paused by that when its emails are sent again", async () => {
  const { db } = fixture.context;
  const { campaign, emails, last } = await sending();
  await post(accepted(last), ...emails.map(refused));
  await db.execute(sql`UPDATE "campaign" SET "refused_in_a_row" = 30 WHERE "id" = ${campaign}`);
  expect(await sendAgain(campaign, emails)).toMatchObject({ state: "sending" });
});
