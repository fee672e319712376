import { afterAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { apiClient, signedInClient, type TestClient } from "../../testing/client.ts";
import {
  addCampaign,
  GATEWAY,
  type GatewaysFixture,
  gatewaysFixture,
  SPARE,
} from "./fixtures/gateways.ts";
import { sendTest } from "./test-message.ts";

const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync(), 30_000);

let fixture: GatewaysFixture;
let admin: TestClient;

beforeEach(async () => {
  fixture = stack.use(await gatewaysFixture());
  admin = await signedInClient(fixture.context, "admin");
}, 30_000);

test("a gateway is made the default by one press", async () => {
  const answer = await admin.post(`/settings/gateways/${SPARE.id}/default`);
  expect(answer.status).toBe(303);
  expect(fixture.patches()).toEqual([{ id: SPARE.id, default: true }]);
});

test("before a gateway is removed its page says what goes with it", async () => {
  for (const gateway of [GATEWAY.id, null, SPARE.id])
    await addCampaign(fixture.context, { state: "draft", gateway });
  await addCampaign(fixture.context, { state: "finished", gateway: GATEWAY.id, failed: 3 });
  const page = await admin.get(`/settings/gateways/${GATEWAY.id}/remove`);
  expect(page.find("#confirm li").map(({ text }) => text)).toEqual([
    "Its settings and its stored secrets.",
    "2 drafts would have gone through it: draft campaign, draft campaign.",
    "The failed and uncertain emails of 1 ended campaign cannot be sent again through it.",
    "“Spare” becomes the default.",
  ]);
  const answer = await admin.post(`/settings/gateways/${GATEWAY.id}/remove`);
  expect(answer.status).toBe(303);
  expect(fixture.patches()).toEqual([{ id: GATEWAY.id, removed: true }]);
});

test("a gateway that a campaign is on its way through is not removed", async () => {
  for (const state of ["launching", "sending", "paused"])
    await addCampaign(fixture.context, { state, gateway: GATEWAY.id });
  const page = await admin.get(`/settings/gateways/${GATEWAY.id}/remove`);
  expect(page.textOf("#confirm p")).toBe(
    "3 campaigns are on the way through it: paused campaign, sending campaign, launching campaign.",
  );
  expect(page.find("#confirm form")).toEqual([]);
  const answer = await admin.post(`/settings/gateways/${GATEWAY.id}/remove`);
  expect(answer.status).toBe(409);
  const { call } = await apiClient(fixture.context, "admin");
  const refused = await call("DELETE", `/api/v1/gateways/${GATEWAY.id}`);
  expect([refused.status, refused.json<{ detail: string }>().detail]).toEqual([
    409,
    "Campaigns are on their way through it: “paused campaign”, “sending campaign”, “launching campaign”. Wait until they have ended, or cancel them.",
  ]);
  expect(fixture.patches()).toEqual([]);
});

test("a test is sent from the sender of the settings, and not before there is one", async () => {
  const path = `/settings/gateways/${GATEWAY.id}/test`;
  const editor = await signedInClient(fixture.context, "editor");
  const none = await editor.post(path, { to: "anna@example.com" });
  expect(none.textOf(".callout-title")).toBe("Not sent: no From address is set");
  await fixture.context.db.execute(
    sql`UPDATE "setting" SET "from_name" = 'Acme', "from_email" = 'news@example.com', "reply_to" = 'hi@example.com'`,
  );
  fixture.client.answerAlways(`POST /v1/gateways/${GATEWAY.id}/messages`, {
    outcome: "accepted",
    message_id: "<m-1>",
  });
  const sent = await editor.post(path, { to: " Anna@example.com " });
  expect([sent.status, sent.textOf(".callout-title")]).toEqual([200, "The gateway accepted it"]);
  expect(sent.textOf(".callout code")).toBe("<m-1>");
  const message = fixture.client.calls.find(({ call }) => call.endsWith("/messages"));
  expect(message?.body).toMatchObject({
    from: { name: "Acme", email: "news@example.com", reply_to: "hi@example.com" },
    to: { name: "", email: "Anna@example.com" },
    html: `<!doctype html><html lang="en"><body><p>This is a test of the gateway “${GATEWAY.name}”.</p><p>That it arrived shows that its settings are right.</p></body></html>`,
    text: `This is a test of the gateway “${GATEWAY.name}”.\n\nThat it arrived shows that its settings are right.\n`,
    headers: expect.objectContaining({ Precedence: "bulk" }),
    unsubscribe_url: "http://localhost/u/example",
  });
});

