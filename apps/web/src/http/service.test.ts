import { afterAll, beforeAll, expect, test } from "bun:test";
import { Elysia } from "elysia";
import { createServiceClient, parseReports, sign } from "@mailwright/protocol";
import { ManualClock } from "@mailwright/testing";
import type { Context } from "../context.ts";
import { TEST_KEY, testContext } from "../testing/context.ts";
import { listen } from "./listen.ts";
import { forgetNonces, serviceCall, services } from "./service.ts";

const clock = new ManualClock();
const taken: unknown[] = [];
let context: Context;
let server: ReturnType<typeof listen>;

beforeAll(async () => {
  context = await testContext({ clock });
  const app = new Elysia().use(services()).post(
    "/internal/things",
    serviceCall(context, { limit: 1_000, parse: parseReports }, async ({ reports }) => {
      taken.push(...reports);
      return { taken: reports.length };
    }),
    { permission: "service" },
  );
  server = listen(app, 0);
}, 30_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await context[Symbol.asyncDispose]();
});

function post(body: string, headers: Record<string, string>): Promise<Response> {
  return fetch(`${server.url}/internal/things`, { method: "POST", body, headers });
}

function signed(body: string, nonce: string): Record<string, string> {
  return sign({ method: "POST", path: "/internal/things", body }, TEST_KEY, clock.now(), nonce);
}

test("a signed call is opened and answered, over a real socket", async () => {
  const client = createServiceClient({ url: server.url, keys: [TEST_KEY], now: () => clock.now() });
  const answer = await client.call("POST", "/internal/things", { reports: [1, 2] }, (value) => ({
    ok: true,
    value,
  }));
  expect(answer).toEqual({ kind: "ok", status: 200, value: { taken: 2 } });
  expect(taken).toEqual([1, 2]);
});

test("a call that is unsigned, repeated, old, too large or of the wrong shape changes nothing", async () => {
  const body = '{"reports":["x"]}';
  const once = signed(body, "a-nonce-that-is-used-twice");
  expect((await post(body, once)).status).toBe(200);
  const before = [...taken];

  expect((await post(body, {})).status).toBe(401);
  expect((await post(body, once)).status).toBe(401);
  expect((await post('{"reports":["y"]}', signed(body, "another-nonce-of-16"))).status).toBe(401);
  const old = signed(body, "yet-another-nonce-1");
  await clock.advance(120_000);
  expect((await post(body, old)).status).toBe(401);
  const large = `{"reports":["${"x".repeat(2_000)}"]}`;
  expect((await post(large, signed(large, "yet-another-nonce-2"))).status).toBe(413);
  const misshapen = await post('{"reports":[]}', signed('{"reports":[]}', "yet-another-nonce-3"));
  expect([misshapen.status, await misshapen.json()]).toMatchObject([422, { field: "reports" }]);
  expect(taken).toEqual(before);
});

test("nonces are forgotten when no signature with them would be believed any more", async () => {
  await clock.advance(3_600_000);
  expect(await forgetNonces(context.db, clock.now())).toBeGreaterThan(0);
  expect(await forgetNonces(context.db, clock.now())).toBe(0);
});
