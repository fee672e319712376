import { expect, test } from "bun:test";
import { ManualClock } from "./manual-clock.ts";

test("sleepers wake in the order in which they are due, each at its own time", async () => {
  const clock = new ManualClock(1_000);
  const woken: [string, number][] = [];
  const sleep = async (name: string, ms: number) => {
    await clock.sleep(ms);
    woken.push([name, clock.now()]);
  };
  void sleep("late", 300);
  void sleep("early", 100);
  void sleep("early too", 100);
  await clock.advance(299);
  expect(woken).toEqual([
    ["early", 1_100],
    ["early too", 1_100],
  ]);
  expect({ now: clock.now(), sleeping: clock.sleeping, nextDue: clock.nextDue }).toEqual({
    now: 1_299,
    sleeping: 1,
    nextDue: 1_300,
  });
  await clock.advance(1);
  expect(woken.at(-1)).toEqual(["late", 1_300]);
});

test("one advance carries a loop of sleeps as far as the time reaches", async () => {
  const clock = new ManualClock(0);
  const rounds: number[] = [];
  void (async () => {
    while (true) {
      await clock.sleep(10);
      rounds.push(clock.now());
    }
  })();
  await clock.advance(35);
  expect(rounds).toEqual([10, 20, 30]);
  expect(clock.now()).toBe(35);
});

test("an aborted sleep rejects with the signal's reason and is forgotten", async () => {
  const clock = new ManualClock();
  const stopping = new AbortController();
  const slept = clock.sleep(10, stopping.signal);
  stopping.abort(new Error("enough"));
  await expect(slept).rejects.toThrow("enough");
  expect(clock.sleeping).toBe(0);
  await expect(clock.sleep(10, stopping.signal)).rejects.toThrow("enough");
});
