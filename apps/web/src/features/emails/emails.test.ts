import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { EMAIL_STATES, REASON_CODES, SETTLED_STATES } from "@mailwright/email_machine";
import { newId } from "@mailwright/platform";
import { type CampaignFixture, campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { apiClient, signedInClient } from "../../testing/client.ts";
import { optOut } from "../segments/opt-outs.ts";
import { createSegment } from "../segments/segments.ts";
import { describeEvent } from "./event-words.ts";
import { explainEmail, whereaboutsOf } from "./explanation.ts";
import { explain, reasonOf } from "./reasons.ts";

/** An email of two runs: throttled and rejected in the first, uncertain in the second. */
async function storied(fixture: CampaignFixture) {
  const { db } = fixture.context;
  const campaign = await fixture.draft();
  const { uncertain } = await launchedWith(fixture, campaign, "finished", {
    sent: 1,
    uncertain: 1,
  });
  const id = uncertain[0] as string;
  await db.execute(sql`DELETE FROM "email_event" WHERE "email_id" = ${id}`);
  const steps = [
    [1, 1, "START", "sending", 1, null],
    [1, 2, "THROTTLED", "retrying", 1, "429 Slow down"],
    [1, 3, "DUE", "sending", 2, null],
    [1, 4, "REJECTED", "failed", 2, "422 No such mailbox"],
    [2, 0, "REQUEUE", "queued", 0, null],
    [2, 1, "START", "sending", 1, null],
    [2, 2, "AMBIGUOUS", "resolving", 1, "No answer"],
    [2, 3, "UNRESOLVED", "uncertain", 1, "Nobody can tell"],
  ] as const;
  for (const [index, [run, seq, event, state, attempt, detail]] of steps.entries()) {
    await db.execute(sql`
      INSERT INTO "email_event" ("email_id", "run", "seq", "event", "state", "at", "attempt", "gateway_id", "error_code", "error_detail")
      VALUES (${id}, ${run}, ${seq}, ${event}, ${state}::"email_state", '2026-01-01'::timestamptz + ${index * 2} * interval '1 second',
        ${attempt}, ${fixture.gateway}, ${detail === null ? null : event.toLowerCase()}, ${detail})
    `);
  }
  await db.execute(
    sql`UPDATE "email" SET "run" = 2, "seq" = 3, "error_code" = 'unresolved', "error_detail" = 'Nobody can tell', "gateway_id" = ${fixture.gateway} WHERE "id" = ${id}`,
  );
  return { campaign, id };
}

test("an email's page tells its whole story over all runs, with the gateway's words and what to do", async () => {
  await using fixture = await campaignFixture(2);
  const editor = await signedInClient(fixture.context, "editor");
  const { campaign, id } = await storied(fixture);
  const page = await editor.get(`/emails/${id}`);
  expect(page.find(".moment-title").map(({ text }) => text)).toEqual([
    "Put into the audience",
    "Attempt 1 began",
    "The gateway asked us to slow down",
    "Attempt 2 began",
    "Rejected for good",
    "Queued again by hand, as run 2",
    "Attempt 1 began",
    "No clear answer came back",
    "Nobody could tell whether it was accepted",
  ]);
  expect(
    page
      .find(".moment .muted")
      .map(({ text }) => text)
      .slice(0, 2),
  ).toEqual(["run 1, by Main gateway", "run 1, by Main gateway, 2 s later"]);
  // After a day the exact time stands there, and the audience never after the first step.
  expect(
    page
      .find(".moment time")
      .map(({ text }) => text)
      .slice(0, 2),
  ).toEqual(["1 Jan 2026, 00:00 UTC", "1 Jan 2026, 00:00 UTC"]);
  expect(page.find(".moment q").map(({ text }) => text)).toContain("422 No such mailbox");
  expect(page.textOf(".callout-title")).toBe("Nobody can tell whether the gateway accepted it.");
  const again = page.find("main a").find(({ text }) => text === "Send again");
  expect(again?.attributes["href"]).toBe(
    `/campaigns/${campaign}/requeue?states=uncertain&email_ids=${id}`,
  );
  expect(page.find(`[data-copies="${id}"]`)).toHaveLength(1);
  const traced = page
    .find('svg.machine [data-taken="true"]')
    .map(({ attributes }) => attributes["id"]);
  expect(traced).toContain("arrow-failed-queued");
  expect(page.find("svg.machine [data-now]").map(({ attributes }) => attributes["id"])).toEqual([
    "state-uncertain",
  ]);
});

test("who may not send sees the story, and no button to send it again", async () => {
  await using fixture = await campaignFixture(2);
  const { id } = await storied(fixture);
  const viewer = await signedInClient(fixture.context, "viewer");
  const page = await viewer.get(`/emails/${id}`);
  expect([page.status, page.find("main a").some(({ text }) => text === "Send again")]).toEqual([
    200,
    false,
  ]);
});

test("the email client is asked only on demand, and the page stands whatever it answers", async () => {
  await using fixture = await campaignFixture(2);
  const { context, standIn } = fixture;
  const viewer = await signedInClient(context, "viewer");
  const { id } = await storied(fixture);
  const asked = () => standIn.calls.filter(({ call }) => call === `GET /v1/emails/${id}`).length;
  await viewer.get(`/emails/${id}`);
  expect(asked()).toBe(0);
  const journal = async () =>
    (await viewer.get(`/emails/${id}?journal=now`)).textOf("#journal") ?? "";
  expect(await journal()).toContain("It does not hold this email");
  standIn.answerNext(`GET /v1/emails/${id}`, {
    status: 200,
    body: { batch: newId(), email: { id, run: 2, seq: 1, state: "sending", attempt: 1 } },
  });
  expect(await journal()).toContain("Step1 of run 2");
  standIn.answerNext(`GET /v1/emails/${id}`, { status: 200, body: "nonsense" });
  expect(await journal()).toContain("It did not answer");
  standIn.answerNext(`GET /v1/emails/${id}`, "silence");
  expect(await journal()).toContain("It did not answer");
  expect(asked()).toBe(4);
});

test("why a contact was, or was not, in a campaign has one answer", async () => {
  await using fixture = await campaignFixture(3);
  const { db } = fixture.context;
  const [campaign, draft] = [await fixture.draft(), await fixture.draft()];
  const contacts = await db.execute<{ id: string }>(sql`SELECT "id" FROM "contact" ORDER BY "id"`);
  const [first, , last] = contacts.map(({ id }) => id) as [string, string, string];
  const { sent } = await launchedWith(fixture, campaign, "finished", { sent: 2 });
  const late = newId();
  await db.execute(sql`
    INSERT INTO "contact" ("id", "email", "canonical_email", "created_at")
    VALUES (${late}, 'late@example.com', 'late@example.com', now() + interval '1 minute')
  `);
  expect(await whereaboutsOf(db, campaign, first)).toEqual({
    kind: "email",
    id: sent[0] as string,
  });
  expect(await whereaboutsOf(db, campaign, last)).toMatchObject({
    why: expect.stringContaining("in none of the campaign's segments"),
  });
  const rule = { field: "email", is: "contains", value: "@" };
  const made = await createSegment(db, { name: "All by rule", rule });
  const ruled = made.kind === "created" ? made.segment.id : "";
  await db.execute(sql`INSERT INTO "campaign_segment" VALUES (${campaign}, ${ruled})`);
  await optOut(db, ruled, last, newId());
  const none = expect.stringMatching(/in none of the campaign's segments .+ frozen\.$/);
  expect(await whereaboutsOf(db, campaign, last)).toMatchObject({ why: none });
  await db.execute(
    sql`UPDATE "segment_opt_out" SET "created_at" = "created_at" - interval '1 hour'`,
  );
  expect(await whereaboutsOf(db, campaign, last)).toMatchObject({
    why: expect.stringMatching(
      /frozen: they had opted out of “All by rule” by the link of an email\.$/,
    ),
  });
  expect(await whereaboutsOf(db, campaign, late)).toMatchObject({
    why: expect.stringContaining("added after the campaign was launched"),
  });
  expect(await whereaboutsOf(db, draft, first)).toEqual({
    kind: "none",
    why: "The campaign has not been launched.",
  });
  expect(await whereaboutsOf(db, campaign, newId())).toEqual({
    kind: "none",
    why: "The contact does not exist any more.",
  });
  expect(await whereaboutsOf(db, newId(), first)).toEqual({ kind: "unknown" });
});

test("an email outlives its contact, whose name and address are gone from its page", async () => {
  await using fixture = await campaignFixture(1);
  const { context } = fixture;
  const campaign = await fixture.draft();
  const { sent } = await launchedWith(fixture, campaign, "finished", { sent: 1 });
  await context.db.execute(sql`DELETE FROM "contact"`);
  await context.db.execute(sql`UPDATE "email" SET "address" = ''`);
  const viewer = await signedInClient(context, "viewer");
  const page = await viewer.get(`/emails/${sent[0]}`);
  expect([page.status, page.textOf("h1")]).toEqual([200, "Erased recipient"]);
  expect(page.text).not.toContain("p1@example.com");
  expect((await viewer.get(`/campaigns/${campaign}/recipients`)).textOf("td[data-primary]")).toBe(
    "Erased",
  );
});

test("an email whose campaign was deleted is gone for everybody at once", async () => {
  await using fixture = await campaignFixture(1);
  const { context } = fixture;
  const campaign = await fixture.draft();
  const { sent } = await launchedWith(fixture, campaign, "finished", { sent: 1 });
  await context.db.execute(sql`DELETE FROM "campaign" WHERE "id" = ${campaign}`);
  expect(await explainEmail(context, sent[0] as string)).toBeUndefined();
  const { call } = await apiClient(context, "viewer");
  expect((await call("GET", `/api/v1/emails/${sent[0]}/events`)).status).toBe(404);
});

test("every state and every reason has words for a person", () => {
  for (const state of EMAIL_STATES) {
    for (const code of [null, ...REASON_CODES]) {
      const { what, meaning } = explain({
        state,
        error_code: code,
        error_detail: null,
        attempt: 1,
      });
      expect(what).toMatch(/^[A-Z].*\.$/);
      expect(meaning).not.toBe("");
    }
  }
  for (const code of REASON_CODES)
    expect(
      reasonOf({ state: "failed", error_code: code, error_detail: null, attempt: 1 }),
    ).not.toContain(code.concat("”"));
  const strange = explain({
    state: "failed",
    error_code: "cosmic_rays",
    error_detail: null,
    attempt: 1,
  });
  expect(strange.what).toBe("It ended as failed: cosmic_rays.");
});

test("what can be sent again says what to do first, and what was left out on purpose does not", () => {
  const withTodo = SETTLED_STATES.filter(
    (state) =>
      explain({ state, error_code: "rejected", error_detail: null, attempt: 1 }).todo !== undefined,
  );
  expect(withTodo).toContain("failed");
  expect(
    explain({ state: "skipped", error_code: "suppressed", error_detail: "bounced", attempt: 0 }),
  ).toMatchObject({
    what: "The address must not be mailed: bounced before.",
  });
  expect(
    explain({ state: "skipped", error_code: "suppressed", error_detail: "bounced", attempt: 0 })
      .todo,
  ).toBeUndefined();
});

test("whose contact was deleted between two attempts is not said to have waited for the first", () => {
  const skipped = { state: "skipped", error_code: "erased", error_detail: null } as const;
  expect([0, 1].map((attempt) => explain({ ...skipped, attempt }).what)).toEqual([
    "The contact was deleted before its turn.",
    "The contact was deleted before its next attempt.",
  ]);
});

test("a step that nobody has words for is shown by its own name", () => {
  expect(describeEvent({ event: "TELEPORTED", state: "sent", attempt: 1, run: 1 })).toBe(
    "TELEPORTED",
  );
});
