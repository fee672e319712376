import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { silentLog } from "@mailwright/platform";
import { type CampaignFixture, campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { signedInClient } from "../../testing/client.ts";
import { lockWait } from "../../testing/lock-waits.ts";
import { activityOf, SYSTEM } from "../campaigns/activity.ts";
import { readCampaign } from "../campaigns/campaigns.ts";
import { requeueEmails } from "../campaigns/requeue-queries.ts";
import { resumeCampaign } from "../campaigns/steering.ts";
import { takeFacts } from "../webhooks/webhooks.ts";
import { takeReports } from "./reports.ts";

let fixture: CampaignFixture;
beforeAll(async () => {
  fixture = await campaignFixture(130);
}, 30_000);
afterAll(() => fixture[Symbol.asyncDispose]());

/** A campaign that is sending, with so many emails under way to each domain; their ids by domain. */
async function sendingTo(domains: Record<string, number>) {
  const { db } = fixture.context;
  const campaign = await fixture.draft();
  const emails = Object.values(domains).reduce((sum, count) => sum + count, 0);
  // One more stays under way, so that the campaign does not finish.
  const { sending } = await launchedWith(fixture, campaign, "sending", { sending: emails + 1 });
  const ids: Record<string, string[]> = {};
  for (const [domain, count] of Object.entries(domains)) {
    ids[domain] = sending.splice(0, count);
    await db.execute(sql`
      UPDATE "email" SET "address" = 'Somebody@' || upper(${domain})
      WHERE "id" = ANY(${sql.param(ids[domain])}::uuid[])
    `);
  }
  return { campaign, ids, last: sending as [string] };
}

function report(id: string, end: object, at = Date.now()) {
  return { id, run: 1, seq: 3, at, attempt: 1, gateway: fixture.gateway, ...end };
}
const accepted = (id: string, at?: number) =>
  report(id, { event: "ACCEPTED", state: "sent", message_id: "m-1" }, at);
const rejected = (code: string, status: string) => (id: string, at?: number) => {
  const error = { code, status, detail: `The server answered 550 ${status}.` };
  return report(id, { event: "REJECTED", state: "failed", error }, at);
};
const refused = rejected("unauthenticated", "5.7.26");

const post = (...reports: object[]) => takeReports(fixture.context.db, silentLog, { reports });
const standing = async (campaign: string) =>
  (await readCampaign(fixture.context.db, campaign))?.state;

/** Tells of emails that their gateway had taken, as a bounce mailbox does. */
const tell = (emails: readonly string[], key: string, status = "5.7.515") =>
  takeFacts(
    fixture.context,
    { id: fixture.gateway, kind: "smtp", name: "Relay" },
    emails.map((email) => ({
      email,
      kind: "bounced" as const,
      at: Date.now(),
      key: `${key} ${email}`,
      bounce: "block" as const,
      status,
    })),
  );

describe("a provider that refuses the sender's authentication", () => {
  test("pauses the campaign, over several posts and whatever others accept between, and its page says why and what to do", async () => {
    const { campaign, ids } = await sendingTo({ "gmail.example": 20, "other.example": 60 });
    const { "gmail.example": refusing = [], "other.example": others = [] } = ids;
    const first = [
      ...refusing.slice(0, 10).map((id) => refused(id)),
      ...others.map((id) => accepted(id)),
    ];
    await post(...first);
    // Told again, it counts no more than it did.
    await post(...first);
    await post(...refusing.slice(10, 19).map((id) => refused(id)));
    expect(await standing(campaign)).toBe("sending");
    await post(refused(refusing[19] as string));
    expect(await standing(campaign)).toBe("paused");

    const viewer = await signedInClient(fixture.context, "viewer");
    const page = await viewer.get(`/campaigns/${campaign}`);
    expect(page.textOf(".callout")).toContain("Why it is paused");
    for (const words of [
      "gmail.example refuses these emails because their sender is not authenticated: 20 of the last 20.",
      "Publish SPF and DMARC",
      "DKIM",
      "/guides/authentication",
      "then resume and send the failed ones again",
    ])
      expect(page.textOf(".callout")).toContain(words);
    expect((await activityOf(fixture.context.db, campaign))[0]).toMatchObject({
      actor: SYSTEM,
      action: "paused",
      detail: { why: expect.stringContaining("gmail.example refuses") },
    });
    const email = await viewer.get(`/emails/${refusing[0]}`);
    expect(email.text).toContain("because its sender is not authenticated");
    for (const { find } of [page, email])
      expect(find(`a[href="/guides/authentication"]`)).toHaveLength(1);
    expect((await viewer.get("/guides/authentication")).status).toBe(200);
  });

  test("pauses it once, however many posts of it come at the same time", async () => {
    const { campaign, ids } = await sendingTo({ "gmail.example": 40 });
    const posts = Array.from({ length: 8 }, (_, n) =>
      post(...(ids["gmail.example"] ?? []).slice(n * 5, n * 5 + 5).map((id) => refused(id))),
    );
    await Promise.all(posts);
    expect(await standing(campaign)).toBe("paused");
    const paused = (await activityOf(fixture.context.db, campaign)).filter(
      ({ action }) => action === "paused",
    );
    expect(paused).toHaveLength(1);
  });

  test("does not pause it where it accepts more than it refuses", async () => {
    const { campaign, ids } = await sendingTo({ "gmail.example": 60 });
    const { "gmail.example": emails = [] } = ids;
    for (let n = 0; n < 60; n += 3) {
      const [one, two, three] = emails.slice(n, n + 3) as [string, string, string];
      await post(refused(one), accepted(two), accepted(three));
    }
    expect(await standing(campaign)).toBe("sending");
  });

  test("pauses it also where each of many domains refuses a few", async () => {
    const domains = Array.from({ length: 20 }, (_, n) => [`${n}.example`, 1]);
    const { campaign, ids } = await sendingTo(
      Object.fromEntries(domains) as Record<string, number>,
    );
    await post(...Object.values(ids).flatMap((each) => each.map((id) => refused(id))));
    expect(await readCampaign(fixture.context.db, campaign)).toMatchObject({
      state: "paused",
      state_reason: expect.stringContaining("Most mail servers refuse these emails"),
    });
  });

  test("is not what refuses single messages for another reason", async () => {
    const { campaign, ids } = await sendingTo({ "gmail.example": 60 });
    const reject = rejected("rejected", "5.7.1");
    await post(...(ids["gmail.example"] ?? []).map((id) => reject(id)));
    expect(await standing(campaign)).toBe("sending");
  });

  test("pauses a campaign that was resumed by what it refuses since, and not by what it refused before", async () => {
    const { campaign, ids } = await sendingTo({ "gmail.example": 120 });
    const { "gmail.example": emails = [] } = ids;
    const before = Date.now() - 1_000;
    await post(...emails.slice(0, 20).map((id) => refused(id, before)));
    expect(await standing(campaign)).toBe("paused");
    await post(...emails.slice(20, 30).map((id) => refused(id, before)));
    expect(await resumeCampaign(fixture.context.db, campaign, "Anna")).toEqual({ kind: "done" });
    const after = Date.now() + 1_000;
    await post(...emails.slice(30, 60).map((id) => refused(id, before)));
    await post(...emails.slice(60, 79).map((id) => refused(id, after)));
    expect(await readCampaign(fixture.context.db, campaign)).toMatchObject({
      state: "sending",
      state_reason: null,
    });
    await post(refused(emails[79] as string, after));
    expect(await standing(campaign)).toBe("paused");
  });

  test("does not pause a campaign that had ended, and sends again what failed, by what it refused before", async () => {
    const { db } = fixture.context;
    const { campaign, ids, last } = await sendingTo({ "gmail.example": 60 });
    const { "gmail.example": emails = [] } = ids;
    await post(...emails.map((id) => refused(id)), accepted(last[0]));
    expect(await standing(campaign)).toBe("finished");
    const all = {
      states: ["failed"] as const,
      emails: "all" as const,
      after: undefined,
      most: 100,
    };
    expect(await requeueEmails(db, campaign, all)).toMatchObject({ requeued: 60 });
    const after = Date.now() + 1_000;
    const [first = "", ...others] = emails.slice(0, 30);
    const again = [refused(first, after), ...others.map((id) => accepted(id, after))];
    await post(...again.map((each) => ({ ...each, run: 2 })));
    expect(await readCampaign(db, campaign)).toMatchObject({
      state: "sending",
      counts: { queued: 30, failed: 1, sent: 30 },
    });
  });
});

describe("what a gateway had accepted and its recipient's provider refuses", () => {
  test("pauses the campaign by what is told later, with the accepted ones between", async () => {
    const { campaign, ids } = await sendingTo({ "outlook.example": 60 });
    const { "outlook.example": emails = [] } = ids;
    await post(...emails.slice(0, 20).map((id) => accepted(id)));
    await tell(emails.slice(0, 10), "a");
    await post(...emails.slice(20, 40).map((id) => accepted(id)));
    await tell(emails.slice(10, 19), "a");
    expect(await standing(campaign)).toBe("sending");
    await tell(emails.slice(19, 40), "a");
    expect(await readCampaign(fixture.context.db, campaign)).toMatchObject({
      state: "paused",
      state_reason: expect.stringContaining("outlook.example refuses these emails"),
    });
  });

  test("counts once for each email, however often it is told", async () => {
    const { campaign, ids } = await sendingTo({ "outlook.example": 5 });
    const { "outlook.example": emails = [] } = ids;
    await post(...emails.map((id) => accepted(id)));
    for (let n = 0; n < 10; n++) await tell(emails, `told ${n}`);
    expect(await standing(campaign)).toBe("sending");
  });

  test("counts once for each email too when two tell of it in the very same moment", async () => {
    const { db } = fixture.context;
    const { campaign, ids } = await sendingTo({ "outlook.example": 20 });
    const { "outlook.example": emails = [] } = ids;
    await post(...emails.map((id) => accepted(id)));
    // While the campaign is locked nobody can count, so both have begun before either has told anything.
    const both = await db.transaction(async (tx) => {
      await tx.execute(sql`SELECT FROM "campaign" WHERE "id" = ${campaign} FOR UPDATE`);
      const telling = ["a webhook", "a bounce mailbox"].map((key) =>
        tell(emails.slice(0, 10), key),
      );
      await lockWait(db, 2);
      return { telling };
    });
    expect(await Promise.all(both.telling)).toMatchObject([{ taken: 10 }, { taken: 10 }]);
    expect(await standing(campaign)).toBe("sending");
    await tell(emails.slice(10, 19), "later");
    expect(await standing(campaign)).toBe("sending");
    await tell(emails.slice(19), "last");
    expect(await standing(campaign)).toBe("paused");
  });

  test("counts as accepted before it counts as refused where an email was in doubt until then", async () => {
    const { campaign, ids } = await sendingTo({ "outlook.example": 41 });
    const { "outlook.example": emails = [] } = ids;
    await post(refused(emails[0] as string));
    await post(...emails.slice(1, 22).map((id) => accepted(id)));
    const inDoubt = { event: "UNRESOLVED", state: "uncertain", error: { code: "uncertain" } };
    await post(...emails.slice(22).map((id) => report(id, inDoubt)));
    expect(await tell(emails.slice(22), "a")).toMatchObject({ taken: 19, settled: 19 });
    // 20 refused, and 21 that were accepted and are not among them.
    expect(await standing(campaign)).toBe("sending");
  });

  test("counts no more after a person has resumed the campaign since", async () => {
    const { campaign, ids } = await sendingTo({ "outlook.example": 60 });
    const { "outlook.example": emails = [] } = ids;
    const before = Date.now() - 1_000;
    await post(...emails.slice(0, 50).map((id) => accepted(id, before)));
    await tell(emails.slice(0, 20), "a");
    expect(await standing(campaign)).toBe("paused");
    await resumeCampaign(fixture.context.db, campaign, "Anna");
    await tell(emails.slice(20, 50), "a");
    expect(await standing(campaign)).toBe("sending");
  });

  test("is not a block for another reason", async () => {
    const { campaign, ids } = await sendingTo({ "outlook.example": 30 });
    const { "outlook.example": emails = [] } = ids;
    await post(...emails.map((id) => accepted(id)));
    await tell(emails, "a", "5.7.1");
    expect(await standing(campaign)).toBe("sending");
  });
});
