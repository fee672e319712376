import { expect, test } from "bun:test";
import { calmFor, calmOf } from "./stretches.ts";

const CALM = calmOf({ from: 0, to: 60_000 }, [
  { from: 18_000, to: 22_000 },
  { from: 19_000, to: 20_000 },
  { from: 24_000, to: 30_000 },
]);

test("harmed stretches are taken out, also where they overlap", () => {
  expect(CALM).toEqual([
    { from: 0, to: 18_000 },
    { from: 22_000, to: 24_000 },
    { from: 30_000, to: 60_000 },
  ]);
});

test.each([
  ["in the middle of a calm stretch", 1_000, 4_000],
  ["near the end of one", 16_000, 33_000],
  ["where too short a one follows", 20_000, 33_000],
  ["when it is over", 58_000, Number.POSITIVE_INFINITY],
])("three seconds of calm %s", (_where, from, at) => {
  expect(calmFor(3_000, from, CALM)).toBe(at);
});
