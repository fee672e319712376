import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId } from "@mailwright/platform";
import { ManualClock } from "@mailwright/testing";
import { type GatewayView, ROUTE } from "@mailwright/protocol";
import {
  type CampaignFixture,
  campaignFixture,
  launchedWith,
  settingsWith,
} from "../../testing/campaigns.ts";
import { apiClient, signedInClient } from "../../testing/client.ts";
import { activityOf } from "./activity.ts";
import { changeCampaign, readCampaign } from "./campaigns.ts";
import { launchCampaign, readReadiness } from "./launch.ts";

const REAL = "https://mail.example.com/email";
const NOWHERE =
  "Links in its emails would lead nowhere: WEB_URL is http://localhost:5050. Set it to the https address at which recipients reach this installation.";

function fixtureAt(webUrl: string): Promise<CampaignFixture> {
  return campaignFixture(2, { config: { webUrl } });
}

/** Has the email client tell of one gateway, which is the default, and of others. */
async function offer(
  { context, standIn, gateway }: CampaignFixture,
  url: string,
  ...others: Partial<GatewayView>[]
): Promise<void> {
  const { gateways, kinds } = settingsWith(gateway, url);
  const [first] = gateways as [GatewayView];
  const all = [first, ...others.map((other) => ({ ...first, default: false, ...other }))];
  standIn.answerAlways("GET /v1/settings", { gateways: all, kinds });
  await context.gatewayWatch.refresh();
}

test("through a real gateway nothing is launched while links would lead nowhere: the page says so, and the API", async () => {
  await using at = await fixtureAt("http://localhost:5050");
  const id = await at.draft();
  await offer(at, REAL);
  const editor = await signedInClient(at.context, "editor");
  const page = await editor.get(`/campaigns/${id}/launch`);
  expect(page.find('.readiness li[data-tone="warning"]').map(({ text }) => text)).toEqual([
    NOWHERE,
  ]);
  expect(page.find(`form[action="/campaigns/${id}/launch"]`)).toEqual([]);
  expect(page.find(".banner p").map(({ text }) => text)).toEqual([
    "WEB_URL is http://localhost:5050, so campaigns cannot be launched through “Main gateway”: links in their emails would lead nowhere.",
  ]);
  const pressed = await editor.post(`/campaigns/${id}/launch`);
  expect([pressed.status, pressed.text.includes(NOWHERE)]).toEqual([409, true]);
  const { call } = await apiClient(at.context, "editor");
  const refused = await call("POST", `/api/v1/campaigns/${id}/launch`);
  expect([refused.status, refused.json<{ detail: string }>().detail]).toEqual([409, NOWHERE]);
  expect((await readCampaign(at.context.db, id))?.state).toBe("draft");
});

test("without https it is launched, after a warning that nobody can leave with one click", async () => {
  await using at = await fixtureAt("http://mail.example.com");
  const id = await at.draft();
  await offer(at, REAL);
  const editor = await signedInClient(at.context, "editor");
  const page = await editor.get(`/campaigns/${id}/launch`);
  const warning =
    "No mailbox will offer to unsubscribe with one click: WEB_URL is http://mail.example.com, and that takes https (RFC 8058).";
  expect(page.find(".callout-text div").map(({ text }) => text)).toEqual([warning]);
  expect(page.find(".banner")).toEqual([]);
  const overview = await editor.get(`/campaigns/${id}`);
  expect(overview.find('.readiness li[data-tone="warning"]').map(({ text }) => text)).toEqual([
    warning,
  ]);
  expect((await launchCampaign(at.context, id, "Anna")).kind).toBe("launching");
});

test("at a public address with https there is nothing to say", async () => {
  await using at = await fixtureAt("https://mail.example.com");
  const id = await at.draft();
  await offer(at, REAL);
  const page = await (await signedInClient(at.context, "editor")).get(`/campaigns/${id}/launch`);
  expect([page.find(".callout"), page.find(".banner")]).toEqual([[], []]);
  expect((await launchCampaign(at.context, id, "Anna")).kind).toBe("launching");
});

test("a launch goes by what another web did to the gateway a moment ago, which the page need not show yet", async () => {
  await using at = await fixtureAt("http://localhost:5050");
  const { context, standIn, gateway } = at;
  const id = await at.draft();
  await changeCampaign(context, id, { gateway_id: gateway }, "Anna");
  const { gateways, kinds } = settingsWith(gateway, REAL);
  const told: string[][] = [];
  for (const left of [gateways, []]) {
    await offer(at, "http://127.0.0.1:5052/email");
    standIn.answerAlways("GET /v1/settings", { gateways: left, kinds });
    expect((await readReadiness(context, id)).obstacles).toEqual([]);
    const launch = await launchCampaign(context, id, "Anna");
    told.push(launch.kind === "not ready" ? launch.obstacles.map(({ message }) => message) : []);
  }
  expect(told).toEqual([
    [NOWHERE],
    ["The gateway that this campaign names is gone. Choose another."],
  ]);
  expect((await readCampaign(context.db, id))?.state).toBe("draft");
});

