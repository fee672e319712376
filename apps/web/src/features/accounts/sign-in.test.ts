import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { ManualClock } from "@mailwright/testing";
import type { Context } from "../../context.ts";
import { sweep } from "../../housekeeping.ts";
import { type Answer, visitor } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import { makeFirstOwner } from "./accounts.ts";

const clock = new ManualClock(Date.now());
let context: Context;

const ANNA = { email: "anna@example.com", password: "correct horse" };

beforeAll(async () => {
  context = await testContext({ clock });
  await makeFirstOwner(context.db, { name: "Anna", ...ANNA });
}, 30_000);
afterAll(() => context[Symbol.asyncDispose]());
beforeEach(async () => {
  await context.db.execute(sql`DELETE FROM "sign_in_throttle"`);
});

function said(answer: Answer): [number, string | undefined] {
  return [answer.status, answer.textOf(".form-errors li")];
}

test("the right password signs in, whatever the case of the address, and leads on to where one was going", async () => {
  const browser = visitor(context);
  const asked = await browser.get("/account?x=1");
  expect(asked.headers.get("location")).toBe("/sign-in?next=%2Faccount%3Fx%3D1");
  const form = await browser.get(asked.headers.get("location") ?? "");
  const next = form.find('input[name="next"]')[0]?.attributes["value"] ?? "";
  const answer = await browser.post("/sign-in", { ...ANNA, email: " Anna@Example.com ", next });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/account?x=1"]);
  expect((await browser.get("/account")).status).toBe(200);
});

test("nobody is led to another site", async () => {
  const answer = await visitor(context).post("/sign-in", { ...ANNA, next: "//evil.example/" });
  expect(answer.headers.get("location")).toBe("/");
});

test("a wrong password and an unknown address are answered alike", async () => {
  const wrong = await visitor(context).post("/sign-in", { ...ANNA, password: "wrong horse" });
  const unknown = await visitor(context).post("/sign-in", { ...ANNA, email: "ben@example.com" });
  const nonsense = await visitor(context).post("/sign-in", { ...ANNA, email: "ben" });
  expect(said(wrong)).toEqual([422, "That email and password do not belong together. Try again."]);
  expect([said(unknown), said(nonsense)]).toEqual([said(wrong), said(wrong)]);
  expect(wrong.text).not.toContain("wrong horse");
});

test("signing in ends the session that the browser had, so that nobody can plant one", async () => {
  const browser = visitor(context);
  await browser.post("/sign-in", ANNA);
  const planted = new Map(browser.cookies);
  await browser.post("/sign-in", ANNA);
  expect(browser.cookies.get("session")).not.toBe(planted.get("session"));
  const thief = visitor(context);
  for (const [name, value] of planted) thief.cookies.set(name, value);
  expect((await thief.get("/account")).status).toBe(303);
});

test("guessing at an account gets slower with every try, and a good sign-in forgives it", async () => {
  const guess = () => visitor(context).post("/sign-in", { ...ANNA, password: "wrong horse" });
  for (let tries = 0; tries < 5; tries++) expect((await guess()).status).toBe(422);
  expect((await guess()).status).toBe(422);
  const waits: string[] = [];
  for (let tries = 0; tries < 4; tries++) {
    const refused = await guess();
    expect(refused.status).toBe(429);
    waits.push(refused.headers.get("retry-after") ?? "");
    // The right password has to wait as well: a guess that hits must not be told from one that misses.
    expect((await visitor(context).post("/sign-in", ANNA)).status).toBe(429);
    await clock.advance(Number(waits.at(-1)) * 1_000);
    if (tries < 3) expect((await guess()).status).toBe(422);
  }
  expect(waits).toEqual(["1", "2", "4", "8"]);
  expect((await visitor(context).post("/sign-in", ANNA)).status).toBe(303);
  expect((await guess()).status).toBe(422);
});

test("a burst of guesses at once is counted like one after the other", async () => {
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      visitor(context).post("/sign-in", { ...ANNA, password: `wrong horse ${index}` }),
    ),
  );
  expect(answers.filter(({ status }) => status === 422)).toHaveLength(6);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(6);
});

test("the longest wait is a quarter of an hour, and an hour of quiet forgets everything", async () => {
  await visitor(context).post("/sign-in", { ...ANNA, password: "wrong horse" });
  await context.db.execute(sql`UPDATE "sign_in_throttle" SET "failures" = 400`);
  await visitor(context).post("/sign-in", { ...ANNA, password: "wrong horse" });
  const refused = await visitor(context).post("/sign-in", ANNA);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "900"]);
  const afterQuietOf = async (minutes: number) => {
    await context.db.execute(
      sql`UPDATE "sign_in_throttle" SET "blocked_until" = now() - make_interval(mins => ${minutes})`,
    );
    await sweep(context);
    return (await context.db.execute(sql`SELECT FROM "sign_in_throttle"`)).length;
  };
  expect(await afterQuietOf(59)).toBe(1);
  expect(await afterQuietOf(61)).toBe(0);
});

test("what a password is kept as cannot be read", async () => {
  const [row] = await context.db.execute<{ password: string }>(
    sql`SELECT "password" FROM "auth_account"`,
  );
  expect(row?.password).toStartWith("$argon2id$v=19$m=19456,t=2,");
});
