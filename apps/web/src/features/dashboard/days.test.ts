import { expect, test } from "bun:test";
import { everyDay, firstDay } from "./days.ts";

const NOON = Date.UTC(2026, 2, 2, 12);

test("the last of so many days is today, and each begins at midnight UTC", () => {
  expect(firstDay(NOON, 1)).toEqual(new Date("2026-03-02T00:00:00Z"));
  expect(firstDay(NOON, 3)).toEqual(new Date("2026-02-28T00:00:00Z"));
  expect(firstDay(Date.UTC(2026, 2, 2), 1)).toEqual(new Date("2026-03-02T00:00:00Z"));
});

test("a day without a launch is there, with nothing on it", () => {
  const rows = [{ day: "2026-03-01", sent: 5, failed: 1, uncertain: 0 }];
  expect(everyDay(rows, NOON, 3)).toEqual([
    { at: new Date("2026-02-28T00:00:00Z"), sent: 0, failed: 0, uncertain: 0 },
    { at: new Date("2026-03-01T00:00:00Z"), sent: 5, failed: 1, uncertain: 0 },
    { at: new Date("2026-03-02T00:00:00Z"), sent: 0, failed: 0, uncertain: 0 },
  ]);
});
