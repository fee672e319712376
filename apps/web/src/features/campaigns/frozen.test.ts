import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import type { Context } from "../../context.ts";
import { campaignFixture } from "../../testing/campaigns.ts";
import { apiClient, signedInClient } from "../../testing/client.ts";
import { freezeLaunched } from "../dispatch/freeze.ts";
import { contentOf } from "../dispatch/handover-queries.ts";
import { changeSettings, readSettings } from "../settings/settings.ts";
import { deleteTemplate, saveTemplate } from "../templates/templates.ts";
import { readCampaign } from "./campaigns.ts";
import { campaignHeaders } from "../settings/campaign-headers.ts";
import { launchCampaign, readReadiness } from "./launch.ts";

async function frozenContent(context: Context, id: string) {
  const campaign = await readCampaign(context.db, id);
  return {
    version: campaign?.template_version,
    content: await contentOf(context.db, campaign?.content_hash ?? ""),
  };
}

test("what everybody gets is frozen at launch, whatever becomes of the template and the settings", async () => {
  await using at = await campaignFixture(2);
  const { context, template } = at;
  const first = await at.draft("First");
  expect(await launchCampaign(context, first, "Anna")).toEqual({ kind: "launching" });
  const before = await frozenContent(context, first);
  expect([before.version, before.content?.template.text, before.content?.sender.email]).toEqual([
    1,
    "Hello {{ contact.first_name }}\n\n{{ sender.postal_address }}\nUnsubscribe: {{ unsubscribe_url }}\n",
    "news@example.com",
  ]);
  await saveTemplate(context.db, template, { body: "Hello, changed" }, "Bob");
  await changeSettings(context.db, { from_email: "other@example.com", retry: { attempts: 9 } });
  const second = await at.draft("Second");
  expect(await launchCampaign(context, second, "Anna")).toEqual({ kind: "launching" });
  const { version, content } = await frozenContent(context, second);
  expect([
    version,
    content?.template.text,
    content?.sender.email,
    content?.policy.attempts,
  ]).toEqual([2, expect.stringMatching(/^Hello, changed\n\n/), "other@example.com", 9]);
  expect(content?.sender.postal_address).toBe("1 Road");
  expect(content?.headers).toEqual(campaignHeaders(second, await readSettings(context.db)));
  await deleteTemplate(context.db, template);
  await freezeLaunched({ ...context, emailClient: at.standIn.client });
  expect(await frozenContent(context, first)).toEqual(before);
});

test("a template that nobody could be sent is an obstacle to the launch, and says what is wrong with it", async () => {
  await using at = await campaignFixture(2);
  const { context, template } = at;
  const draft = await at.draft();
  // No page saves such a body; a restored backup or an older version of Mailwright may hold one.
  await context.db.execute(
    sql`UPDATE "template_version" SET "body" = '{% if contact.city %}' WHERE "template_id" = ${template}`,
  );
  const { obstacles } = await readReadiness(context, draft);
  const [obstacle, ...others] = obstacles;
  expect([obstacle?.about, others]).toEqual(["template", []]);
  expect(obstacle?.message).toMatch(/^The template cannot be sent: .+/);
  expect((await launchCampaign(context, draft, "Anna")).kind).toBe("not ready");
});

test("original, weakness 10: without a From address nothing is launched, and nothing without a sender reaches a gateway", async () => {
  await using at = await campaignFixture(2);
  const { context } = at;
  const draft = await at.draft();
  await changeSettings(context.db, { from_email: "" });
  expect(await launchCampaign(context, draft, "Anna")).toEqual({
    kind: "not ready",
    obstacles: [{ about: "sender", message: "Set the From name and address in the settings." }],
  });
  expect((await readCampaign(context.db, draft))?.state).toBe("draft");
  await freezeLaunched({ ...context, emailClient: at.standIn.client });
  expect(at.standIn.calls.filter(({ call }) => call.includes("/batches"))).toEqual([]);
});

test("without a postal address nothing is launched: the page says so with the way to set it, and so does the API", async () => {
  await using at = await campaignFixture(2);
  const { context } = at;
  const draft = await at.draft();
  await changeSettings(context.db, { postal_address: " \n" });
  const obstacle = {
    about: "postal address" as const,
    message: "Set the postal address in the settings: it stands in every campaign.",
  };
  expect(await launchCampaign(context, draft, "Anna")).toEqual({
    kind: "not ready",
    obstacles: [obstacle],
  });
  const page = await (await signedInClient(context)).get(`/campaigns/${draft}/launch`);
  const line = page.find('.readiness li[data-tone="warning"]').map(({ text }) => text);
  expect(line).toEqual([`${obstacle.message}Fix it`]);
  expect(page.find(".readiness a").map(({ attributes }) => attributes["href"])).toEqual([
    "/settings",
  ]);
  const { call } = await apiClient(context);
  const refused = await call("POST", `/api/v1/campaigns/${draft}/launch`);
  expect([refused.status, refused.text.includes(obstacle.message)]).toEqual([409, true]);
  expect((await readCampaign(context.db, draft))?.state).toBe("draft");
});

test("a variable that no contact has is no obstacle: whoever lacks it gets nothing in its place", async () => {
  await using at = await campaignFixture(2);
  const { context, template } = at;
  await saveTemplate(context.db, template, { body: "Hello {{ contact.nickname }}" }, "Anna");
  expect(await launchCampaign(context, await at.draft(), "Anna")).toEqual({ kind: "launching" });
});
