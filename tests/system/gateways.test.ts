import { afterAll, beforeAll, expect, test } from "bun:test";
import { startEmailClient } from "@mailwright/email_client/start.ts";
import { SUBJECTS } from "@mailwright/email_client/testing/services/all.ts";
import { type GatewayMock, startGatewayMock } from "@mailwright/gateway_mock/start.ts";
import { silentLog, systemClock } from "@mailwright/platform";
import { type TestRedis, testRedis } from "@mailwright/testing";
import type { Context } from "@mailwright/web/context.ts";
import { saveSender } from "@mailwright/web/features/settings/settings.ts";
import {
  type Answer,
  apiClient,
  signedInClient,
  type TestClient,
} from "@mailwright/web/testing/client.ts";
import { TEST_KEY, testContext } from "@mailwright/web/testing/context.ts";

/** The settings of web, the real email client behind it, its Redis, and a gateway that insists on its credentials. */
const PASSWORD = "correct horse: battery ü staple";

const stack = new AsyncDisposableStack();
let redis: TestRedis;
let mock: GatewayMock;
let context: Context;
let admin: TestClient;
let call: Awaited<ReturnType<typeof apiClient>>["call"];

beforeAll(async () => {
  redis = stack.use(await testRedis());
  const weights = [{ status: 202, weight: 1 }];
  const config = { username: "mailwright", password: PASSWORD, weights };
  mock = stack.use(await startGatewayMock({ config }));
  const emailClient = stack.use(
    await startEmailClient(
      {
        port: 0,
        redisUrls: [redis.url],
        webUrl: "http://127.0.0.1:1",
        serviceKeys: [TEST_KEY],
        credentialsKeys: [TEST_KEY],
        logLevel: "error",
        shards: 1,
        concurrency: 4,
        emailsLimit: 10_000,
        outboxLimit: 10_000,
        attemptDeadlineMs: 5_000,
        privateGateways: "allow",
      },
      systemClock,
      silentLog,
    ),
  );
  context = stack.use(await testContext({ config: { emailClientUrl: emailClient.url } }));
  await saveSender(context.db, {
    organisation: "Acme",
    from_name: "Acme",
    from_email: "news@example.com",
    reply_to: "",
    postal_address: "1 High Street",
  });
  admin = await signedInClient(context, "admin");
  ({ call } = await apiClient(context, "admin"));
}, 60_000);
afterAll(() => stack.disposeAsync(), 30_000);

/** Adds a gateway as a browser would, and finds its address in the list. */
async function addGateway(fields: Record<string, string>): Promise<string> {
  const added = await admin.post("/settings/gateways", { kind: "seed", ...fields });
  expect(added.status).toBe(303);
  const list = await admin.get("/settings/gateways");
  const links = list.find("a.table-link");
  const link = links.find(({ text }) => text === fields["name"]);
  return link!.attributes["href"] ?? "";
}

/** What a browser sends when the form is saved as it came. */
async function fieldsOf(path: string): Promise<Record<string, string>> {
  const page = await admin.get(path);
  const inputs = page
    .find("main form input")
    .filter(({ attributes }) => attributes["type"] !== "checkbox");
  return Object.fromEntries(
    inputs.map(({ attributes }) => [attributes["name"] ?? "", attributes["value"] ?? ""]),
  );
}

function titles(page: Answer): string[] {
  return page.find(".callout-title").map(({ text }) => text);
}

async function testThrough(path: string): Promise<string | undefined> {
  const answer = await admin.post(`${path}/test`, { to: "anna@example.com" });
  return answer.textOf(".callout-title");
}

test("weakness 17: a gateway whose form is saved unedited goes on with its real credentials", async () => {
  const path = await addGateway({
    name: "Example Mail",
    url: mock.emailUrl,
    username: "mailwright",
    password: PASSWORD,
    rate_per_second: "",
  });
  expect(await testThrough(path)).toBe("The gateway accepted it");
  const fields = await fieldsOf(path);
  expect(fields).toMatchObject({ url: mock.emailUrl, username: "mailwright", password: "" });
  expect((await admin.post(path, fields)).status).toBe(303);
  expect(await testThrough(path)).toBe("The gateway accepted it");
  // That changed nothing, so the form of before is still about the gateway as it is.
  expect((await admin.post(path, { ...fields, password: "wrong" })).status).toBe(303);
  expect(await testThrough(path)).toBe("The gateway refused the credentials");
  expect((await admin.post(path, { ...fields, password: PASSWORD })).status).toBe(409);
});

