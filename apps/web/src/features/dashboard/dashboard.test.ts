import { afterAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { ManualClock, until } from "@mailwright/testing";
import type { Context } from "../../context.ts";
import { listen } from "../../http/listen.ts";
import { appOf, HTMX, signedInClient, type TestClient } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import { emailClientStandIn } from "../../testing/email-client-stand-in.ts";

const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync(), 30_000);

let clock: ManualClock;
let context: Context;
let editor: TestClient;

beforeEach(async () => {
  clock = new ManualClock(Date.UTC(2026, 2, 2, 12));
  const client = stack.use(emailClientStandIn());
  client.answerAlways("GET /v1/settings", { gateways: [], kinds: [] });
  context = stack.use(await testContext({ clock, emailClient: client.client }));
  editor = await signedInClient(context, "editor");
}, 30_000);

interface Sample {
  name: string;
  state: string;
  launched?: string;
  reason?: string;
  counts?: Record<string, number>;
}

async function campaign({ name, state, launched, reason, counts = {} }: Sample): Promise<string> {
  const audience = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const { queued = 0, sent = 0, failed = 0, uncertain = 0 } = counts;
  const [row] = await context.db.execute<{ id: string }>(sql`
    INSERT INTO "campaign" ("name", "state", "state_reason", "created_by", "launched_at", "audience", "queued", "sent", "failed", "uncertain")
    VALUES (${name}, ${state}, ${reason ?? null}, 'test', ${launched ?? null}, ${audience}, ${queued}, ${sent}, ${failed}, ${uncertain})
    RETURNING "id"
  `);
  return row!.id;
}

test("a new installation is told its first steps, each with the way there", async () => {
  const page = await editor.get("/");
  expect(page.find(".step-title").map(({ text }) => text)).toEqual([
    "Say who you are",
    "Set up a gateway",
    "Bring your contacts",
    "Make a segment",
    "Write a template",
    "Launch your first campaign",
  ]);
  expect(page.find(".step a").map(({ attributes }) => attributes["href"])).toEqual([
    "/settings",
    "/settings/gateways",
    "/imports",
    "/segments/new",
    "/templates/new",
    "/campaigns/new",
  ]);
  await context.db.execute(sql`UPDATE "setting" SET "from_email" = 'news@example.com'`);
  await context.db.execute(sql`INSERT INTO "segment" ("name") VALUES ('Everybody')`);
  const later = await editor.get("/");
  expect(later.find(".step").map(({ attributes }) => attributes["data-done"])).toEqual([
    "true",
    "false",
    "false",
    "true",
    "false",
    "false",
  ]);
});

test("somebody who cannot make campaigns is not told to", async () => {
  const viewer = await signedInClient(context, "viewer");
  const page = await viewer.get("/");
  expect([page.status, page.find(".step"), page.find('a[href="/campaigns/new"]')]).toEqual([
    200,
    [],
    [],
  ]);
});

test("what is being sent is shown with its counts, its reason and, once it is known, its pace", async () => {
  const id = await campaign({
    name: "Spring <b>sale</b>",
    state: "sending",
    launched: "2026-03-02T11:00:00Z",
    counts: { queued: 60, sent: 40 },
  });
  await campaign({
    name: "Winter",
    state: "paused",
    reason: "The gateway refuses our credentials.",
    counts: { queued: 10 },
  });
  const page = await editor.get("/");
  expect(page.find(".moving-campaign").map(({ text }) => text)).toEqual([
    "WinterPaused0%The gateway refuses our credentials.Queued10100%",
    "Spring <b>sale</b>Sending40%Sent4040%Queued6060%",
  ]);
  await clock.advance(10_000);
  await context.db.execute(
    sql`UPDATE "campaign" SET "sent" = 60, "queued" = 40 WHERE "id" = ${id}`,
  );
  const later = await editor.get("/dashboard/activity", HTMX);
  expect(later.textOf(`#moving-${id} [data-numeric]`)).toBe("60% · 2.0 a second · about 20 s left");
});

test("of what is being sent the newest are shown, and the way to all leads to as many as it says", async () => {
  for (const state of ["launching", "sending", "sending", "paused", "paused", "cancelling"])
    await campaign({ name: `Is ${state}`, state });
  for (const state of ["draft", "finished", "cancelled"])
    await campaign({ name: `Is ${state}`, state });
  const page = await editor.get("/");
  expect(page.find(".moving-campaign strong").map(({ text }) => text)).toEqual([
    "Is cancelling",
    "Is paused",
    "Is paused",
    "Is sending",
    "Is sending",
  ]);
  const all = page
    .find('a[href^="/campaigns?"]')
    .map(({ text, attributes: { href } }) => [text, href]);
  expect(all).toEqual([["All 6", "/campaigns?state=moving"]]);
  const list = await editor.get("/campaigns?state=moving");
  expect(list.find('td[data-label="Campaign"]').map(({ text }) => text.trim())).toEqual([
    "Is cancelling",
    "Is paused",
    "Is paused",
    "Is sending",
    "Is sending",
    "Is launching",
  ]);
  expect(list.textOf("option[selected]")).toBe("Under way");
});

