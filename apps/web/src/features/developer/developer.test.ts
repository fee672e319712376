import { afterAll, beforeAll, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { EMAIL_STATES, emailGraph } from "@mailwright/email_machine";
import { guardedRoutes } from "../../http/routes-of.ts";
import type { Context } from "../../context.ts";
import { apiClient, appOf, HTMX, signedInClient, type TestClient } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import {
  type EmailClientStandIn,
  emailClientStandIn,
} from "../../testing/email-client-stand-in.ts";

const stack = new AsyncDisposableStack();
let client: EmailClientStandIn;
let context: Context;
let viewer: TestClient;

beforeAll(async () => {
  client = stack.use(emailClientStandIn());
  context = stack.use(await testContext({ emailClient: client.client }));
  viewer = await signedInClient(context, "viewer");
  client.answerAlways("GET /v1/machine", machine());
  client.answerAlways("GET /v1/settings", { gateways: [], kinds: [] });
  await context.db.execute(sql`
    INSERT INTO "campaign" ("name", "state", "created_by", "audience", "sent", "failed", "sending", "unhanded")
    VALUES ('One', 'sending', 'test', 1300, 1200, 3, 97, 0), ('Two', 'finished', 'test', 34, 34, 0, 0, 0)
  `);
}, 30_000);
afterAll(() => stack.disposeAsync(), 30_000);

/** What the email client says, of some emails that it has. */
function machine() {
  const counts = Object.fromEntries(EMAIL_STATES.map((state) => [state, 0]));
  return {
    ...emailGraph(),
    counts: { ...counts, sending: 64, retrying: 3 },
    emails: 67,
    outbox: 12,
  };
}

test("the overview says what runs, whether it answers, and what is on its way", async () => {
  const page = await viewer.get("/developer");
  expect(page.status).toBe(200);
  expect(page.find("#installation .stat-value").map(({ text }) => text)).toEqual(["0", "67", "12"]);
  expect(page.find('td[data-label="Service"]').map(({ text }) => text)).toEqual([
    "Web",
    "Postgres",
    "Email client",
  ]);
  const stream = page.find("#installation")[0]?.attributes["hx-sse:connect"];
  expect(stream).toBe("/developer/installation/stream");
});

test("an email client that does not answer is told of, and everything else still shown", async () => {
  client.answerNext("GET /v1/machine", { status: 500 });
  const overview = await viewer.get("/developer");
  expect(overview.textOf(".callout-title")).toBe("The email client does not answer");
  client.answerNext("GET /v1/machine", { status: 500 });
  const page = await viewer.get("/developer/machines/email");
  expect([page.status, page.textOf("#count-sent"), page.textOf("#live-sending")]).toEqual([
    200,
    "1,234",
    "",
  ]);
});

test("the machine is drawn with the counts of the ledger and of the email client, and told in words", async () => {
  const page = await viewer.get("/developer/machines/email");
  const text = (id: string) => page.textOf(`#${id}`);
  expect([text("count-sent"), text("live-sent")]).toEqual(["1,234", ""]);
  expect([text("count-sending"), text("live-sending")]).toEqual(["97", "64 now"]);
  expect(page.find("#machine-twin tbody tr")).toHaveLength(EMAIL_STATES.length);
  expect(page.find("#machine-twin tbody tr")[1]?.text).toContain("ACCEPTED → sent");
  expect(page.find(".callout")).toEqual([]);
});

test("what a stream brings goes into the table and into each place of the drawing", async () => {
  const news = await viewer.get("/developer/machines/email/counts", HTMX);
  expect(news.find("hx-partial").map(({ attributes }) => attributes["hx-target"])).toEqual(
    EMAIL_STATES.flatMap((state) => [`#count-${state}`, `#live-${state}`]),
  );
  expect(news.find('hx-partial[hx-target="#live-sending"]')[0]?.text).toBe("64 now");
});

test("another version of the machine at work is pointed out", async () => {
  const { edges, ...rest } = machine();
  client.answerNext("GET /v1/machine", { status: 200, body: { ...rest, edges: edges.slice(1) } });
  const page = await viewer.get("/developer/machines/email");
  expect(page.textOf(".callout-title")).toBe("Another version is at work");
});

test("a machine that does not exist is a 404, by page and by the API", async () => {
  const { call } = await apiClient(context, "viewer");
  for (const name of ["nothing", "email.png", "toString"]) {
    expect((await viewer.get(`/developer/machines/${name}`)).status).toBe(404);
    expect((await viewer.get(`/developer/machines/${name}/counts`)).status).toBe(404);
    expect((await call("GET", `/api/v1/machines/${name}`)).status).toBe(404);
  }
});

test("the drawing is served as a picture that may have its style and nothing else", async () => {
  const { call } = await apiClient(context, "viewer");
  for (const answer of [
    await viewer.get("/developer/machines/email.svg"),
    await call("GET", "/api/v1/machines/email.svg"),
  ]) {
    expect([
      answer.status,
      answer.headers.get("content-type"),
      answer.headers.get("content-security-policy"),
    ]).toEqual([200, "image/svg+xml", "default-src 'none'; style-src 'unsafe-inline'"]);
    expect(answer.text).toStartWith("<svg ");
  }
});

test("the API tells the definition, and how many emails are where", async () => {
  const { call } = await apiClient(context, "viewer");
  const list = await call("GET", "/api/v1/machines");
  expect(list.json<{ items: object[] }>().items).toMatchObject([
    { name: "email", states: 9, transitions: 30, drawing: "/api/v1/machines/email.svg" },
  ]);
  type State = { name: string; ledger: number; email_client: number | null };
  const one = (await call("GET", "/api/v1/machines/email")).json<{
    initial: string;
    states: State[];
    transitions: object[];
  }>();
  expect([one.initial, one.transitions.length]).toEqual(["queued", 30]);
  expect(one.states.find(({ name }) => name === "sending")).toMatchObject({
    settled: false,
    commands: ["deliver"],
    ledger: 97,
    email_client: 64,
  });
  client.answerNext("GET /v1/machine", { status: 500 });
  const without = (await call("GET", "/api/v1/machines/email")).json<{ states: State[] }>();
  expect(without.states.map((state) => state.email_client)).toEqual(Array(9).fill(null));
});

test("the page about the API lists every call", async () => {
  const page = await viewer.get("/developer/api");
  const listed = page.find('td[data-label="Call"]').map(({ text }) => text);
  const calls = guardedRoutes(appOf(context))
    .filter(({ path, permission }) => path.startsWith("/api/v1/") && permission !== "public")
    .map(({ method, path }) => method + path.replace(/\/$/, ""));
  expect(listed.toSorted()).toEqual(calls.toSorted());
  expect(page.find('a[href="/api/v1/openapi.json"]')).toHaveLength(1);
  expect(page.find('main a[href="/tokens/new"]')).toEqual([]);
});

test("the components can be looked at, and what is sent there changes nothing", async () => {
  const gallery = await viewer.get("/developer/ui");
  expect([gallery.status, gallery.textOf("h1")]).toEqual([200, "Components"]);
  expect(gallery.headers.get("content-security-policy")).toContain("script-src 'nonce-");
  expect((await viewer.get("/developer/ui/confirm")).textOf("#confirm h1")).toBe(
    "Delete “Spring sale”?",
  );
  for (const path of ["/developer/ui", "/developer/ui/confirm"]) {
    const answer = await viewer.post(path, { email: "anna@example.com" });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/developer/ui"]);
  }
});
