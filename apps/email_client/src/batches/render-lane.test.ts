import { expect, test } from "bun:test";
import { createRenderLane } from "./render-lane.ts";

const busyFor = (ms: number) => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};

test("what is rendered comes back, in order", async () => {
  const lane = createRenderLane();
  expect(await Promise.all([lane(() => 1), lane(() => "two")])).toEqual([1, "two"]);
});

test("timers fire between slow renders, however many fall due at once", async () => {
  const lane = createRenderLane();
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  await Promise.all(Array.from({ length: 10 }, () => lane(() => busyFor(15))));
  clearInterval(timer);
  expect(ticks).toBeGreaterThanOrEqual(9);
});

test("a render that throws fails alone", async () => {
  const lane = createRenderLane();
  const failing = lane(() => {
    throw new Error("a bug");
  });
  const next = lane(() => "fine");
  await expect(failing).rejects.toThrow("a bug");
  expect(await next).toBe("fine");
});
