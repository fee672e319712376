import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId } from "@mailwright/platform";
import { campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { signedInClient, type TestClient } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import { until } from "@mailwright/testing";
import { startDispatcher } from "../dispatch/dispatcher.ts";
import { activityOf } from "./activity.ts";
import { createCampaign, readCampaign } from "./campaigns.ts";

/** Opens the review of a draft and confirms what it shows. */
async function confirmLaunch(client: TestClient, id: string) {
  const review = await client.get(`/campaigns/${id}/launch`);
  const revision = review.find("input[name=revision]")[0]?.attributes["value"] ?? "";
  return { review, launch: () => client.post(`/campaigns/${id}/launch`, { revision }) };
}

test("the review shows whom, from whom, through what and with which subject, before anything is sent", async () => {
  await using fixture = await campaignFixture(3);
  const { context } = fixture;
  await context.db.execute(
    sql`INSERT INTO "suppression" ("canonical_email", "reason", "origin") VALUES ('p2@example.com', 'manual', 'test')`,
  );
  const editor = await signedInClient(context, "editor");
  const id = await fixture.draft();
  const { review } = await confirmLaunch(editor, id);
  expect(review.textOf(".audience-figure")).toBe(
    "2recipients, each once; 1 suppressed and skipped, as of now",
  );
  expect(review.find("dl.definitions dd").map(({ text }) => text)).toEqual([
    "Everybody",
    "Acme <news@example.com>",
    "–",
    expect.stringMatching(/^Hi P[13]$/),
    "Main gateway (the default)",
    "Hold it back",
  ]);
  expect(review.find("main button").map(({ text }) => text)).toContain("Launch to 2 recipients");
});

test("launching from two tabs launches once, and the second is told kindly how things stand", async () => {
  await using fixture = await campaignFixture(2);
  const { context } = fixture;
  const editor = await signedInClient(context, "editor");
  const id = await fixture.draft();
  const [one, two] = [await confirmLaunch(editor, id), await confirmLaunch(editor, id)];
  const answers = await Promise.all([one.launch(), two.launch()]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 409]);
  expect(answers.find(({ status }) => status === 409)?.textOf(".page-header-lead")).toBe(
    "A campaign is launched once, and this one was. It is being launched: its audience is being frozen.",
  );
  const launches = (await activityOf(context.db, id)).filter(({ action }) => action === "launched");
  expect(launches).toHaveLength(1);
});

test("a draft that was changed since it was reviewed is not launched but shown again", async () => {
  await using fixture = await campaignFixture(2);
  const { db } = fixture.context;
  const editor = await signedInClient(fixture.context, "editor");
  const id = await fixture.draft();
  const { launch } = await confirmLaunch(editor, id);
  await db.execute(
    sql`UPDATE "campaign" SET "name" = 'Another', "updated_at" = now() WHERE "id" = ${id}`,
  );
  const refused = await launch();
  expect([refused.status, refused.textOf(".callout-title")]).toEqual([409, "It was not launched"]);
  expect(refused.textOf("h1")).toBe("Launch “Another”?");
  expect((await readCampaign(db, id))?.state).toBe("draft");
});

test("original, weakness 12: a campaign that would go to nobody is refused with the reason, and stays a draft", async () => {
  await using fixture = await campaignFixture(0);
  const { context } = fixture;
  const editor = await signedInClient(context, "editor");
  const id = await fixture.draft();
  const { review, launch } = await confirmLaunch(editor, id);
  expect(review.find(".readiness li[data-tone=warning]").map(({ text }) => text)).toEqual([
    "Nobody is in the chosen segments, so there is nobody to send to.Fix it",
  ]);
  expect(review.find(`form[action="/campaigns/${id}/launch"]`)).toEqual([]);
  const refused = await launch();
  expect(refused.status).toBe(409);
  expect(refused.text).toContain("Nobody is in the chosen segments");
  expect((await readCampaign(context.db, id))?.state).toBe("draft");
});

