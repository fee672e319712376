import { afterAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId } from "@mailwright/platform";
import type { Context } from "../../context.ts";
import { apiClient } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import {
  type EmailClientStandIn,
  emailClientStandIn,
} from "../../testing/email-client-stand-in.ts";

const ID = newId();

const VIEW = {
  gateways: [
    {
      id: ID,
      name: "Example Mail",
      kind: "http",
      settings: { url: "https://mail.example.com/email", port: "443" },
      secrets: ["password"],
      rate_per_second: 50,
      domain_rate_per_second: 20,
      domain_rates: { "example.org": 5 },
      default: true,
      complete: false,
      breaker: "closed",
    },
  ],
  kinds: [
    {
      kind: "http",
      title: "HTTP gateway",
      description: "Posts JSON.",
      fields: [
        { name: "url", label: "Endpoint", type: "url", required: true, secret: false },
        { name: "port", label: "Port", type: "number", required: false, secret: false },
        { name: "region", label: "Region", type: "text", required: true, secret: false },
        { name: "password", label: "Password", type: "password", required: true, secret: true },
      ],
      capabilities: { idempotency: "none", lookup: false, batch: false, perItemResult: true },
    },
  ],
};

const SHOWN = {
  id: ID,
  revision: null,
  name: "Example Mail",
  kind: "http",
  url: "https://mail.example.com/email",
  port: 443,
  rate_per_second: 50,
  domain_rate_per_second: 20,
  domain_rates: { "example.org": 5 },
  default: true,
  complete: false,
  missing: ["region"],
  secrets: ["password"],
  breaker: "closed",
  webhook_url: null,
};

const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync(), 30_000);

let client: EmailClientStandIn;
let context: Context;
let call: Awaited<ReturnType<typeof apiClient>>["call"];

beforeEach(async () => {
  client = stack.use(emailClientStandIn());
  context = stack.use(await testContext({ emailClient: client.client }));
  client.answerAlways("GET /v1/settings", VIEW);
  client.answerAlways("PATCH /v1/settings", VIEW);
  ({ call } = await apiClient(context, "admin"));
}, 30_000);

function patches(): unknown[] {
  return client.calls
    .filter((each) => each.call === "PATCH /v1/settings")
    .map(({ body }) => (body as { gateways: unknown[] }).gateways[0]);
}

test("a gateway is shown flat, without its secrets", async () => {
  const list = await call("GET", "/api/v1/gateways");
  expect([list.status, list.json()]).toEqual([200, { items: [SHOWN] }]);
  const one = await call("GET", `/api/v1/gateways/${ID}`);
  expect([one.status, one.json()]).toEqual([200, SHOWN]);
  expect((await call("GET", `/api/v1/gateways/${newId()}`)).status).toBe(404);
});

test("the kinds say what each takes, as fields and as a schema", async () => {
  const answer = await call("GET", "/api/v1/gateways/kinds");
  const { items } = answer.json<{ items: { kind: string; fields: unknown; schema: object }[] }>();
  expect(items[0]?.fields).toEqual(VIEW.kinds[0]?.fields);
  expect(items[0]?.schema).toMatchObject({
    type: "object",
    additionalProperties: false,
    properties: {
      name: { type: "string" },
      url: { type: "string" },
      port: { type: "number" },
      password: { type: "string", writeOnly: true },
    },
  });
});

test("a change says what it says, and the rest stays", async () => {
  const change = { rate_per_second: null, port: 8443, password: "" };
  const answer = await call("PATCH", `/api/v1/gateways/${ID}`, change);
  expect([answer.status, answer.json()]).toEqual([200, SHOWN]);
  expect(patches()).toEqual([
    { id: ID, rate_per_second: null, settings: { port: "8443" }, secrets: { password: "" } },
  ]);
});

test("rates of recipient domains are changed as a whole, and one that is none is refused by name", async () => {
  const change = { domain_rate_per_second: null, domain_rates: { "example.com": 3 } };
  expect((await call("PATCH", `/api/v1/gateways/${ID}`, change)).status).toBe(200);
  expect(patches()).toEqual([{ id: ID, ...change }]);
  for (const domain_rates of [{ "example.com": 0 }, { "A B": 1 }, { "example.com": "many" }])
    expect((await call("PATCH", `/api/v1/gateways/${ID}`, { domain_rates })).status).toBe(422);
  expect(patches()).toHaveLength(1);
});

