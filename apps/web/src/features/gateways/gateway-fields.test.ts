import { afterAll, beforeEach, expect, test } from "bun:test";
import type { GatewayField, GatewayKind } from "@mailwright/protocol";
import { apiClient, signedInClient, type TestClient } from "../../testing/client.ts";
import { GATEWAY, type GatewaysFixture, gatewaysFixture } from "./fixtures/gateways.ts";

const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync(), 30_000);

const FIELDS: GatewayField[] = [
  {
    name: "security",
    label: "Encryption",
    type: "choice",
    required: false,
    secret: false,
    options: [
      { value: "starttls", label: "STARTTLS" },
      { value: "tls", label: "TLS" },
    ],
  },
  { name: "certificate", label: "Certificate", type: "multiline", required: false, secret: false },
  { name: "key", label: "Key", type: "multiline", required: false, secret: true },
];
const KIND: GatewayKind = {
  kind: "server",
  title: "A server",
  description: "With fields of every type.",
  fields: FIELDS,
  capabilities: { idempotency: "none", lookup: false, batch: false, perItemResult: true },
};
const SERVER = {
  ...GATEWAY,
  name: "Server",
  kind: "server",
  settings: { certificate: "one\ntwo" },
  secrets: ["key"],
};

let fixture: GatewaysFixture;
let admin: TestClient;

beforeEach(async () => {
  fixture = stack.use(await gatewaysFixture());
  fixture.offer([SERVER], [KIND]);
  admin = await signedInClient(fixture.context, "admin");
}, 30_000);

test("a choice is drawn as a list whose first line holds until another is chosen", async () => {
  const page = await admin.get(`/settings/gateways/${SERVER.id}`);
  expect(
    page.find("#field-security option").map(({ attributes, text }) => [attributes["value"], text]),
  ).toEqual([
    ["starttls", "STARTTLS"],
    ["tls", "TLS"],
  ]);
  const refused = await admin.post(`/settings/gateways/${SERVER.id}`, {
    name: "Server",
    security: "telepathy",
  });
  expect([refused.status, fixture.patches()]).toEqual([422, []]);
  const reader = await signedInClient(fixture.context, "editor");
  expect((await reader.get(`/settings/gateways/${SERVER.id}`)).text).toContain("STARTTLS");
});

test("what takes several lines keeps them, and a key of several lines is never shown", async () => {
  const page = await admin.get(`/settings/gateways/${SERVER.id}`);
  expect(page.find("textarea").map(({ attributes, text }) => [attributes["name"], text])).toEqual([
    ["certificate", "one two"],
    ["key", ""],
    ["domain_rates", ""],
  ]);
  expect(page.text).toContain(">one\ntwo</textarea>");
  const saved = await admin.post(`/settings/gateways/${SERVER.id}`, {
    name: "Server",
    security: "tls",
    certificate: "three\r\nfour\r\n",
    key: "-----BEGIN\r\nKEY-----\r\n",
  });
  expect(saved.status).toBe(303);
  expect(fixture.patches()).toEqual([
    {
      id: SERVER.id,
      name: "Server",
      rate_per_second: null,
      domain_rate_per_second: null,
      domain_rates: {},
      settings: { security: "tls", certificate: "three\nfour" },
      secrets: { key: "-----BEGIN\nKEY-----\n" },
    },
  ]);
});

test("fields of a group stand under its heading, in the form and for whoever only reads", async () => {
  const signing: GatewayField = {
    ...FIELDS[2]!,
    name: "dkim",
    label: "DKIM key",
    group: "signing",
  };
  fixture.offer([SERVER], [{ ...KIND, fields: [signing, ...FIELDS] }]);
  const sections = (await admin.get(`/settings/gateways/${SERVER.id}`)).find(".form-section");
  expect(sections.map(({ text }) => /^(Account|Signing|Sending)/.exec(text.trim())?.[0])).toEqual([
    "Account",
    "Signing",
    "Sending",
  ]);
  expect(sections.map(({ text }) => text.includes("DKIM key"))).toEqual([false, true, false]);
  const reader = await signedInClient(fixture.context, "editor");
  expect((await reader.get(`/settings/gateways/${SERVER.id}`)).text).toMatch(
    /Signing \(DKIM\)[^]*DKIM key/,
  );
});

test("the API says which choices there are, and takes no others", async () => {
  const { call } = await apiClient(fixture.context, "admin");
  const kinds = (await call("GET", "/api/v1/gateways/kinds")).json<{
    items: { schema: { properties: Record<string, object> } }[];
  }>();
  expect(kinds.items[0]?.schema.properties["security"]).toMatchObject({
    anyOf: [{ const: "starttls" }, { const: "tls" }],
  });
  const path = `/api/v1/gateways/${SERVER.id}`;
  expect((await call("PATCH", path, { security: "telepathy" })).status).toBe(422);
  expect((await call("PATCH", path, { security: "tls" })).status).toBe(200);
});
