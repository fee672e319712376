import { expect, test } from "bun:test";
import fc from "fast-check";
import { createFairSemaphore } from "./fair-semaphore.ts";

const never = new AbortController().signal;
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("of one party, places are given in the order in which they were asked for", async () => {
  const places = createFairSemaphore(1);
  const release = places.tryAcquire("a")!;
  const order: number[] = [];
  const waiting = [1, 2, 3].map(async (number) => {
    const done = await places.acquire("a", never);
    order.push(number);
    done();
  });
  expect([order, places.isWaiting("a"), places.tryAcquire("a")]).toEqual([[], true, undefined]);
  release();
  await Promise.all(waiting);
  expect([order, places.isWaiting("a"), places.inUse()]).toEqual([[1, 2, 3], false, 0]);
});

test("what comes free goes to the party that holds the fewest, whoever asked first", async () => {
  const places = createFairSemaphore(3);
  const release = places.tryAcquire("large")!;
  places.tryAcquire("large");
  places.tryAcquire("large");
  const order: string[] = [];
  const ask = (party: string) =>
    places.acquire(party, never).then((done) => {
      order.push(party);
      return done;
    });
  const [large, small] = [ask("large"), ask("small")];
  release();
  const releaseSmall = await small;
  expect([order, places.heldBy("large"), places.heldBy("small")]).toEqual([["small"], 2, 1]);
  releaseSmall();
  await large;
  expect(places.heldBy("large")).toBe(3);
});

test("with one place, parties take turns, however many of one of them ask", async () => {
  const places = createFairSemaphore(1);
  const order: string[] = [];
  const runs = ["a", "a", "a", "a", "a", "a", "b", "b", "b"].map(async (party) => {
    const done = await places.acquire(party, never);
    order.push(party);
    await settle();
    done();
  });
  await Promise.all(runs);
  expect(order.join("")).toBe("abababaaa");
});

test("who waits gets its place as soon as there are more, and of fewer none is taken until enough are given back", async () => {
  const places = createFairSemaphore(1);
  const first = places.tryAcquire("a")!;
  const waits = places.acquire("a", never);
  places.resize(2);
  const second = await waits;
  places.resize(1);
  first();
  expect([places.inUse(), places.tryAcquire("a")]).toEqual([1, undefined]);
  second();
  expect(places.tryAcquire("a")).toBeDefined();
});

test("who gives up while waiting gets the reason, and the next one gets the place", async () => {
  const places = createFairSemaphore(1);
  const release = places.tryAcquire("a")!;
  const impatient = new AbortController();
  const givesUp = places.acquire("a", impatient.signal);
  const next = places.acquire("a", never);
  impatient.abort(new Error("enough"));
  await expect(givesUp).rejects.toThrow("enough");
  release();
  release();
  (await next)();
  expect(places.inUse()).toBe(0);
  await expect(places.acquire("a", impatient.signal)).rejects.toThrow("enough");
});

test("whatever is asked for, given back, given up and resized, no more are given than there are, none is lost, and none stays free that somebody may take", async () => {
  const party = fc.constantFrom("a", "b", "c");
  const action = fc.oneof(
    fc.record({ do: fc.constant("ask" as const), party }),
    fc.record({ do: fc.constant("release" as const), which: fc.nat(9) }),
    fc.record({ do: fc.constant("abort" as const), which: fc.nat(9) }),
    fc.record({ do: fc.constant("resize" as const), size: fc.integer({ min: 1, max: 4 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
      let size = 2;
      const places = createFairSemaphore(size);
      const asked: { controller: AbortController; release?: () => void; gone?: boolean }[] = [];
      for (const each of actions) {
        const before = places.inUse();
        if (each.do === "ask") {
          const ask: (typeof asked)[0] = { controller: new AbortController() };
          asked.push(ask);
          places.acquire(each.party, ask.controller.signal).then(
            (release) => (ask.release = release),
            () => (ask.gone = true),
          );
        } else if (each.do === "release") asked[each.which]?.release?.();
        else if (each.do === "abort") asked[each.which]?.controller.abort(new Error("enough"));
        else places.resize((size = each.size));
        await settle();
        expect(places.inUse()).toBeLessThanOrEqual(Math.max(size, before));
        const isWaiting = ["a", "b", "c"].some((one) => places.isWaiting(one));
        expect(isWaiting && places.inUse() < size).toBe(false);
      }
      for (let round = 0; round <= asked.length; round++) {
        for (const ask of asked) ask.release?.();
        await settle();
      }
      expect(asked.every(({ release, gone }) => release !== undefined || gone)).toBe(true);
      expect([places.inUse(), places.heldBy("a"), places.isWaiting("a")]).toEqual([0, 0, false]);
    }),
    { numRuns: 200 },
  );
});
