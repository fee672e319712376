import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId } from "@mailwright/platform";
import { addTemplate, campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { signedInClient, visitor } from "../../testing/client.ts";
import { readCampaign } from "./campaigns.ts";

const HOSTILE = `<img src=x onerror=alert(1)>"'><script>alert(2)</script>{{ 7 | times: 7 }}`;

test("a hostile name is shown as it was typed on every page, and runs nowhere", async () => {
  await using fixture = await campaignFixture(4);
  const { context } = fixture;
  const { db } = context;
  const template = newId();
  await addTemplate(context, template, HOSTILE, HOSTILE);
  const id = await fixture.draft(HOSTILE);
  const draft = await fixture.draft(HOSTILE);
  await db.execute(
    sql`UPDATE "campaign" SET "template_id" = ${template}, "segment_names" = ARRAY[${HOSTILE}]`,
  );
  await db.execute(sql`UPDATE "segment" SET "name" = ${HOSTILE}`);
  await db.execute(sql`UPDATE "contact" SET "name" = ${HOSTILE}`);
  const emails = await launchedWith(
    fixture,
    id,
    "finished",
    { sent: 1, failed: 1, uncertain: 1 },
    {
      failed: { error_code: HOSTILE, error_detail: HOSTILE },
      uncertain: { error_code: "unresolved", error_detail: HOSTILE },
    },
  );
  await db.execute(sql`UPDATE "email" SET "address" = ${HOSTILE}, "message_id" = ${HOSTILE}`);
  await db.execute(sql`UPDATE "campaign" SET "state_reason" = ${HOSTILE}`);
  await db.execute(sql`
    INSERT INTO "campaign_activity" ("campaign_id", "actor", "action", "detail")
    VALUES (${id}, ${HOSTILE}, 'paused', jsonb_build_object('why', ${HOSTILE}::text))
  `);
  const owner = await signedInClient(context);
  const pages = [
    "/campaigns",
    `/campaigns?q=${encodeURIComponent(HOSTILE)}`,
    "/campaigns/new",
    `/campaigns/${draft}/edit`,
    `/campaigns/${draft}`,
    `/campaigns/${draft}/launch`,
    ...[
      "",
      "/reasons",
      "/content",
      "/activity",
      "/recipients",
      "/delete",
      "/requeue?states=failed",
    ].map((part) => `/campaigns/${id}${part}`),
    `/campaigns/${id}/recipients?q=${encodeURIComponent(HOSTILE)}`,
    `/campaigns/${id}/progress`,
    ...[emails.sent, emails.failed, emails.uncertain].map(([email]) => `/emails/${email}`),
  ];
  for (const path of pages) {
    const page = await owner.get(path);
    expect([path, page.status]).toEqual([path, 200]);
    const sources = page.find("img, script").map(({ attributes }) => attributes["src"] ?? "inline");
    expect([path, sources.filter((source) => !source.startsWith("/assets/"))]).toEqual([path, []]);
    expect([path, page.text.includes("&lt;img src=x")]).toEqual([path, true]);
  }
});

test("nobody acts on a campaign without the right to, from another site, or without the sender's token", async () => {
  await using fixture = await campaignFixture(2);
  const { context } = fixture;
  const id = await fixture.draft();
  await launchedWith(fixture, id, "sending", { queued: 2 });
  const [editor, viewer] = [
    await signedInClient(context, "editor"),
    await signedInClient(context, "viewer"),
  ];
  const acts = [
    "launch",
    "pause",
    "resume",
    "cancel",
    "requeue?states=failed",
    "requeue-selected",
    "duplicate",
    "delete",
  ];
  for (const act of acts) {
    const path = `/campaigns/${id}/${act}`;
    expect([act, (await viewer.post(path)).status]).toEqual([act, 403]);
    expect([act, (await visitor(context).post(path)).headers.get("location")]).toEqual([
      act,
      "/sign-in",
    ]);
    const foreign = {
      method: "POST",
      headers: { "sec-fetch-site": "cross-site" },
      body: new URLSearchParams(),
    };
    expect([act, (await editor.send(path, foreign)).status]).toEqual([act, 403]);
    const tokenless = {
      method: "POST",
      headers: { "sec-fetch-site": "same-origin" },
      body: new URLSearchParams(),
    };
    expect([act, (await editor.send(path, tokenless)).status]).toEqual([act, 403]);
  }
  expect(await readCampaign(context.db, id)).toMatchObject({
    state: "sending",
    counts: { queued: 2 },
  });
});

test("a campaign that does not exist is 404 on every page and for every order", async () => {
  await using fixture = await campaignFixture(1);
  const owner = await signedInClient(fixture.context);
  const parts = [
    "",
    "/edit",
    "/launch",
    "/cancel",
    "/requeue",
    "/delete",
    "/content",
    "/preview",
    "/activity",
    "/recipients",
    "/recipients/export",
    "/live",
    "/progress",
    "/reasons",
  ];
  for (const id of [newId(), "7", "nonsense"]) {
    for (const part of parts)
      expect([part, (await owner.get(`/campaigns/${id}${part}`)).status]).toEqual([part, 404]);
    for (const act of [
      "",
      "/launch",
      "/pause",
      "/resume",
      "/cancel",
      "/requeue?states=failed",
      "/duplicate",
      "/delete",
    ])
      expect([act, (await owner.post(`/campaigns/${id}${act}`)).status]).toEqual([act, 404]);
    expect((await owner.get(`/emails/${id}`)).status).toBe(404);
  }
});
