import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId, silentLog } from "@mailwright/platform";
import { type CampaignFixture, campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { apiClient, signedInClient } from "../../testing/client.ts";
import { readCampaign } from "../campaigns/campaigns.ts";
import { deleteStrays } from "../campaigns/deletion-queries.ts";
import { requeueInTime } from "../campaigns/orders.ts";
import { takeReports } from "../reports/reports.ts";
import { listEmails } from "./emails.ts";
import { tellingOf } from "./fact-words.ts";
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

test("a refusal counts as a bounce until its email is sent again, and then only what is told of that", async () => {
  const { context, gateway } = fixture;
  const { db } = context;
  const campaign = await fixture.draft(newId());
  const { sending } = await launchedWith(fixture, campaign, "sending", { sending: 3 });
  const [taken = "", refused = "", bounced = ""] = sending;
  const step = { at: Date.UTC(2026, 4, 1), attempt: 1, gateway };
  const error = { code: "rejected", status: "5.2.2", detail: "552 5.2.2 Mailbox full" };
  const rejected = { ...step, seq: 3, event: "REJECTED", state: "failed", error };
  const accepted = { ...step, run: 2, seq: 3, event: "ACCEPTED", state: "sent" };
  const take = async (...reports: object[]) =>
    expect((await takeReports(db, silentLog, { reports })).invalid).toBe(0);
  const known = async () => {
    const page = { limit: 9 };
    const { items } = await listEmails(
      db,
      (await readCampaign(db, campaign))!,
      { fact: "bounced" },
      page,
    );
    return [await countFacts(db, campaign), items.map(({ id }) => id)];
  };
  await take(...sending.map((id) => ({ ...rejected, id, run: 1 })));
  expect(await known()).toEqual([{ bounced: 3 }, sending.toSorted()]);
  const requeued = await requeueInTime(context, campaign, "Anna", ["failed"]);
  expect(requeued).toMatchObject({ emails: 3 });
  expect(await known()).toEqual([{}, []]);
  await take(
    { ...accepted, id: taken },
    { ...rejected, id: refused, run: 2 },
    { ...accepted, id: bounced },
  );
  await noteFacts(db, [fact(taken, "1"), fact(bounced, "2", { kind: "bounced", source: "smtp" })]);
  expect(await known()).toEqual([{ bounced: 2, delivered: 1 }, [refused, bounced].toSorted()]);
});

test("facts go with the emails of a campaign that was deleted", async () => {
  const { db } = fixture.context;
  const { campaign, emails } = await launched();
  await noteFacts(db, [fact(emails[0], "a"), fact(emails[1], "a")]);
  await db.execute(sql`DELETE FROM "campaign" WHERE "id" = ${campaign}`);
  expect(await deleteStrays(db, campaign, 100)).toBe(3);
  expect(await countFacts(db, campaign)).toEqual({});
});

describe("what became known is shown", () => {
  test.each([
    [["delivered"], "It was delivered.", "success"],
    [["delivered", "bounced"], "The gateway accepted it, but it bounced.", "warning"],
    [["delivered", "complained"], "The recipient reported it as spam.", "warning"],
    [["bounced", "delivered", "unsubscribed"], "It was delivered.", "success"],
    [["unsubscribed"], "The gateway accepted it.", "success"],
  ] as const)("over an email with %j: %s", async (kinds, what, tone) => {
    const { context } = fixture;
    const campaign = await fixture.draft(newId());
    const { sent } = await launchedWith(fixture, campaign, "finished", { sent: 1 });
    await noteFacts(
      context.db,
      kinds.map((kind, index) => fact(sent[0], kind, { kind, at: at(index) })),
    );
    const page = await (await signedInClient(context, "viewer")).get(`/emails/${sent[0]}`);
    expect(page.find(".callout").map(({ attributes }) => attributes["data-tone"])).toEqual([tone]);
    expect(page.textOf(".callout-title")).toBe(what);
  });

  test.each(["complained", "bounced"] as const)(
    "over one that %s, without a claim of what holds of its address now",
    async (kind) => {
      const { context } = fixture;
      const campaign = await fixture.draft(newId());
      const { sent } = await launchedWith(fixture, campaign, "finished", { sent: 1 });
      await noteFacts(context.db, [fact(sent[0], kind, { kind })]);
      const { call } = await apiClient(context, "viewer");
      const { why } = (await call("GET", `/api/v1/emails/${sent[0]}`)).json<{
        why: { meaning: string; todo: string };
      }>();
      // Nobody was suppressed here, as of an erased contact, or somebody has allowed the address again.
      expect(why.meaning).toEndWith(
        "the address is suppressed, unless its contact was deleted by then: no campaign goes to it until somebody lifts that.",
      );
      expect(why.todo).toStartWith("Look among the suppressions (/suppressions)");
      const page = await (await signedInClient(context, "viewer")).get(`/emails/${sent[0]}`);
      expect(page.find('.callout a[href="/suppressions"]')).toHaveLength(1);
    },
  );

  test("a bounce with its class, and with its status once", () => {
    expect([
      tellingOf({ detail: { class: "hard", status: "5.1.1", text: "550 5.1.1 No such mailbox" } }),
      tellingOf({ detail: { class: "soft", status: "4.2.2", text: "Full" } }),
      tellingOf({ detail: { class: "block" } }),
      tellingOf({ detail: {} }),
    ]).toEqual(["hard: 550 5.1.1 No such mailbox", "soft: 4.2.2 Full", "block", ""]);
  });

  test("on the email's page at its place among the steps, in words", async () => {
    const { context } = fixture;
    const { campaign, emails } = await launched();
    const [email = ""] = emails;
    await context.db.execute(
      sql`UPDATE "email_event" SET "at" = '2026-05-01T10:00:00Z'::timestamptz + "seq" * interval '1 minute' WHERE "email_id" = ${email}`,
    );
    await noteFacts(context.db, [
      fact(email, "1", { kind: "unsubscribed", source: "one-click", at: at(5) }),
      fact(email, "2", {
        kind: "bounced",
        at: at(4),
        detail: { status: "5.1.1", text: "<b>No</b>" },
      }),
      fact(email, "3", { kind: "complained", at: new Date("2020-01-01T00:00:00Z") }),
    ]);
    const page = await (await signedInClient(context, "viewer")).get(`/emails/${email}`);
    expect(page.find(".moment-title").map(({ text }) => text)).toEqual([
      "Put into the audience",
      "The recipient reported it as spam",
      "Attempt 1 began",
      "Rejected for good",
      "It bounced",
      "The recipient unsubscribed",
    ]);
    expect(page.find(".moment q").map(({ text }) => text)).toEqual(["5.1.1 <b>No</b>"]);
    expect(page.text).not.toContain("<b>No</b>");
    const overview = await (await signedInClient(context)).get(`/campaigns/${campaign}`);
    const shown = overview.find(".definitions div").map(({ text }) => text);
    expect(shown).toContain("Unsubscribed1 (33.3%)");
    expect(shown).toContain("Bounced1 (33.3%)");
  });

  test("after a step of the same second, when its gateway tells whole seconds", async () => {
    const { context } = fixture;
    const { emails } = await launched();
    const sent = emails.at(-1) ?? "";
    await context.db.execute(
      sql`UPDATE "email_event" SET "at" = '2026-05-01T10:00:00Z'::timestamptz + "seq" * interval '0.1 s' WHERE "email_id" = ${sent}`,
    );
    await noteFacts(context.db, [
      fact(sent, "1"),
      fact(sent, "2", { kind: "complained", at: new Date("2026-05-01T09:59:59.999Z") }),
    ]);
    const page = await (await signedInClient(context, "viewer")).get(`/emails/${sent}`);
    const titles = page.find(".moment-title").map(({ text }) => text);
    expect([titles[1], titles.at(-1)]).toEqual([
      "The recipient reported it as spam",
      "It was delivered",
    ]);
  });

  test("by the API, of an email and counted of a campaign, and by no address that is not there", async () => {
    const { campaign, emails } = await launched();
    const { call } = await apiClient(fixture.context, "viewer");
    await noteFacts(fixture.context.db, [
      fact(emails[0], "a"),
      fact(emails[1], "a", { detail: { n: 1 } }),
    ]);
    expect((await call("GET", `/api/v1/emails/${emails[1]}/facts`)).json<unknown>()).toEqual({
      items: [
        { kind: "delivered", at: "2026-05-01T10:00:00.000Z", source: "mailgun", detail: { n: 1 } },
      ],
    });
    expect((await call("GET", `/api/v1/campaigns/${campaign}/facts`)).json<unknown>()).toEqual({
      delivered: 2,
    });
    for (const path of ["emails", "campaigns"])
      expect((await call("GET", `/api/v1/${path}/${newId()}/facts`)).status).toBe(404);
  });
});
