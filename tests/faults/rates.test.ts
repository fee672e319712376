import { expect, test } from "bun:test";
import { breachesOfRate, calmOf } from "./rates.ts";

const RATE = 60;
const whole = { from: 0, to: 60_000 };

/** So many a second, one after another, for so many seconds. */
function steadily(perSecond: number, seconds: number, from = 0) {
  return Array.from({ length: perSecond * seconds }, (_, n) => ({
    key: "",
    username: "",
    at: from + (n * 1_000) / perSecond,
  }));
}

test("a gateway that is called at its rate, in bunches as a busy machine makes them, is left alone", () => {
  const bunched = steadily(RATE, 60).map((each) => ({
    ...each,
    at: Math.ceil(each.at / 900) * 900,
  }));
  expect(breachesOfRate(bunched, RATE, [whole])).toEqual([]);
});

test("twice the rate is found within seconds, and in the middle of what is right", () => {
  const twice = [
    ...steadily(RATE, 20),
    ...steadily(2 * RATE, 5, 20_000),
    ...steadily(RATE, 20, 25_000),
  ];
  expect(breachesOfRate(twice, RATE, [whole])).toMatchObject([{ invariant: "G rates" }]);
});

test("what came while attempts were held back and let go is not judged", () => {
  const held = [
    ...steadily(RATE, 10),
    ...steadily(100 * RATE, 1, 20_000),
    ...steadily(RATE, 10, 30_000),
  ];
  const harmed = [
    { from: 18_000, to: 22_000 },
    { from: 19_000, to: 20_000 },
  ];
  expect(calmOf(whole, harmed)).toEqual([
    { from: 0, to: 18_000 },
    { from: 22_000, to: 60_000 },
  ]);
  expect(breachesOfRate(held, RATE, calmOf(whole, harmed))).toEqual([]);
  expect(breachesOfRate(held, RATE, [whole])).toHaveLength(1);
});
