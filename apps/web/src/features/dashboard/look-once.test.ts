import { expect, test } from "bun:test";
import { ManualClock } from "@mailwright/testing";
import { lookOnce } from "./look-once.ts";

test("all who look within the time see the same look, and the next one is new", async () => {
  const clock = new ManualClock();
  let looks = 0;
  const look = lookOnce(clock, 500, async () => ++looks);
  expect(await Promise.all([look(), look()])).toEqual([1, 1]);
  await clock.advance(499);
  expect(await look()).toBe(1);
  await clock.advance(1);
  expect(await look()).toBe(2);
});

test("a look that failed is not kept", async () => {
  let fails = true;
  const look = lookOnce(new ManualClock(), 500, async () => {
    if (fails) throw new Error("the database is away");
    return "seen";
  });
  expect(look()).rejects.toThrow("the database is away");
  await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  fails = false;
  expect(await look()).toBe("seen");
});