test("a secret is nowhere in the clear: not in Redis, not on a page, not in an answer", async () => {
  const path = await addGateway({
    name: "Secret",
    url: mock.emailUrl,
    username: "mailwright",
    password: PASSWORD,
  });
  const shown = [await admin.get(path), await call("GET", "/api/v1/gateways")];
  expect(shown.filter(({ text }) => text.includes(PASSWORD))).toEqual([]);
  const dump = await Promise.all(
    (await redis.redis.keys("*")).map(async (key) => {
      const type = await redis.redis.type(key);
      return type === "hash" ? JSON.stringify(await redis.redis.hgetall(key)) : "";
    }),
  );
  expect(dump.join("")).toContain("Secret");
  expect(dump.join("")).not.toContain(PASSWORD);
});

test("what the email client finds wrong is said at the field that is wrong", async () => {
  const fields = { kind: "seed", name: "Wrong", username: "x", password: "y" };
  const answer = await admin.post("/settings/gateways", { ...fields, url: "ftp://example.com" });
  expect([answer.status, answer.textOf("#field-url-error")]).toEqual([
    422,
    "Enter a whole address that begins with https:// or http://.",
  ]);
  expect(answer.find("#field-name")[0]?.attributes["value"]).toBe("Wrong");
});

test("whoever points a gateway at another server is asked for its password at its field, and keeps what was typed", async () => {
  const fields = { name: "Moved", url: mock.emailUrl, username: "mailwright" };
  const path = await addGateway({ ...fields, password: PASSWORD });
  const moved = { ...fields, name: "Moving", url: "https://elsewhere.example.com/email" };
  const answer = await admin.post(path, { ...moved, rate_per_second: "12" });
  expect([answer.status, answer.textOf("#field-password-error")]).toEqual([
    422,
    "Enter the password again: the server has changed.",
  ]);
  const kept = ["name", "url", "username", "rate_per_second"].map(
    (name) => answer.find(`#field-${name}`)[0]?.attributes["value"],
  );
  expect(kept).toEqual(["Moving", moved.url, "mailwright", "12"]);
  const byApi = await call("PATCH", path.replace("/settings", "/api/v1"), { url: moved.url });
  expect([byApi.status, byApi.json<{ field: string }>().field]).toEqual([422, "password"]);
  expect((await admin.get(path)).find("#field-url")[0]?.attributes["value"]).toBe(mock.emailUrl);
});

test("a gateway may be made first and completed later, by the API as by the page", async () => {
  const body = { name: "Later", kind: "seed", url: mock.emailUrl, rate_per_second: 20 };
  const made = (await call("POST", "/api/v1/gateways", body)).json<{ id: string }>();
  expect(made).toMatchObject({ complete: false, missing: ["username", "password"], secrets: [] });
  const path = `/api/v1/gateways/${made.id}`;
  const rest = { username: "mailwright", password: PASSWORD, rate_per_second: null, default: true };
  const completed = await call("PATCH", path, rest);
  expect(completed.json<object>()).toEqual({
    id: made.id,
    revision: expect.any(String),
    name: "Later",
    kind: "seed",
    url: mock.emailUrl,
    username: "mailwright",
    rate_per_second: null,
    domain_rate_per_second: null,
    domain_rates: {},
    default: true,
    complete: true,
    missing: [],
    secrets: ["password"],
    breaker: "closed",
    webhook_url: `http://localhost/webhooks/${made.id}`,
  });
  const tested = await call("POST", `${path}/test`, { to: "anna@example.com" });
  expect(tested.json<object>()).toMatchObject({ outcome: "accepted" });
  expect((await call("PATCH", path, { password: "" })).json<object>()).toMatchObject({
    complete: false,
    secrets: [],
  });
});

test("without a complete gateway every page says so, and with one none does", async () => {
  const { items } = (await call("GET", "/api/v1/gateways")).json<{ items: { id: string }[] }>();
  for (const { id } of items)
    expect((await call("DELETE", `/api/v1/gateways/${id}`)).status).toBe(204);
  expect((await admin.get("/account")).textOf(".banner")).toContain("No gateway is set up");
  await addGateway({
    name: "Again",
    url: mock.emailUrl,
    username: "mailwright",
    password: PASSWORD,
  });
  expect((await admin.get("/account")).find(".banner")).toEqual([]);
});

