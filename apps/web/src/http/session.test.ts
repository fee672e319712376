import { afterAll, beforeAll, expect, test } from "bun:test";
import { createMetrics } from "@mailwright/platform";
import { ManualClock } from "@mailwright/testing";
import type { Context } from "../context.ts";
import { appOf, signedInClient } from "../testing/client.ts";
import { TEST_KEY, testContext } from "../testing/context.ts";
import { createSeals } from "./seal.ts";
import { sessionCookie } from "./session.ts";

const clock = new ManualClock(Date.now());
let context: Context;

beforeAll(async () => {
  context = await testContext({ clock });
}, 30_000);
afterAll(() => context[Symbol.asyncDispose]());

const NEW_KEY = { id: "k2", bytes: new Uint8Array(32).fill(9) };

/** The same web after a restart with other service keys. */
function withKeys(keys: (typeof TEST_KEY)[]): Context {
  return { ...context, seals: createSeals(keys), metrics: createMetrics("web") };
}

/** Opens a page of a web with these keys, and keeps the cookies it sets. */
async function visit(keys: (typeof TEST_KEY)[], cookies: Map<string, string>): Promise<number> {
  const response = await appOf(withKeys(keys)).handle(
    new Request("http://localhost/account", {
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
    }),
  );
  for (const cookie of response.headers.getSetCookie()) {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    cookies.set(name, value);
  }
  return response.status;
}

test("rotating the service keys signs nobody out who comes by between its two steps", async () => {
  const client = await signedInClient(context);
  const stayedAway = new Map(client.cookies);
  expect(await visit([NEW_KEY, TEST_KEY], client.cookies)).toBe(200);
  expect(await visit([NEW_KEY], client.cookies)).toBe(200);
  expect(await visit([NEW_KEY], stayedAway)).toBe(303);
});

test("a session ends when it was not used for two weeks, and after ninety days whatever happens", async () => {
  const idle = await signedInClient(context);
  const busy = await signedInClient(context);
  for (let day = 0; day < 100; day += 10) {
    const { status } = await busy.get("/account");
    expect([day, status]).toEqual([day, day < 90 ? 200 : 303]);
    if (day === 20) expect((await idle.get("/account")).status).toBe(303);
    await clock.advance(10 * 86_400_000);
  }
});

test("on https the cookie is sent by https only and kept by no other host", async () => {
  const secure: Context = {
    ...context,
    metrics: createMetrics("web"),
    config: { ...context.config, webUrl: "https://mail.example.com" },
  };
  expect(sessionCookie(secure, "token")).toMatch(
    /^__Host-session=[\w-]+\.[\w-]+; Path=\/; Max-Age=7776000; HttpOnly; SameSite=Lax; Secure$/,
  );
  const answer = await appOf(secure).handle(new Request("http://localhost/sign-in"));
  expect(answer.headers.get("strict-transport-security")).toBe("max-age=31536000");
});

test("a cookie that somebody made up opens nothing", async () => {
  const client = await signedInClient(context);
  for (const value of ["", "x", "AAAA.BBBB", `${client.cookies.get("session")}x`]) {
    client.cookies.set("session", value);
    expect((await client.get("/account")).status).toBe(303);
  }
});