test("rates of recipient domains are kept as recipients have them, and what is no domain or comes twice is named", async () => {
  const path = `/api/v1/gateways/${ID}`;
  const asTyped = { "Example.COM": 3, "bücher.example.org": 0.5 };
  expect((await call("PATCH", path, { domain_rates: asTyped })).status).toBe(200);
  expect(patches()).toEqual([
    { id: ID, domain_rates: { "example.com": 3, "xn--bcher-kva.example.org": 0.5 } },
  ]);
  const domain_rates = {
    "example.com": 1,
    "EXAMPLE.com": 2,
    nowhere: 1,
    "1.2.3.4": 1,
    "a@b.example": 1,
  };
  const refused = await call("PATCH", path, { domain_rates });
  const none = "Name a domain as it stands behind the @, such as example.com.";
  expect([refused.status, refused.json<{ errors: unknown }>().errors]).toEqual([
    422,
    [
      { field: "domain_rates.EXAMPLE.com", message: "This is “example.com” twice: leave one." },
      { field: "domain_rates.nowhere", message: none },
      { field: "domain_rates.1.2.3.4", message: none },
      { field: "domain_rates.a@b.example", message: none },
    ],
  ]);
  expect(patches()).toHaveLength(1);
});

test("rates from before domains were kept as recipients have them can be read", async () => {
  const domain_rates = { "bücher.example.org": 5, nowhere: 1 };
  const [gateway] = VIEW.gateways;
  client.answerAlways("GET /v1/settings", { ...VIEW, gateways: [{ ...gateway, domain_rates }] });
  expect((await call("GET", `/api/v1/gateways/${ID}`)).json()).toMatchObject({ domain_rates });
});

/** The status of a call that is refused, and the field that it names. */
async function faultOf(method: string, path: string, body: unknown) {
  const answer = await call(method, `/api/v1/gateways${path}`, body);
  return [answer.status, answer.json<{ field: string }>().field];
}

test("what does not belong to the kind, or does not fit, is refused by name", async () => {
  const made = { name: "Mail", kind: "http" };
  expect(await faultOf("POST", "", { ...made, kind: "pigeon" })).toEqual([422, "kind"]);
  expect(await faultOf("POST", "", { kind: "http" })).toEqual([422, "name"]);
  expect(await faultOf("POST", "", { ...made, colour: "red" })).toEqual([422, "colour"]);
  expect(await faultOf("POST", "", { ...made, port: "many" })).toEqual([422, "port"]);
  expect(await faultOf("POST", "", { ...made, url: { a: 1 } })).toEqual([422, "url"]);
  expect(await faultOf("POST", "", { ...made, rate_per_second: 0 })).toEqual([
    422,
    "rate_per_second",
  ]);
  expect(await faultOf("PATCH", `/${ID}`, { kind: "smtp" })).toEqual([422, "kind"]);
  expect(await faultOf("PATCH", `/${ID}`, { default: false })).toEqual([422, "default"]);
  expect(patches()).toEqual([]);
});

test("what the email client refuses is refused at the same field", async () => {
  const body = {
    title: "Not changed",
    detail: "That will not do.",
    field: "gateways.0.settings.url",
  };
  client.answerNext("PATCH /v1/settings", { status: 422, body });
  const answer = await call("PATCH", `/api/v1/gateways/${ID}`, { url: "x" });
  expect([answer.status, answer.json<{ errors: unknown }>().errors]).toEqual([
    422,
    [{ field: "url", message: "That will not do." }],
  ]);
});

test("what web and the email client find wrong is told together", async () => {
  const errors = [{ field: "gateways.0.settings.url", message: "That will not do." }];
  client.answerNext("POST /v1/settings/validate", { status: 200, body: { errors } });
  const body = { url: "x", port: "many", colour: "red", default: false };
  const answer = await call("PATCH", `/api/v1/gateways/${ID}`, body);
  const told = answer.json<{ errors: { field: string }[] }>().errors.map(({ field }) => field);
  expect([answer.status, told.toSorted()]).toEqual([422, ["colour", "default", "port", "url"]]);
  expect(patches()).toEqual([]);
});

