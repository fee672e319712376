import { afterAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId } from "@mailwright/platform";
import { type GatewayKind, type GatewayView, ROUTE } from "@mailwright/protocol";
import { apiClient, signedInClient, type TestClient } from "../../testing/client.ts";
import {
  GATEWAY,
  type GatewaysFixture,
  gatewaysFixture,
  KIND,
  SPARE,
} from "./fixtures/gateways.ts";

const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync(), 30_000);

const weight = (name: string, label: string) =>
  ({ name, label, type: "number", required: false, secret: false }) as const;
const ROUTES: GatewayKind = {
  ...KIND,
  kind: ROUTE,
  title: "Route",
  description: "Several gateways with weights.",
  fields: [
    weight("gateway_1a", "Weight of “Example Mail”"),
    weight("gateway_2b", "Weight of “Spare”"),
  ],
};
const BOTH: GatewayView = {
  ...GATEWAY,
  id: newId(),
  name: "Both",
  kind: ROUTE,
  settings: { gateway_1a: "3", gateway_2b: "" },
  members: [GATEWAY.id, SPARE.id],
  secrets: [],
  rate_per_second: null,
  default: false,
};

let fixture: GatewaysFixture;
let admin: TestClient;

beforeEach(async () => {
  fixture = stack.use(await gatewaysFixture());
  fixture.offer([GATEWAY, SPARE, BOTH], [KIND, ROUTES]);
  admin = await signedInClient(fixture.context, "admin");
}, 30_000);

test("the form of a route asks for a weight of each gateway, and for no rates", async () => {
  const page = await admin.get(`/settings/gateways/${BOTH.id}`);
  const inputs = page.find("main form .input").map(({ attributes }) => attributes["name"]);
  expect(inputs).toEqual(["name", "gateway_1a", "gateway_2b"]);
  expect(page.find("#field-gateway_1a")[0]?.attributes["value"]).toBe("3");
  expect(page.text).not.toContain("Recent attempts");
  expect(page.find("main button").map(({ text }) => text)).toContain("Check connections");
  const saved = await admin.post(`/settings/gateways/${BOTH.id}`, {
    name: "Both",
    gateway_1a: "3",
    gateway_2b: "0.5",
  });
  expect(saved.status).toBe(303);
  expect(fixture.patches()).toMatchObject([
    { id: BOTH.id, name: "Both", settings: { gateway_1a: "3", gateway_2b: "0.5" } },
  ]);
});

test("a route is added like a gateway, on the page and by the API", async () => {
  const form = await admin.get(`/settings/gateways/new?kind=${ROUTE}`);
  expect(form.text).toContain("Weight of “Spare”");
  expect(form.find("#field-rate_per_second")).toEqual([]);
  const { call } = await apiClient(fixture.context, "admin");
  await call("POST", "/api/v1/gateways", { name: "Two", kind: ROUTE, gateway_2b: 1 });
  expect(fixture.patches()).toMatchObject([
    { name: "Two", kind: ROUTE, settings: { gateway_2b: "1" } },
  ]);
  const shown = await call("GET", `/api/v1/gateways/${BOTH.id}`);
  expect(shown.json()).toMatchObject({ kind: ROUTE, gateway_1a: 3, gateway_2b: "" });
});

test("a gateway that a route goes through is not removed, and the page says why", async () => {
  const detail = "The route “Both” goes through it: take it out of that first.";
  const body = { title: "The gateways were not changed", detail, field: "gateways.0.removed" };
  fixture.client.answerNext("PATCH /v1/settings", { status: 422, body });
  const answer = await admin.post(`/settings/gateways/${SPARE.id}/remove`);
  expect(answer.status).toBe(409);
  expect(answer.text).toContain(detail);
});

/** Has each gateway of the route answer a call of its own. */
function answerEach(call: string, first: object, second: object): void {
  fixture.client.answerAlways(`POST /v1/gateways/${GATEWAY.id}/${call}`, first);
  fixture.client.answerAlways(`POST /v1/gateways/${SPARE.id}/${call}`, second);
}

const lines = (page: { find(selector: string): { text: string }[] }) =>
  page.find(".callout-text").map(({ text }) => text);

test("a check of a route goes to each of its gateways, and says of each what it came to", async () => {
  const api = await apiClient(fixture.context, "admin");
  const check = async () =>
    (await api.call("POST", `/api/v1/gateways/${BOTH.id}/check`)).json<object>();
  const [ready, refused] = [
    { outcome: "ready", detail: "It knows us." },
    { outcome: "unauthorized", detail: "Wrong password." },
  ];
  answerEach("check", ready, refused);
  const page = await admin.post(`/settings/gateways/${BOTH.id}/check`);
  expect([page.status, lines(page)]).toEqual([
    200,
    [
      "“Example Mail”: the connection worksIt knows us.",
      "“Spare”: the service refuses the credentials or the accountWrong password.",
    ],
  ]);
  expect(await check()).toEqual({
    outcome: "unauthorized",
    detail: "“Spare”: Wrong password.",
    gateways: [
      { id: GATEWAY.id, name: "Example Mail", ...ready },
      { id: SPARE.id, name: "Spare", ...refused },
    ],
  });
  fixture.client.answerNext(`POST /v1/gateways/${SPARE.id}/check`, { status: 404 });
  expect(await check()).toMatchObject({
    outcome: "unavailable",
    gateways: [
      ready,
      { outcome: "unavailable", detail: "It is not set up yet: see what is missing." },
    ],
  });
  answerEach("check", ready, ready);
  expect(await check()).toMatchObject({
    outcome: "ready",
    detail: "“Example Mail”: It knows us.",
    gateways: [ready, ready],
  });
});

test("a test of a route goes through each of its gateways, and says of each what it came to", async () => {
  await fixture.context.db.execute(sql`UPDATE "setting" SET "from_email" = 'news@example.com'`);
  const [taken, refused] = [
    { outcome: "accepted", message_id: "<m-1>" },
    { outcome: "rejected", detail: "No." },
  ];
  answerEach("messages", taken, refused);
  const page = await admin.post(`/settings/gateways/${BOTH.id}/test`, { to: "anna@example.com" });
  expect([page.status, page.find(".callout-title").map(({ text }) => text)]).toEqual([
    200,
    ["“Example Mail”: the gateway accepted it", "“Spare”: the gateway rejected it"],
  ]);
  const texts = fixture.client.calls
    .filter(({ call }) => call.endsWith("/messages"))
    .map(({ call, body }) => [call.split("/")[3], (body as { text: string }).text.split("\n")[0]]);
  expect(texts.toSorted()).toEqual(
    [
      [GATEWAY.id, "This is a test of the gateway “Example Mail”."],
      [SPARE.id, "This is a test of the gateway “Spare”."],
    ].toSorted(),
  );
  const api = await apiClient(fixture.context, "admin");
  const send = () =>
    api.call("POST", `/api/v1/gateways/${BOTH.id}/test`, { to: "anna@example.com" });
  expect((await send()).json<object>()).toEqual({
    outcome: "rejected",
    detail: "“Spare”: No.",
    gateways: [
      { id: GATEWAY.id, name: "Example Mail", ...taken },
      { id: SPARE.id, name: "Spare", ...refused },
    ],
  });
  fixture.client.answerNext(`POST /v1/gateways/${SPARE.id}/messages`, { status: 500 });
  const unsure = await send();
  expect([unsure.status, unsure.json<object>()]).toMatchObject([
    200,
    { outcome: "ambiguous", gateways: [taken, { outcome: "ambiguous" }] },
  ]);
});