test("original, weakness 13: an email client that is down launches nothing twice, loses no order and is told in words", async () => {
  await using context = await testContext();
  const { db } = context;
  const [segment, template] = [newId(), newId()];
  await db.execute(sql`INSERT INTO "segment" ("id", "name") VALUES (${segment}, 'All')`);
  await db.execute(sql`INSERT INTO "template" ("id", "name") VALUES (${template}, 'News')`);
  const made = await createCampaign(
    context,
    {
      name: "News",
      template_id: template,
      segment_ids: [segment],
      gateway_id: null,
      when_uncertain: "hold",
    },
    "Anna",
  );
  const id = made.kind === "created" ? made.id : "";
  const editor = await signedInClient(context, "editor");
  for (let attempt = 0; attempt < 2; attempt++) {
    const refused = await editor.post(`/campaigns/${id}/launch`);
    expect(refused.status).toBe(409);
    expect(refused.text).toContain(
      "The email client does not answer, so its gateways are not known.",
    );
  }
  expect(await db.execute(sql`SELECT FROM "campaign"`)).toHaveLength(1);
  await db.execute(sql`UPDATE "campaign" SET "state" = 'sending'`);
  const paused = await editor.post(`/campaigns/${id}/pause`);
  expect(paused.status).toBe(303);
  expect((await editor.get(`/campaigns/${id}`)).textOf(".toast")).toContain(
    "Paused. The email client has not confirmed it yet and is told again until it does",
  );
  expect((await readCampaign(db, id))?.state).toBe("paused");
});

test("original, weakness 14: an answer that makes no sense is no failure of ours", async () => {
  using nonsense = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () =>
      new Response("<h1>502 Bad Gateway</h1>", { headers: { "content-type": "text/html" } }),
  });
  await using context = await testContext({
    config: { emailClientUrl: `http://127.0.0.1:${nonsense.port}` },
  });
  await context.db.execute(
    sql`INSERT INTO "campaign" ("name", "state", "created_by", "launched_at") VALUES ('News', 'sending', 'Anna', now())`,
  );
  const [row] = await context.db.execute<{ id: string }>(sql`SELECT "id" FROM "campaign"`);
  const editor = await signedInClient(context, "editor");
  expect((await editor.post(`/campaigns/${row?.id}/pause`)).status).toBe(303);
  const page = await editor.get(`/campaigns/${row?.id}`);
  expect([page.status, page.textOf(".badge")]).toEqual([200, "Paused"]);
});

test("an order is obeyed by the email client when its page answers", async () => {
  await using fixture = await campaignFixture(2);
  const { context, standIn } = fixture;
  const editor = await signedInClient(context, "editor");
  const id = await fixture.draft();
  await launchedWith(fixture, id, "sending", { sent: 1, queued: 1 });
  for (const [order, state] of [
    ["pause", "paused"],
    ["resume", "running"],
    ["cancel", "cancelled"],
  ]) {
    expect((await editor.post(`/campaigns/${id}/${order}`)).status).toBe(303);
    expect(standIn.controls.at(-1)).toEqual({ campaign: id, state: state as string });
  }
  expect((await editor.get(`/campaigns/${id}`)).textOf(".toast")).toBe(
    "Cancelled. No further attempt begins.",
  );
});

test("nobody waits longer than two seconds for an email client that is silent", async () => {
  await using fixture = await campaignFixture(1);
  const { context, standIn } = fixture;
  const editor = await signedInClient(context, "editor");
  const id = await fixture.draft();
  await launchedWith(fixture, id, "sending", { queued: 1 });
  standIn.answerNext("PUT /v1/campaigns/", "silence");
  const begun = performance.now();
  expect((await editor.post(`/campaigns/${id}/pause`)).status).toBe(303);
  expect(performance.now() - begun).toBeLessThan(4_000);
  expect((await readCampaign(context.db, id))?.state).toBe("paused");
});

test("orders that make no sense now are refused with 409, and say why and how it stands", async () => {
  await using fixture = await campaignFixture(1);
  const editor = await signedInClient(fixture.context, "editor");
  const id = await fixture.draft();
  await launchedWith(fixture, id, "finished", { sent: 1 });
  const said = async (act: string) => {
    const answer = await editor.post(`/campaigns/${id}/${act}`);
    return [answer.status, answer.textOf(".page-header-lead")];
  };
  expect(await said("pause")).toEqual([
    409,
    "Only a campaign that is sending can be paused. It was launched and has finished.",
  ]);
  expect(await said("resume")).toEqual([
    409,
    "Only a paused campaign can be resumed. It was launched and has finished.",
  ]);
  expect(await said("cancel")).toEqual([
    409,
    "It has ended already. It was launched and has finished.",
  ]);
  const nothing = await editor.get(`/campaigns/${id}/requeue?states=failed`);
  expect([nothing.status, nothing.textOf(".page-header-lead")]).toEqual([
    409,
    "No email of it is failed now.",
  ]);
});

