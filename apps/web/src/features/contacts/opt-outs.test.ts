import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { sql } from "drizzle-orm";
import { type CampaignFixture, campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { apiClient, signedInClient } from "../../testing/client.ts";
import { optOut } from "../segments/opt-outs.ts";
import { createSegment } from "../segments/segments.ts";

let fixture: CampaignFixture;
let segment: string;
let campaign: string;
let email: string;
let contact: string;

beforeAll(async () => {
  fixture = await campaignFixture(1);
  const { db } = fixture.context;
  const rule = { field: "email", is: "contains", value: "@" };
  const made = await createSegment(db, { name: "<Dear> customers", rule });
  if (made.kind !== "created") throw new Error(JSON.stringify(made.faults));
  segment = made.segment.id;
  campaign = await fixture.draft("Spring sale");
  const { sent } = await launchedWith(fixture, campaign, "finished", { sent: 1 });
  email = sent[0] as string;
  const [row] = await db.execute<{ id: string }>(sql`SELECT "id" FROM "contact"`);
  contact = row?.id ?? "";
}, 30_000);
afterAll(() => fixture[Symbol.asyncDispose]());

beforeEach(() => optOut(fixture.context.db, segment, contact, email));

const tags = (client: Awaited<ReturnType<typeof signedInClient>>) =>
  client.get(`/contacts/${contact}`).then((page) => page.find(".tag").map(({ text }) => text));

test("a contact's page says which segment they opted out of, when and by which campaign, and an editor takes them back in", async () => {
  const { context } = fixture;
  const editor = await signedInClient(context, "editor");
  const page = await editor.get(`/contacts/${contact}`);
  expect(page.textOf("[data-opt-out] p")).toMatch(
    /^Opted out of <Dear> customers .+, by the unsubscribe page of Spring sale\. /,
  );
  expect(page.find("[data-opt-out] p a").map(({ attributes }) => attributes["href"])).toEqual([
    `/segments/${segment}`,
    `/emails/${email}`,
  ]);
  expect(await tags(editor)).toEqual(["Everybody"]);
  const path = page.find("[data-opt-out] a.button")[0]?.attributes["href"] ?? "";
  const asked = await editor.get(path);
  expect(asked.textOf("h1")).toBe("Take P1 back into “<Dear> customers”?");
  const taken = await editor.post(path);
  expect([taken.status, taken.headers.get("location")]).toEqual([303, `/contacts/${contact}`]);
  const after = await editor.get(`/contacts/${contact}`);
  expect([after.find("[data-opt-out]"), after.textOf(".toast-text")]).toEqual([
    [],
    "“<Dear> customers” can have them again.",
  ]);
  expect(await tags(editor)).toEqual(["Everybody", "<Dear> customers, by its rule"]);
  expect((await editor.get(path)).status).toBe(404);
  expect((await editor.post(path)).status).toBe(303);
  for (const other of [
    `/contacts/${newId()}/opt-outs/${segment}/lift`,
    `/contacts/${contact}/opt-outs/${newId()}/lift`,
    `/contacts/${contact}/opt-outs/x/lift`,
  ])
    expect([(await editor.get(other)).status, (await editor.post(other)).status]).toEqual([
      404, 404,
    ]);
});

test("who may only look is told the same, and takes nobody back", async () => {
  const { context } = fixture;
  const viewer = await signedInClient(context, "viewer");
  const page = await viewer.get(`/contacts/${contact}`);
  expect([page.find("[data-opt-out] p").length, page.find("[data-opt-out] a.button")]).toEqual([
    1,
    [],
  ]);
  const path = `/contacts/${contact}/opt-outs/${segment}/lift`;
  expect([(await viewer.get(path)).status, (await viewer.post(path)).status]).toEqual([403, 403]);
  const { call } = await apiClient(context, "viewer");
  const refused = await call("DELETE", `/api/v1/contacts/${contact}/opt-outs/${segment}`);
  expect(refused.status).toBe(403);
  expect(await tags(viewer)).toEqual(["Everybody"]);
});

test("programs read what a contact has opted out of, and take them back in", async () => {
  const { call } = await apiClient(fixture.context, "editor");
  const path = `/api/v1/contacts/${contact}/opt-outs`;
  expect((await call("GET", path)).json<unknown>()).toEqual({
    items: [
      {
        segment_id: segment,
        segment_name: "<Dear> customers",
        email_id: email,
        campaign_id: campaign,
        campaign_name: "Spring sale",
        created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    ],
  });
  expect((await call("DELETE", `${path}/${newId()}`)).status).toBe(404);
  for (let times = 0; times < 2; times++)
    expect((await call("DELETE", `${path}/${segment}`)).status).toBe(204);
  expect((await call("GET", path)).json<unknown>()).toEqual({ items: [] });
  expect((await call("GET", `/api/v1/contacts/${newId()}/opt-outs`)).status).toBe(404);
});

test("what was left by an email of a campaign that was deleted since stays left", async () => {
  const { context } = fixture;
  await optOut(context.db, segment, contact, email);
  await context.db.execute(
    sql`UPDATE "segment_opt_out" SET "email_id" = ${newId()} WHERE "contact_id" = ${contact}`,
  );
  const viewer = await signedInClient(context, "viewer");
  const page = await viewer.get(`/contacts/${contact}`);
  expect(page.textOf("[data-opt-out] p")).toContain("of a campaign that was deleted.");
});
