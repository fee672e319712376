import { expect, test } from "bun:test";
import { createDraws } from "./draws.ts";

test("the same seed draws the same, another one does not", () => {
  expect(drawn(7)).toEqual(drawn(7));
  expect(drawn(7)).not.toEqual(drawn(8));
});

test("draws are spread evenly, and stay in their bounds", () => {
  const draws = createDraws(1);
  const counts = Array.from({ length: 10 }, () => 0);
  for (let n = 0; n < 10_000; n++) counts[draws.below(10)]! += 1;
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  const heads = Array.from({ length: 10_000 }, () => draws.percent(30)).filter(Boolean).length;
  expect(Math.abs(heads - 3_000)).toBeLessThan(200);
});

function drawn(seed: number): number[] {
  const draws = createDraws(seed);
  return Array.from({ length: 20 }, () => draws.below(1_000));
}