test("original, retry by the user: what failed is sent again at a click, all of it or what was selected", async () => {
  await using fixture = await campaignFixture(6);
  const { context } = fixture;
  const editor = await signedInClient(context, "editor");
  const id = await fixture.draft();
  const emails = await launchedWith(fixture, id, "finished", { sent: 1, failed: 3, uncertain: 2 });
  const selected = {
    states: "failed",
    email_ids: [emails.failed[0] as string, emails.sent[0] as string],
  };
  const some = await editor.post(`/campaigns/${id}/requeue-selected`, selected);
  expect(some.headers.get("location")).toBe(`/campaigns/${id}/recipients`);
  expect((await readCampaign(context.db, id))?.counts).toMatchObject({
    queued: 1,
    failed: 2,
    uncertain: 2,
  });
  // With a slip in an id it would be about all of them.
  for (const method of ["get", "post"] as const)
    expect(
      (await editor[method](`/campaigns/${id}/requeue?states=failed&email_ids=slip`, {})).status,
    ).toBe(400);
  const confirm = await editor.get(`/campaigns/${id}/requeue?states=failed`);
  expect(confirm.textOf("#confirm h1")).toBe("Send 2 failed emails of “Spring sale” again?");
  await editor.post(confirm.find("#confirm form")[0]?.attributes["action"] as string);
  expect(await readCampaign(context.db, id)).toMatchObject({
    state: "sending",
    counts: { queued: 3, failed: 0, uncertain: 2, sent: 1 },
  });
});

test("uncertain emails are sent again only after a warning that they may arrive twice", async () => {
  await using fixture = await campaignFixture(3);
  const { context } = fixture;
  const editor = await signedInClient(context, "editor");
  const id = await fixture.draft();
  const { uncertain } = await launchedWith(fixture, id, "finished", { sent: 1, uncertain: 2 });
  const selected = await editor.post(`/campaigns/${id}/requeue-selected`, {
    states: "uncertain",
    email_ids: [uncertain[0] as string],
  });
  expect((await readCampaign(context.db, id))?.counts.uncertain).toBe(2);
  const confirm = await editor.get(selected.headers.get("location") as string);
  expect(confirm.textOf("#confirm h1")).toBe("Send 1 uncertain email of “Spring sale” again?");
  expect(confirm.text).toContain("will get it a second time");
  await editor.post(confirm.find("#confirm form")[0]?.attributes["action"] as string);
  expect((await readCampaign(context.db, id))?.counts).toMatchObject({ queued: 1, uncertain: 1 });
});

test("what is asked before emails are sent again counts those that it comes to, not those that were ticked", async () => {
  await using fixture = await campaignFixture(5);
  const { context } = fixture;
  const editor = await signedInClient(context, "editor");
  const id = await fixture.draft();
  const counts = { sent: 2, failed: 1, uncertain: 2 };
  const emails = await launchedWith(fixture, id, "finished", counts);
  const select = (email_ids: string[]) =>
    editor.post(`/campaigns/${id}/requeue-selected`, { states: "uncertain", email_ids });
  const many = await select(Object.values(emails).flat().slice(1));
  const confirm = await editor.get(many.headers.get("location") as string);
  expect(confirm.textOf("#confirm h1")).toBe("Send 2 uncertain emails of “Spring sale” again?");
  const none = await select([...emails.sent, ...emails.failed]);
  expect(none.headers.get("location")).toBe(`/campaigns/${id}/recipients`);
  expect((await editor.get(`/campaigns/${id}/recipients`)).textOf(".toast")).toContain(
    "There was nothing to send again.",
  );
  const direct = await editor.get(
    `/campaigns/${id}/requeue?states=uncertain&email_ids=${emails.sent[0]}`,
  );
  expect([direct.status, direct.textOf(".page-header-lead")]).toEqual([
    409,
    "None of the emails selected is uncertain now.",
  ]);
  const other = await fixture.draft("Another");
  await launchedWith(fixture, other, "finished", { uncertain: 1 });
  const foreign = await editor.get(
    `/campaigns/${other}/requeue?states=uncertain&email_ids=${emails.uncertain[0]}`,
  );
  expect(foreign.status).toBe(409);
});

test("a launch wakes the dispatcher of this web", async () => {
  await using fixture = await campaignFixture(2);
  const { context } = fixture;
  await using dispatcher = startDispatcher(context);
  using _heard = context.work.onAnnounced(() => dispatcher.wake());
  const editor = await signedInClient(context, "editor");
  const id = await fixture.draft();
  const { launch } = await confirmLaunch(editor, id);
  expect((await launch()).status).toBe(303);
  await until(() => fixture.standIn.batches.length === 1, { what: "the batch to be handed over" });
  expect(await readCampaign(context.db, id)).toMatchObject({ state: "sending", audience: 2 });
});
