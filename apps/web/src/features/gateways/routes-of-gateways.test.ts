import { afterAll, beforeEach, expect, test } from "bun:test";
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
  expect(page.text).not.toContain("Check connection");
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