test("what went wrong in the last 30 days is named, each with the way to its recipients", async () => {
  const old = { state: "finished", counts: { sent: 1, failed: 5 } };
  await campaign({ ...old, name: "Long ago", launched: "2026-01-31T23:59:00Z" });
  const id = await campaign({
    name: "Lately",
    state: "finished",
    launched: "2026-02-01T00:00:00Z",
    counts: { sent: 1, failed: 1_200, uncertain: 3 },
  });
  await campaign({ name: "Given up", state: "draft", reason: "Nobody is in its segments." });
  const page = await editor.get("/");
  expect(page.find('td[data-label="What"]').map(({ text }) => text)).toEqual([
    "Not launched: Nobody is in its segments.",
    "1,200 failed3 uncertain",
  ]);
  expect(page.find('td[data-label="What"] a').map(({ attributes }) => attributes["href"])).toEqual([
    `/campaigns/${id}/recipients?state=failed`,
    `/campaigns/${id}/recipients?state=uncertain`,
  ]);
});

test("what failed or is uncertain is named however old its campaign is, as far as it is of now", async () => {
  const launched = "2026-01-20T12:00:00Z";
  const long = "2025-06-01T12:00:00Z";
  const resumed = { state: "sending", launched, counts: { queued: 1, failed: 2 } };
  await campaign({ ...resumed, name: "Resumed" });
  await campaign({ name: "Old", state: "finished", launched: long, counts: { uncertain: 12 } });
  const ended = await campaign({
    name: "Ended lately",
    state: "finished",
    launched,
    counts: { failed: 7 },
  });
  await campaign({ name: "Ended before", state: "finished", launched, counts: { failed: 9 } });
  await context.db.execute(
    sql`UPDATE "campaign" SET "finished_at" = '2026-03-01T12:00:00Z' WHERE "id" = ${ended}`,
  );
  const page = await editor.get("/");
  expect(page.find('td[data-label="What"]').map(({ text }) => text)).toEqual([
    "7 failed",
    "2 failed",
    "12 uncertain",
  ]);
});

test("nothing needs a look where no campaign of now has what failed, and none at all what is uncertain", async () => {
  const old = { state: "finished", launched: "2026-01-20T12:00:00Z" };
  await campaign({ ...old, name: "Long ago", counts: { sent: 3, failed: 1 } });
  const cancelled = { ...old, state: "cancelled", launched: "2026-03-01T12:00:00Z" };
  await campaign({ ...cancelled, name: "Cancelled", counts: { failed: 2, uncertain: 1 } });
  const page = await editor.get("/");
  expect(page.find(".empty-text").map(({ text }) => text)).toContain(
    "Apart from cancelled campaigns, no email is uncertain, and none has failed of the campaigns that are under way or were launched or ended in the last 30 days.",
  );
  expect(page.find(".stat").map(({ text }) => text)).toContain(
    "Sent, last 30 days0by campaigns launched then",
  );
});

test("the days say what was sent, and the totals what there is", async () => {
  await context.db.execute(sql`
    INSERT INTO "contact" ("email", "canonical_email") VALUES ('a@example.com', 'a@example.com'), ('b@example.com', 'b@example.com')
  `);
  const day = { name: "News", state: "finished" };
  await campaign({ ...day, launched: "2026-03-01T08:00:00Z", counts: { sent: 700, failed: 2 } });
  await campaign({ ...day, launched: "2026-03-01T20:00:00Z", counts: { sent: 300 } });
  await campaign({ ...day, launched: "2026-01-01T20:00:00Z", counts: { sent: 9 } });
  const page = await editor.get("/");
  expect(page.find(".stat-value").map(({ text }) => text)).toEqual(["2", "0", "0", "3", "1,000"]);
  const rows = page.find(".chart-data tbody tr").map(({ text }) => text);
  expect(rows).toHaveLength(30);
  expect(rows.slice(-2)).toEqual(["1 Mar1,00020", "2 Mar000"]);
});

test("the stream sends the region anew when it has changed", async () => {
  const id = await campaign({ name: "News", state: "sending", counts: { queued: 2 } });
  const { url } = stack.use(listen(appOf(context), 0));
  const cookie = `session=${editor.cookies.get("session")}`;
  const leave = new AbortController();
  const answer = await fetch(`${url}/dashboard/activity/stream`, {
    headers: { cookie },
    signal: leave.signal,
  });
  expect(answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  let read = "";
  const reading = (async () => {
    for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>)
      read += new TextDecoder().decode(chunk);
  })().catch(() => {});
  await until(() => read.endsWith("\n\n"));
  await context.db.execute(sql`UPDATE "campaign" SET "sent" = 1, "queued" = 1 WHERE "id" = ${id}`);
  await clock.advance(1_000);
  await until(() => read.split("\n\n").length === 3);
  expect(read.split("\n\n")[1]).toContain(`<strong>1</strong>`);
  leave.abort();
  await reading;
});
