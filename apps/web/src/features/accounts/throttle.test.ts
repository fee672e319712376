import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Context } from "../../context.ts";
import { testContext } from "../../testing/context.ts";
import { type Aim, forgiveTries, tryAgainAfter } from "./throttle.ts";

const now = Date.UTC(2026, 0, 1);
let context: Context;
let aims = 0;

beforeAll(async () => {
  context = await testContext();
}, 30_000);
afterAll(() => context[Symbol.asyncDispose]());

/** One try at an account that nobody tried before. */
function elsewhere(address: string): Aim {
  return { email: `p${aims++}@example.com`, address };
}

test("who tries many accounts from one address is slowed down too, and others are not", async () => {
  const { db } = context;
  for (let tries = 0; tries < 21; tries++)
    expect(await tryAgainAfter(db, elsewhere("203.0.113.7"), now)).toBe(0);
  expect(await tryAgainAfter(db, elsewhere("203.0.113.7"), now)).toBe(1);
  expect(await tryAgainAfter(db, elsewhere("203.0.113.8"), now)).toBe(0);
  expect(await tryAgainAfter(db, elsewhere("203.0.113.7"), now + 1_000)).toBe(0);
  expect(await tryAgainAfter(db, elsewhere("203.0.113.7"), now + 1_000)).toBe(2);
});

test("what a clock wrote that was ahead keeps nobody out once it is right", async () => {
  const { db } = context;
  const aim = elsewhere("203.0.113.99");
  const ahead = now + 365 * 86_400_000;
  for (let tries = 0; tries < 8; tries++) await tryAgainAfter(db, aim, ahead);
  expect(await tryAgainAfter(db, aim, ahead)).toBeGreaterThan(0);
  await tryAgainAfter(db, aim, now);
  expect(await tryAgainAfter(db, aim, now)).toBeLessThan(900);
});

test("all of a /64 counts as one address", async () => {
  const { db } = context;
  for (let tries = 0; tries < 21; tries++)
    await tryAgainAfter(db, elsewhere(`2001:db8:1:2::${tries}`), now);
  expect(await tryAgainAfter(db, elsewhere("2001:db8:1:2:ffff::1"), now)).toBe(1);
  expect(await tryAgainAfter(db, elsewhere("2001:db8:1:3::1"), now)).toBe(0);
  for (let tries = 0; tries < 21; tries++)
    await tryAgainAfter(db, elsewhere(`2001:db8::${tries}`), now);
  expect(await tryAgainAfter(db, elsewhere("2001:db8:0:0:1::2"), now)).toBe(1);
});

test("people of one office who sign in do not use its address up", async () => {
  const { db } = context;
  for (let tries = 0; tries < 60; tries++) {
    const aim = elsewhere("198.51.100.1");
    expect(await tryAgainAfter(db, aim, now)).toBe(0);
    await forgiveTries(db, aim);
  }
});
