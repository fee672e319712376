import { expect, test } from "bun:test";
import { ManualClock } from "@mailwright/testing";
import { createRedisClock } from "./clock.ts";

const HOUR_MS = 3_600_000;

function setUp() {
  const own = new ManualClock();
  const start = own.now();
  const machine = { passed: 0 };
  const clock = createRedisClock(own, () => machine.passed);
  return { own, start, machine, clock };
}

test("the time is the process's own until Redis has said what it is", () => {
  const { start, machine, clock } = setUp();
  machine.passed = 40;
  expect(clock.now()).toBe(start + 40);
  clock.heard(start + HOUR_MS, 40, 60);
  machine.passed = 60;
  expect(Math.abs(clock.now() - start - HOUR_MS)).toBeLessThanOrEqual(11);
});

test("a process whose clock jumps goes on by what has passed", async () => {
  const { own, start, machine, clock } = setUp();
  clock.heard(start, 0, 0);
  await own.advance(2 * HOUR_MS);
  machine.passed = 250;
  expect(clock.now()).toBe(start + 250);
});

test("a word of Redis that took its time on the way corrects nothing that it does not contradict", () => {
  const { start, machine, clock } = setUp();
  clock.heard(start, 0, 0);
  machine.passed = 900;
  clock.heard(start + 450, 0, 900);
  clock.heard(start + 890, 0, 900);
  clock.heard(start + 10, 0, 900);
  expect(clock.now()).toBe(start + 900);
});

test("a Redis whose clock is set is followed", () => {
  const { start, machine, clock } = setUp();
  clock.heard(start, 0, 0);
  machine.passed = 1_000;
  clock.heard(start - HOUR_MS, 998, 1_000);
  expect(Math.abs(clock.now() - (start - HOUR_MS))).toBeLessThanOrEqual(2);
});
