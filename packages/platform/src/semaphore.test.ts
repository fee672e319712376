import { expect, test } from "bun:test";
import fc from "fast-check";
import { createSemaphore } from "./semaphore.ts";

const never = new AbortController().signal;

test("slots are given in the order in which they were asked for", async () => {
  const slots = createSemaphore(1);
  const release = await slots.acquire(never);
  const order: number[] = [];
  const waiting = [1, 2, 3].map(async (number) => {
    const done = await slots.acquire(never);
    order.push(number);
    done();
  });
  expect(order).toEqual([]);
  release();
  await Promise.all(waiting);
  expect(order).toEqual([1, 2, 3]);
  expect(slots.inUse()).toBe(0);
});

test("giving a slot back twice gives back one", async () => {
  const slots = createSemaphore(2);
  const release = await slots.acquire(never);
  await slots.acquire(never);
  release();
  release();
  expect(slots.inUse()).toBe(1);
});

test("who gives up while waiting gets the reason, and the next one gets the slot", async () => {
  const slots = createSemaphore(1);
  const release = await slots.acquire(never);
  const impatient = new AbortController();
  const givesUp = slots.acquire(impatient.signal);
  const next = slots.acquire(never);
  impatient.abort(new Error("enough"));
  await expect(givesUp).rejects.toThrow("enough");
  release();
  (await next)();
  expect(slots.inUse()).toBe(0);
});

test("who had given up before asking takes no slot", async () => {
  const slots = createSemaphore(1);
  await expect(slots.acquire(AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
  expect(slots.inUse()).toBe(0);
});

test("an abort after the slot was given takes nothing away", async () => {
  const slots = createSemaphore(1);
  const controller = new AbortController();
  const held = await slots.acquire(never);
  const granted = slots.acquire(controller.signal);
  held();
  const release = await granted;
  controller.abort(new Error("late"));
  expect(slots.inUse()).toBe(1);
  release();
  expect(slots.inUse()).toBe(0);
});

test("whatever is asked for, given back and given up, never more than there are are in use and none is lost", async () => {
  const action = fc.oneof(
    fc.constant({ do: "ask" as const }),
    fc.record({ do: fc.constant("release" as const), which: fc.nat(9) }),
    fc.record({ do: fc.constant("abort" as const), which: fc.nat(9) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.array(action), async (size, actions) => {
      const slots = createSemaphore(size);
      const asked: { controller: AbortController; release?: () => void; gone?: boolean }[] = [];
      for (const each of actions) {
        if (each.do === "ask") {
          const ask: (typeof asked)[0] = { controller: new AbortController() };
          asked.push(ask);
          slots.acquire(ask.controller.signal).then(
            (release) => (ask.release = release),
            () => (ask.gone = true),
          );
        } else if (each.do === "release") asked[each.which]?.release?.();
        else asked[each.which]?.controller.abort(new Error("enough"));
        await new Promise((resolve) => setImmediate(resolve));
        expect(slots.inUse()).toBeLessThanOrEqual(size);
      }
      for (const ask of asked) {
        ask.release?.();
        await new Promise((resolve) => setImmediate(resolve));
      }
      for (const ask of asked) ask.release?.();
      expect(asked.every(({ release, gone }) => release !== undefined || gone)).toBe(true);
      expect(slots.inUse()).toBe(0);
    }),
    { numRuns: 200 },
  );
});