test("through a route it counts whether any of its gateways is real", async () => {
  await using at = await fixtureAt("http://localhost:5050");
  const [other, route] = [newId(), newId()];
  const outcomes: string[] = [];
  for (const [url, members] of [
    ["http://gateway_mock:5052/email", [at.gateway, other]],
    [REAL, [at.gateway, other]],
    [REAL, [at.gateway]],
    // An email client of before does not say what its routes go through.
    [REAL, []],
  ] as const) {
    await offer(
      at,
      "http://127.0.0.1:5052/email",
      { id: other, settings: { url } },
      { id: route, kind: ROUTE, settings: {}, members: [...members] },
    );
    const id = await at.draft();
    await changeCampaign(at.context, id, { gateway_id: route }, "Anna");
    const launch = await launchCampaign(at.context, id, "Anna");
    outcomes.push(
      launch.kind === "not ready" ? launch.obstacles.map(({ about }) => about).join() : launch.kind,
    );
  }
  expect(outcomes).toEqual(["launching", "public address", "launching", "public address"]);
});

test("a campaign whose gateway became a real one meanwhile is not resumed, nor sent again, by page and API alike", async () => {
  await using at = await fixtureAt("http://localhost:5050");
  const { context, gateway } = at;
  const id = await at.draft();
  await changeCampaign(context, id, { gateway_id: gateway }, "Anna");
  await launchedWith(at, id, "paused", { queued: 1, failed: 1 });
  const editor = await signedInClient(context, "editor");
  const { call } = await apiClient(context, "editor");
  const path = `/api/v1/campaigns/${id}`;
  const [email] = await context.db.execute<{ id: string }>(
    sql`SELECT "id" FROM "email" WHERE "campaign_id" = ${id} AND "state" = 'failed'`,
  );
  const selected = { states: "failed", email_ids: email?.id ?? "" };
  const tryAll = async () => [
    await editor.post(`/campaigns/${id}/requeue?states=failed`),
    await editor.post(`/campaigns/${id}/requeue-selected`, selected),
    await call("POST", `${path}/requeue`, { states: ["failed"] }),
    await editor.post(`/campaigns/${id}/resume`),
    await call("DELETE", `${path}/pause`),
  ];
  // It is seen at once, however new what was seen before is.
  const { gateways, kinds } = settingsWith(gateway, REAL);
  at.standIn.answerAlways("GET /v1/settings", { gateways, kinds });
  for (const answer of await tryAll())
    expect([answer.status, answer.text.includes(NOWHERE)]).toEqual([409, true]);
  at.standIn.answerNext("GET /v1/settings", { status: 500 });
  const unknown = await call("DELETE", `${path}/pause`);
  expect([unknown.status, unknown.json<{ detail: string }>().detail]).toEqual([
    409,
    expect.stringMatching(/^The email client does not answer, .* Try again in a moment\.$/),
  ]);
  expect((await readCampaign(context.db, id))?.state).toBe("paused");
  expect((await readCampaign(context.db, id))?.counts).toMatchObject({ queued: 1, failed: 1 });
  const done = (await activityOf(context.db, id)).map(({ action }) => action);
  expect(done).toEqual(["changed", "created"]);
  await offer(at, "http://127.0.0.1:5052/email");
  expect((await tryAll()).map(({ status }) => status)).toEqual([303, 303, 202, 303, 409]);
});

test("while the email client is away a campaign is launched by what it said in the last minute, and not by what is older", async () => {
  const clock = new ManualClock();
  await using at = await campaignFixture(2, {
    config: { webUrl: "https://mail.example.com" },
    clock,
  });
  await offer(at, REAL);
  at.standIn.answerAlways("GET /v1/settings", { gateways: "none of your business" });
  const [soon, late] = [await at.draft(), await at.draft()];
  await clock.advance(59_000);
  expect((await launchCampaign(at.context, soon, "Anna")).kind).toBe("launching");
  await clock.advance(1_000);
  expect((await launchCampaign(at.context, late, "Anna")).kind).toBe("not ready");
});

test("at a public address a campaign is resumed whatever became of its gateway, and while nobody can say", async () => {
  await using at = await fixtureAt("https://mail.example.com");
  const id = await at.draft();
  await launchedWith(at, id, "paused", { queued: 2 });
  at.standIn.answerAlways("GET /v1/settings", { gateways: "none of your business" });
  const { call } = await apiClient(at.context, "editor");
  expect((await call("DELETE", `/api/v1/campaigns/${id}/pause`)).status).toBe(202);
});