test("a POST that is repeated under its key names the same gateway, even if nobody knows of the first", async () => {
  const body = { name: "Mail", kind: "http", url: "https://mail.example.com" };
  const key = { "idempotency-key": "make-mail" };
  client.answerNext("PATCH /v1/settings", { status: 500 });
  const first = await call("POST", "/api/v1/gateways", body, key);
  expect([first.status, first.headers.get("retry-after")]).toEqual([503, "5"]);
  await call("POST", "/api/v1/gateways", body, key);
  const [one, two] = patches() as { id: string }[];
  expect(one?.id).toBe(two!.id);
});

test("a key of long ago changes nothing of the gateway that was made under it, which another call may not mean", async () => {
  const body = {
    name: "Mail",
    kind: "http",
    url: "https://mail.example.com",
    port: 443,
    password: "s",
  };
  const key = { "idempotency-key": "make-mail" };
  const add = async (asked: object) => (await call("POST", "/api/v1/gateways", asked, key)).status;
  client.answerNext("PATCH /v1/settings", { status: 500 });
  expect(await add(body)).toBe(503);
  const [{ id }] = patches() as [{ id: string }];
  const made = {
    ...VIEW.gateways[0],
    id,
    name: body.name,
    settings: { url: body.url, port: "443" },
    rate_per_second: null,
    domain_rate_per_second: null,
    domain_rates: {},
  };
  client.answerAlways("GET /v1/settings", { ...VIEW, gateways: [made] });
  client.answerAlways("PATCH /v1/settings", { ...VIEW, gateways: [made] });
  const { password: _none, ...open } = body;
  for (const other of [
    { ...body, name: "Other" },
    { ...body, url: "https://other.example.com" },
    { ...body, rate_per_second: 5 },
    { ...body, domain_rate_per_second: 5 },
    { ...body, domain_rates: { "example.com": 3 } },
    { ...body, region: "eu" },
    open,
  ])
    expect(await add(other)).toBe(409);
  expect(patches()).toHaveLength(1);
  expect(await add(body)).toBe(201);
  expect(patches()).toEqual([patches()[1], patches()[1]]);
});

test("a test of which nobody can say whether it was sent is not sent again under its key", async () => {
  await context.db.execute(sql`UPDATE "setting" SET "from_email" = 'news@example.com'`);
  const key = { "idempotency-key": "test-mail" };
  const tested = () => call("POST", `/api/v1/gateways/${ID}/test`, { to: "anna@example.com" }, key);
  client.answerNext("GET /v1/settings", { status: 500 });
  expect((await tested()).status).toBe(503);
  client.answerNext(`POST /v1/gateways/${ID}/messages`, "silence");
  const lost = await tested();
  expect([lost.status, lost.json<{ detail: string }>().detail]).toEqual([
    503,
    expect.stringMatching(/^Nobody can say whether the test was sent/),
  ]);
  expect((await tested()).status).toBe(409);
  const sent = client.calls.filter((each) => each.call === `POST /v1/gateways/${ID}/messages`);
  expect(sent).toHaveLength(1);
});

test("while the email client is away every call says so", async () => {
  await client[Symbol.asyncDispose]();
  for (const path of ["", "/kinds", `/${ID}`]) {
    const answer = await call("GET", `/api/v1/gateways${path}`);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      503,
      "application/problem+json",
    ]);
  }
});

test("a gateway is removed, and a test is answered as the gateway answered it", async () => {
  const none = await call("POST", `/api/v1/gateways/${ID}/test`, { to: "anna@example.com" });
  expect(none.status).toBe(409);
  await context.db.execute(sql`UPDATE "setting" SET "from_email" = 'news@example.com'`);
  const result = { outcome: "unauthorized", detail: "Wrong password." };
  client.answerAlways(`POST /v1/gateways/${ID}/messages`, result);
  const tested = await call("POST", `/api/v1/gateways/${ID}/test`, { to: "anna@example.com" });
  expect([tested.status, tested.json()]).toEqual([200, result]);
  expect((await call("DELETE", `/api/v1/gateways/${ID}`)).status).toBe(204);
  expect(patches()).toEqual([{ id: ID, removed: true }]);
});
