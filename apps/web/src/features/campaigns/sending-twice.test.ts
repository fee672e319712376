import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { failedAgain, tell } from "../../testing/arrivals.ts";
import { campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { apiClient, signedInClient } from "../../testing/client.ts";
import { readCampaign } from "./campaigns.ts";

const ADDRESSES = { mixed: "states=failed", both: "states=failed&states=uncertain" };

test("who sends again what failed is told how many of them may have arrived before, and asked", async () => {
  await using fixture = await campaignFixture(4);
  const { context } = fixture;
  const editor = await signedInClient(context, "editor");
  const id = await fixture.draft();
  await failedAgain(fixture, id, { failed: 3, uncertain: 1 });
  const confirm = await editor.get(`/campaigns/${id}/requeue?${ADDRESSES.mixed}`);
  expect(confirm.textOf("#confirm h1")).toBe("Send 4 failed emails of “Spring sale” again?");
  expect(confirm.textOf("#confirm .confirm-text p")).toBe(
    "The gateway may have accepted an earlier attempt of 1 of these: who has the campaign already will get it a second time. It did not accept the others.",
  );
  expect(confirm.find("#confirm button").map(({ text }) => text)).toEqual([
    "Send again, even if some get it twice",
  ]);
  await editor.post(confirm.find("#confirm form")[0]?.attributes["action"] as string);
  expect((await readCampaign(context.db, id))?.counts).toMatchObject({ queued: 4, failed: 0 });
});

test("of emails that may all have arrived before nothing is said to be certain", async () => {
  await using fixture = await campaignFixture(3);
  const editor = await signedInClient(fixture.context, "editor");
  const id = await fixture.draft();
  const { failed } = await launchedWith(fixture, id, "finished", { failed: 1, uncertain: 2 });
  await tell(fixture, failed[0] as string, "delivered");
  const confirm = await editor.get(`/campaigns/${id}/requeue?${ADDRESSES.both}`);
  expect(confirm.textOf("#confirm .confirm-text p")).toBe(
    "The gateway may have accepted an earlier attempt of these, so some of these people may have the campaign already, and will get it a second time.",
  );
});

test("selected emails that failed are sent again at once, unless one of them may have arrived before", async () => {
  await using fixture = await campaignFixture(3);
  const { context } = fixture;
  const editor = await signedInClient(context, "editor");
  const id = await fixture.draft();
  const { failed } = await launchedWith(fixture, id, "finished", { failed: 3 });
  const [one, two, three] = failed as [string, string, string];
  await tell(fixture, two, "delivered");
  const send = (...email_ids: string[]) =>
    editor.post(`/campaigns/${id}/requeue-selected`, { states: "failed", email_ids });
  expect((await send(one)).headers.get("location")).toBe(`/campaigns/${id}/recipients`);
  expect((await readCampaign(context.db, id))?.counts).toMatchObject({ queued: 1, failed: 2 });
  const asked = (await send(two, three)).headers.get("location") as string;
  expect((await readCampaign(context.db, id))?.counts).toMatchObject({ queued: 1, failed: 2 });
  const confirm = await editor.get(asked);
  expect(confirm.textOf("#confirm h1")).toBe("Send 2 failed emails of “Spring sale” again?");
  expect(confirm.textOf("#confirm .confirm-text p")).toContain("an earlier attempt of 1 of these");
  await editor.post(confirm.find("#confirm form")[0]?.attributes["action"] as string);
  expect((await readCampaign(context.db, id))?.counts).toMatchObject({ queued: 3, failed: 0 });
});

test("what becomes known after the question is asked about before anything is sent again", async () => {
  await using fixture = await campaignFixture(2);
  const { context } = fixture;
  const editor = await signedInClient(context, "editor");
  const id = await fixture.draft();
  const { failed } = await launchedWith(fixture, id, "finished", { failed: 2 });
  const certain = await editor.get(`/campaigns/${id}/requeue?states=failed`);
  expect(certain.textOf("#confirm .confirm-text p")).toStartWith(
    "The gateway did not accept these",
  );
  await tell(fixture, failed[0] as string, "delivered");
  const action = certain.find("#confirm form")[0]?.attributes["action"] as string;
  const again = await editor.post(action);
  expect((await readCampaign(context.db, id))?.counts).toMatchObject({ queued: 0, failed: 2 });
  const confirm = await editor.get(again.headers.get("location") as string);
  expect(confirm.textOf("#confirm .confirm-text p")).toContain("an earlier attempt of 1 of these");
  await editor.post(confirm.find("#confirm form")[0]?.attributes["action"] as string);
  expect((await readCampaign(context.db, id))?.counts).toMatchObject({ queued: 2, failed: 0 });
});

test("a program has nothing sent again that may arrive twice unless it says so", async () => {
  await using fixture = await campaignFixture(2);
  const { context } = fixture;
  const { call } = await apiClient(context, "editor");
  const id = await fixture.draft();
  const { failed } = await launchedWith(fixture, id, "finished", { failed: 2 });
  await tell(fixture, failed[0] as string, "delivered");
  const requeue = async (body: object) => {
    const answer = await call("POST", `/api/v1/campaigns/${id}/requeue`, body);
    return [answer.status, answer.json()];
  };
  const refused = [
    409,
    expect.objectContaining({
      detail:
        '1 email among them may have arrived before, and would perhaps arrive twice. None was sent again: say "perhaps_twice": true to send them all the same.',
    }),
  ];
  expect(await requeue({ states: ["failed"] })).toEqual(refused);
  expect(await requeue({ states: ["failed", "uncertain"], perhaps_twice: false })).toEqual(refused);
  const certain = { states: ["failed"], email_ids: [failed[1]], perhaps_twice: false };
  expect(await requeue(certain)).toEqual([202, { requeued: 1 }]);
  expect(await requeue({ states: ["failed"], perhaps_twice: true })).toEqual([
    202,
    { requeued: 1 },
  ]);
});

test("emails that take too long to look through are sent again only by somebody who was told that some may arrive twice", async () => {
  await using fixture = await campaignFixture(1);
  const { context } = fixture;
  const editor = await signedInClient(context, "editor");
  const id = await fixture.draft();
  await launchedWith(fixture, id, "finished", { failed: 1 });
  const { confirm, again, foot } = await context.db.transaction(async (tx) => {
    await tx.execute(sql`LOCK TABLE "email_fact"`);
    const [confirm, again, page] = await Promise.all([
      editor.get(`/campaigns/${id}/requeue?states=failed`),
      editor.post(`/campaigns/${id}/requeue?states=failed`),
      editor.get(`/campaigns/${id}/reasons`),
    ]);
    return { confirm, again, foot: page.textOf("#reasons .card-foot") };
  });
  expect(confirm.textOf("#confirm .confirm-text p")).toBe(
    "These are too many to look through now. The gateway may have accepted an earlier attempt of some of them: who has the campaign already will get it a second time.",
  );
  expect(again.headers.get("location")).toBe(`/campaigns/${id}/requeue?states=failed`);
  expect(foot).toBe(
    "How many of those that failed, were skipped or cancelled may have arrived all the same takes too long to count; the page of each says it.",
  );
  expect((await readCampaign(context.db, id))?.counts).toMatchObject({ failed: 1 });
  await editor.post(confirm.find("#confirm form")[0]?.attributes["action"] as string);
  expect((await readCampaign(context.db, id))?.counts).toMatchObject({ queued: 1 });
});

test("a campaign's page says how many of those that failed or were cancelled may have arrived all the same", async () => {
  await using fixture = await campaignFixture(5);
  const viewer = await signedInClient(fixture.context, "viewer");
  const id = await fixture.draft();
  const { failed, cancelled } = await launchedWith(fixture, id, "cancelled", {
    failed: 2,
    cancelled: 3,
  });
  const foot = async (path = "") =>
    (await viewer.get(`/campaigns/${id}${path}`)).textOf("#reasons .card-foot");
  expect(await foot()).toBeUndefined();
  await tell(fixture, failed[0] as string, "delivered");
  for (const email of cancelled.slice(1)) await tell(fixture, email, "complained");
  const said =
    "May have arrived all the same: 1 failed, 2 cancelled. Nobody can tell what became of an earlier attempt of theirs, or it became known later that the gateway had accepted one; the page of each says which.";
  expect([await foot(), await foot("/reasons")]).toEqual([said, said]);
});