test("a gateway's name stands in a test as it is written, whatever is in it", async () => {
  const { context } = fixture;
  await context.db.execute(sql`UPDATE "setting" SET "from_email" = 'news@example.com'`);
  const named = { id: GATEWAY.id, name: `<b>Tom & "Co"</b>` };
  await sendTest(context, { through: [named] }, "anna@example.com");
  const message = fixture.client.calls.find(({ call }) => call.endsWith("/messages"));
  expect(message?.body).toMatchObject({
    html: expect.stringContaining("“&lt;b&gt;Tom &amp; &quot;Co&quot;&lt;/b&gt;”"),
    text: expect.stringContaining(`“${named.name}”`),
  });
});

test("every outcome of a test is told in words, whatever the gateway wrote", async () => {
  await fixture.context.db.execute(sql`UPDATE "setting" SET "from_email" = 'news@example.com'`);
  const said: (string | undefined)[] = [];
  for (const outcome of ["rejected", "unauthorized", "throttled", "unavailable", "ambiguous"]) {
    fixture.client.answerAlways(`POST /v1/gateways/${GATEWAY.id}/messages`, {
      outcome,
      detail: "<script>alert(1)</script>",
    });
    const answer = await admin.post(`/settings/gateways/${GATEWAY.id}/test`, {
      to: "anna@example.com",
    });
    expect(answer.text).not.toContain("<script>alert");
    said.push(answer.textOf(".callout-title"));
  }
  expect(said).toEqual([
    "The gateway rejected it",
    "The gateway refused the credentials",
    "The gateway takes no more for now",
    "The gateway is not available",
    "It is unclear whether it was sent",
  ]);
  fixture.client.answerNext(`POST /v1/gateways/${GATEWAY.id}/messages`, { status: 500 });
  const unknown = await admin.post(`/settings/gateways/${GATEWAY.id}/test`, {
    to: "anna@example.com",
  });
  expect(unknown.textOf(".callout-title")).toBe("It is unclear whether it was sent");
  const wrong = await admin.post(`/settings/gateways/${GATEWAY.id}/test`, { to: "anna" });
  expect(wrong.status).toBe(422);
});

test("a check is told above the settings, in words, by the page and by the API", async () => {
  const call = `POST /v1/gateways/${GATEWAY.id}/check`;
  const path = `/settings/gateways/${GATEWAY.id}`;
  const said: (string | undefined)[] = [];
  for (const outcome of ["ready", "unauthorized", "throttled", "unavailable", "ambiguous"]) {
    fixture.client.answerAlways(call, { outcome, detail: "<script>alert(1)</script>" });
    const answer = await admin.post(`${path}/check`);
    expect([answer.status, answer.text.includes("<script>alert")]).toEqual([200, false]);
    expect(answer.find("#field-url")[0]?.attributes["value"]).toBe(GATEWAY.settings["url"]);
    said.push(answer.textOf(".callout-title"));
  }
  expect(said).toEqual([
    "The connection works",
    "The service refuses the credentials or the account",
    "The service takes no more for now; try again in a minute",
    "The service cannot be reached, or is out of order",
    "The service does not answer as it should",
  ]);
  const api = await apiClient(fixture.context, "admin");
  const checked = await api.call("POST", `/api/v1/gateways/${GATEWAY.id}/check`);
  expect(checked.json<object>()).toMatchObject({ outcome: "ambiguous" });
  fixture.client.answerNext(call, { status: 404 });
  expect((await api.call("POST", `/api/v1/gateways/${GATEWAY.id}/check`)).status).toBe(409);
  fixture.client.answerNext(call, { status: 500 });
  const away = await admin.post(`${path}/check`);
  expect(away.textOf(".callout-title")).toBe("Not checked: the email client does not answer");
  const viewer = await signedInClient(fixture.context, "viewer");
  expect((await viewer.post(`${path}/check`)).status).toBe(403);
});
