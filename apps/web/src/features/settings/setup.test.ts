import { afterAll, beforeEach, expect, test } from "bun:test";
import type { GatewayView } from "@mailwright/protocol";
import { ManualClock, until } from "@mailwright/testing";
import type { Context } from "../../context.ts";
import { signedInClient } from "../../testing/client.ts";
import { settingsWith } from "../../testing/campaigns.ts";
import { testContext } from "../../testing/context.ts";
import { setupProblems } from "./setup.ts";
import { saveSender } from "./settings.ts";

const SENDER = {
  organisation: "",
  from_name: "Anna",
  from_email: "news@example.com",
  reply_to: "",
  postal_address: "1 High Street",
};

const [GATEWAY] = settingsWith("0198a1b2-0000-7000-8000-000000000000").gateways as [GatewayView];

/** An email client on a real socket, which answers as it is told and counts how often it was asked. */
function emailClient() {
  const state = {
    gateways: [] as GatewayView[],
    asked: 0,
    answer: Promise.resolve(),
    broken: false,
  };
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch() {
      state.asked += 1;
      await state.answer;
      if (state.broken) return new Response("", { status: 500 });
      return Response.json({ gateways: state.gateways, kinds: [] });
    },
  });
  const url = `http://127.0.0.1:${server.port}`;
  return { state, url, [Symbol.asyncDispose]: () => server.stop(true) };
}

const stack = new AsyncDisposableStack();
let clock: ManualClock;
let client: ReturnType<typeof emailClient>;
let context: Context;

beforeEach(async () => {
  clock = new ManualClock();
  client = stack.use(emailClient());
  const config = { emailClientUrl: client.url, webUrl: "http://mail.example.com" };
  context = stack.use(await testContext({ clock, config }));
}, 30_000);
afterAll(() => stack.disposeAsync());

async function kinds(): Promise<string[]> {
  return (await setupProblems(context)).map(({ kind }) => kind);
}

test("what is not set up is named until it is, and what blocks a launch is told from what does not", async () => {
  const blocking = async () =>
    (await setupProblems(context))
      .filter(({ blocksLaunch }) => blocksLaunch)
      .map(({ kind }) => kind);
  expect([await kinds(), await blocking()]).toEqual([
    ["sender", "gateway"],
    ["sender", "gateway"],
  ]);
  await saveSender(context.db, { ...SENDER, postal_address: "" });
  expect([await kinds(), await blocking()]).toEqual([
    ["postal address", "gateway"],
    ["postal address", "gateway"],
  ]);
  await saveSender(context.db, SENDER);
  client.state.gateways = [{ ...GATEWAY, complete: false }];
  await context.gatewayWatch.refresh();
  expect(await kinds()).toEqual(["gateway"]);
  client.state.gateways = [GATEWAY];
  await context.gatewayWatch.refresh();
  expect(await kinds()).toEqual([]);
});

test("original, no warning when not set up: every page says what is not set up, with the way there", async () => {
  const owner = await signedInClient(context);
  const paths =
    "/ /account /accounts /campaigns /contacts /developer/machines /imports /segments /settings /settings/gateways /suppressions /templates /tokens";
  for (const path of paths.split(" ")) {
    const page = await owner.get(path);
    expect([path, ...page.find(".banner p").map(({ text }) => text)]).toEqual([
      path,
      "No From address is set, so campaigns cannot be launched.",
      "No gateway is set up, so campaigns cannot be launched.",
    ]);
    expect(page.find("a.banner-action").map(({ attributes }) => attributes["href"])).toEqual([
      "/settings",
      "/settings/gateways",
    ]);
  }
});

test("a spare gateway that is complete is no default: the banner leads to the one that is", async () => {
  await saveSender(context.db, SENDER);
  const spare = { ...GATEWAY, id: "0198a1b2-0000-7000-8000-000000000001", default: false };
  client.state.gateways = [{ ...GATEWAY, complete: false }, spare];
  expect(await setupProblems(context)).toMatchObject([
    {
      kind: "gateway",
      message: expect.stringContaining("“Main gateway” is the default gateway"),
      action: { href: `/settings/gateways/${GATEWAY.id}` },
    },
  ]);
  client.state.gateways = [GATEWAY, { ...spare, complete: false }];
  await context.gatewayWatch.refresh();
  expect(await kinds()).toEqual([]);
});

test("a bounce mailbox that could not be read for an hour is a banner, with the way to its gateway", async () => {
  await saveSender(context.db, SENDER);
  client.state.gateways = [{ ...GATEWAY, mailbox_failing_since: clock.now() }];
  expect(await kinds()).toEqual([]);
  await clock.advance(3_599_999);
  await context.gatewayWatch.refresh();
  expect(await kinds()).toEqual([]);
  await clock.advance(1);
  expect(await setupProblems(context)).toMatchObject([
    {
      kind: "bounce mailbox",
      blocksLaunch: false,
      action: { href: `/settings/gateways/${GATEWAY.id}` },
    },
  ]);
  client.state.gateways = [GATEWAY];
  await context.gatewayWatch.refresh();
  expect(await kinds()).toEqual([]);
});

test("the email client is asked once in five seconds, however many pages are opened", async () => {
  await Promise.all(Array.from({ length: 20 }, () => kinds()));
  await kinds();
  expect(client.state.asked).toBe(1);
  await clock.advance(5_000);
  await kinds();
  await until(() => client.state.asked === 2);
});

test("an email client that takes its time holds no page up, and what it said before is shown meanwhile", async () => {
  client.state.gateways = [GATEWAY];
  await saveSender(context.db, SENDER);
  const silence = Promise.withResolvers<void>();
  client.state.answer = silence.promise;
  const startedAt = performance.now();
  expect(await kinds()).toEqual([]);
  expect(performance.now() - startedAt).toBeLessThan(1_500);

  client.state.gateways = [];
  silence.resolve();
  await until(async () => (await kinds()).length === 1);
  client.state.answer = new Promise(() => {});
  await clock.advance(5_000);
  const again = performance.now();
  expect(await kinds()).toEqual(["gateway"]);
  expect(performance.now() - again).toBeLessThan(200);
});

test("an email client that is down or broken is a banner, not a failing page", async () => {
  await saveSender(context.db, SENDER);
  client.state.broken = true;
  expect(await kinds()).toEqual(["email client"]);
  const page = await (await signedInClient(context)).get("/settings");
  expect([page.status, page.find(".banner").length]).toEqual([200, 1]);
  client.state.broken = false;
  client.state.gateways = [GATEWAY];
  await clock.advance(5_000);
  await until(async () => (await kinds()).length === 0);
});