test("no kind has a field whose name the form or the API needs for itself", async () => {
  const kinds = (await call("GET", "/api/v1/gateways/kinds")).json<{
    items: { fields: { name: string }[] }[];
  }>();
  const names = kinds.items.flatMap(({ fields }) => fields.map(({ name }) => name));
  expect(names.length).toBeGreaterThan(2);
  const taken =
    /^(id|revision|seen|name|kind|default|(domain_)?rate_per_second|domain_rates|complete|missing|secrets|breaker|webhook_url|_csrf|_form|_secret|clear_.*)$/;
  expect(names.filter((name) => taken.test(name))).toEqual([]);
});

test("every kind can be set up from what it says of itself, checked and tested, by the page and by the API", async () => {
  const { items: kinds } = (await call("GET", "/api/v1/gateways/kinds")).json<{
    items: { kind: string; fields: { name: string; secret: boolean }[] }[];
  }>();
  expect(kinds.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(SUBJECTS.map(({ adapter }) => adapter.kind)),
  );
  for (const { adapter, start } of SUBJECTS) {
    await using fake = await start();
    const { kind, fields } = kinds.find((one) => one.kind === adapter.kind)!;
    const values = { ...fake.settings, ...fake.secrets };
    expect(fields.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(values)));
    const path = await addGateway({ kind, name: `Mail by ${kind}`, ...values });
    const checked = await admin.post(`${path}/check`);
    expect([kind, checked.textOf(".callout-title")]).toEqual([kind, "The connection works"]);
    expect([kind, await testThrough(path)]).toEqual([kind, "The gateway accepted it"]);
    expect(fake.taken).toMatchObject([{ to: [{ email: "anna@example.com" }] }]);
    const id = path.slice(path.lastIndexOf("/") + 1);
    const api = await call("POST", `/api/v1/gateways/${id}/check`);
    expect(api.json<object>()).toMatchObject({ outcome: "ready" });
  }
}, 60_000);

test("a route is checked and tested through each of its gateways, and they say which of them is wrong", async () => {
  const fields = { username: "mailwright", password: PASSWORD };
  await addGateway({ name: "Right", ...fields, url: mock.emailUrl });
  await addGateway({ name: "Wrong", ...fields, url: "http://127.0.0.1:1/email" });
  const { items: kinds } = (await call("GET", "/api/v1/gateways/kinds")).json<{
    items: { kind: string; fields: { name: string; label: string }[] }[];
  }>();
  const weights = kinds
    .find(({ kind }) => kind === "route")!
    .fields.filter(({ label }) => /“(Right|Wrong)”/.test(label))
    .map(({ name }): [string, string] => [name, "1"]);
  const path = await addGateway({ kind: "route", name: "Both", ...Object.fromEntries(weights) });
  expect(titles(await admin.post(`${path}/check`))).toEqual([
    "“Right”: the connection works",
    "“Wrong”: the service cannot be reached, or is out of order",
  ]);
  expect(titles(await admin.post(`${path}/test`, { to: "anna@example.com" }))).toEqual([
    "“Right”: the gateway accepted it",
    "“Wrong”: the gateway is not available",
  ]);
  const api = `/api/v1/gateways/${path.slice(path.lastIndexOf("/") + 1)}`;
  const ask = async (what: string, body?: object) =>
    (await call("POST", `${api}/${what}`, body)).json<object>();
  expect(await ask("check")).toMatchObject({
    outcome: "unavailable",
    gateways: [
      { name: "Right", outcome: "ready" },
      { name: "Wrong", outcome: "unavailable" },
    ],
  });
  expect(await ask("test", { to: "anna@example.com" })).toMatchObject({
    outcome: "unavailable",
    gateways: [
      { name: "Right", outcome: "accepted" },
      { name: "Wrong", outcome: "unavailable" },
    ],
  });
});

test("the machine that is drawn is the one that the email client runs", async () => {
  const page = await admin.get("/developer/machines/email");
  expect([page.status, page.find(".callout")]).toEqual([200, []]);
  expect(page.textOf("#machine-twin .card-lead")).toBe(
    "0 emails at the email client, 0 reports on the way back.",
  );
});
