import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { silentLog } from "@mailwright/platform";
import { failedAgain, tell } from "../../testing/arrivals.ts";
import { type CampaignFixture, campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { apiClient, signedInClient } from "../../testing/client.ts";
import { requeueInTime } from "../campaigns/orders.ts";
import type { Requeueable } from "../campaigns/requeue-queries.ts";
import { cancelCampaign } from "../campaigns/steering.ts";
import { cancelUnclaimedBatches } from "../dispatch/cancellation-queries.ts";
import { handOverNext } from "../dispatch/handover.ts";
import { takeReports } from "../reports/reports.ts";
import { factsOf, noteFacts, type ToldFact } from "./facts.ts";

const DOUBT =
  "Nobody can tell whether the gateway accepted an earlier attempt, which may have reached the recipient.";

/** What a person reads of an email, which has to be what a program reads. */
async function read({ context }: CampaignFixture, id: string) {
  const page = await (await signedInClient(context, "viewer")).get(`/emails/${id}`);
  const [what, meaning] = page.find(".callout-text p").map(({ text }) => text);
  const { call } = await apiClient(context, "viewer");
  const { why } = (await call("GET", `/api/v1/emails/${id}`)).json<{
    why: { what: string; meaning: string; todo?: string; unwelcome?: boolean };
  }>();
  expect(why).toMatchObject({ what, meaning });
  return { ...why, tone: page.find(".callout")[0]?.attributes["data-tone"] };
}

/** An email that ended so in its first run, and waits in its second for being handed over. */
async function sentAgain(
  fixture: CampaignFixture,
  state: Requeueable,
  campaignState: "sending" | "paused" = "sending",
) {
  const { context } = fixture;
  const campaign = await fixture.draft();
  const ids = await launchedWith(fixture, campaign, campaignState, { [state]: 1, sending: 1 });
  const [id = ""] = ids[state];
  expect(await requeueInTime(context, campaign, "Anna", [state])).toMatchObject({ emails: 1 });
  return { campaign, id };
}

test.each([
  ["uncertain", `${DOUBT} It is not sent any more.`],
  ["failed", "It was not accepted by the gateway. It is not sent any more."],
] as const)(
  "an email that was %s, is sent again and then cancelled says of its earlier run what is known",
  async (state, meaning) => {
    await using fixture = await campaignFixture(2);
    const { db } = fixture.context;
    const { campaign, id } = await sentAgain(fixture, state, "paused");
    expect(await cancelCampaign(db, campaign, "Anna")).toEqual({ kind: "done" });
    expect(await cancelUnclaimedBatches(db, 10)).toBe(1);
    expect(await read(fixture, id)).toEqual({
      what: "The campaign was cancelled before its turn.",
      meaning,
      tone: "info",
    });
  },
);

test.each([
  ["uncertain", DOUBT],
  ["failed", "The gateway had not accepted it."],
] as const)(
  "so does one that was %s and whose recipient is suppressed before its turn",
  async (state, known) => {
    await using fixture = await campaignFixture(2);
    const { context } = fixture;
    const { id } = await sentAgain(fixture, state);
    expect((await read(fixture, id)).meaning).toBe(
      `It goes out again as soon as there is room.${state === "uncertain" ? ` ${DOUBT}` : ""}`,
    );
    await context.db.execute(
      sql`INSERT INTO "suppression" SELECT "canonical_email", 'unsubscribed', 'a test' FROM "contact"`,
    );
    expect((await handOverNext(context)).kind).toBe("handed");
    expect(await read(fixture, id)).toEqual({
      what: "The address must not be mailed: unsubscribed.",
      meaning: `It was left out on purpose before its next attempt, and counts as skipped. ${known}`,
      tone: "info",
    });
  },
);

test("an email that was in doubt and failed when it was sent again may have arrived by its earlier run", async () => {
  await using fixture = await campaignFixture(2);
  const campaign = await fixture.draft();
  const { failed, uncertain } = await failedAgain(fixture, campaign, { failed: 1, uncertain: 1 });
  const exhausted = {
    what: "Every attempt was used up: 4 in all.",
    todo: "See that the gateway is well again, then send it again.",
    tone: "danger",
  };
  expect(await read(fixture, failed[0] as string)).toEqual({
    ...exhausted,
    meaning:
      "The gateway was not available, each time. It did not accept the email, so sending again makes no duplicate.",
  });
  expect(await read(fixture, uncertain[0] as string)).toEqual({
    ...exhausted,
    meaning: `The gateway was not available, each time. ${DOUBT}`,
    todo: `${exhausted.todo} It may then arrive twice.`,
  });
});

test.each([
  [
    "delivered",
    "The gateway has told that an attempt of it was delivered, so the recipient has it already.",
    "Leave it: sent again, it arrives a second time.",
  ],
  [
    "bounced",
    "The gateway has told that an attempt of it bounced, so it had accepted that one.",
    "See that the gateway is well again, then send it again. It may then arrive twice.",
  ],
  [
    "unsubscribed",
    "The recipient has unsubscribed by the link in it, so it arrived.",
    "Leave it: sent again, it arrives a second time.",
  ],
] as const)(
  "an email that failed although its gateway had taken it says so once it is known, by %s",
  async (kind, known, todo) => {
    await using fixture = await campaignFixture(2);
    const endings = { failed: { error_code: "exhausted" } };
    const ids = await launchedWith(
      fixture,
      await fixture.draft(),
      "finished",
      { failed: 1, cancelled: 1 },
      endings,
    );
    const [failed = "", cancelled = ""] = [...ids.failed, ...ids.cancelled];
    for (const id of [failed, cancelled]) await tell(fixture, id, kind);
    expect(await read(fixture, failed)).toEqual({
      what: "Every attempt was used up: 1 in all.",
      meaning: `The gateway was not available, each time. ${known}`,
      todo,
      tone: "danger",
    });
    expect((await read(fixture, cancelled)).meaning).toBe(`${known} It is not sent any more.`);
  },
);

test("nothing is certain of an email that waits for its next attempt when nobody could tell what became of the last", async () => {
  await using fixture = await campaignFixture(1);
  const { db } = fixture.context;
  const campaign = await fixture.draft();
  const { retrying } = await launchedWith(
    fixture,
    campaign,
    "sending",
    { retrying: 1 },
    { retrying: { error_code: "unresolved" } },
  );
  const [id = ""] = retrying;
  await db.execute(
    sql`UPDATE "email_event" SET "event" = 'UNRESOLVED' WHERE "email_id" = ${id} AND "seq" = 2`,
  );
  expect((await read(fixture, id)).meaning).toBe(`${DOUBT} The next attempt comes by itself.`);
});

test("an email that is sent in a later run is not told to have bounced for what was told of an earlier one", async () => {
  await using fixture = await campaignFixture(1);
  const { context, gateway } = fixture;
  const { db } = context;
  const campaign = await fixture.draft();
  const { sending } = await launchedWith(fixture, campaign, "sending", { sending: 1 });
  const [id = ""] = sending;
  const at = Date.UTC(2026, 10, 29, 12);
  const step = { id, at, attempt: 1, gateway };
  const take = async (...reports: object[]) =>
    expect((await takeReports(db, silentLog, { reports })).invalid).toBe(0);
  const told = (dedupe_key: string, kind: ToldFact["kind"], seconds: number) =>
    noteFacts(db, [
      { email_id: id, kind, at: new Date(at + seconds * 1000), source: "smtp", dedupe_key },
    ]);
  await take({
    ...step,
    run: 1,
    seq: 3,
    event: "REJECTED",
    state: "failed",
    error: { code: "rejected", status: "5.2.2", detail: "552 5.2.2 Mailbox full" },
  });
  await told("smtp bounced by mail", "bounced", 1);
  expect(await requeueInTime(context, campaign, "Anna", ["failed"])).toMatchObject({ emails: 1 });
  await take(
    { ...step, run: 2, seq: 1, event: "START", state: "sending" },
    { ...step, run: 2, seq: 2, event: "ACCEPTED", state: "sent", message_id: "m-1" },
  );
  const accepted = await read(fixture, id);
  expect(accepted).toMatchObject({ what: "The gateway accepted it.", tone: "success" });
  await told("d-1", "delivered", 2);
  expect((await read(fixture, id)).what).toBe("It was delivered.");
  await told("b-1", "bounced", 3);
  expect(await read(fixture, id)).toMatchObject({
    what: "The gateway accepted it, but it bounced.",
    tone: "warning",
    unwelcome: true,
  });
});

test("nor is one that was accepted by an attempt before the one that was refused", async () => {
  await using fixture = await campaignFixture(1);
  const { context, gateway } = fixture;
  const campaign = await fixture.draft();
  const { sending } = await launchedWith(fixture, campaign, "sending", { sending: 1 });
  const [id = ""] = sending;
  const step = { id, run: 1, at: Date.UTC(2026, 10, 29, 12), attempt: 2, gateway };
  const error = { code: "unresolved", status: "5.2.2" };
  const refused = { ...step, seq: 3, event: "REJECTED", state: "uncertain", error };
  const confirmed = { ...step, seq: 4, event: "CONFIRMED", state: "sent", message_id: "m-1" };
  for (const report of [refused, confirmed])
    await takeReports(context.db, silentLog, { reports: [report] });
  expect(await factsOf(context.db, id)).toHaveLength(1);
  expect((await read(fixture, id)).what).toBe("The gateway accepted it.");
});
