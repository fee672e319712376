import { expect, test } from "bun:test";
import {
  formatBytes,
  formatCompact,
  formatCount,
  formatDuration,
  formatMoment,
  formatPercent,
  formatPlural,
  formatRelative,
} from "./format.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test("counts are grouped, and named in the singular for one", () => {
  expect(formatCount(12_345)).toBe("12,345");
  expect(formatCompact(12_345).toLowerCase()).toBe("12.3k");
  expect([
    formatPlural(1, "contact"),
    formatPlural(1_200, "contact"),
    formatPlural(2, "reply", "replies"),
  ]).toEqual(["1 contact", "1,200 contacts", "2 replies"]);
});

test("a percentage never rounds to all or to nothing", () => {
  expect([
    formatPercent(0, 0),
    formatPercent(0, 10),
    formatPercent(1, 1_000_000),
    formatPercent(655, 1_000),
    formatPercent(999_999, 1_000_000),
    formatPercent(10, 10),
  ]).toEqual(["–", "0%", "<0.1%", "65.5%", ">99.9%", "100%"]);
});

test("how long ago is said in the largest unit that fits", () => {
  const now = Date.UTC(2026, 10, 24, 16, 12);
  const said = [2_000, 40_000, 3 * MINUTE, 5 * HOUR, 26 * HOUR, 24 * 45 * HOUR, -2 * HOUR].map(
    (ago) => formatRelative(now - ago, now),
  );
  expect(said).toEqual([
    "just now",
    "40 seconds ago",
    "3 minutes ago",
    "5 hours ago",
    "1 day ago",
    "1 month ago",
    "in 2 hours",
  ]);
  expect(formatMoment(now)).toBe("24 Nov 2026, 16:12 UTC");
});

test("durations show their two largest units", () => {
  expect(
    [0, 350, 5_000, 65_000, 2 * HOUR, 2 * HOUR + 10 * MINUTE, 50 * HOUR].map(formatDuration),
  ).toEqual(["0 ms", "350 ms", "5 s", "1 min 5 s", "2 h", "2 h 10 min", "2 d 2 h"]);
});

test("bytes are counted in thousands", () => {
  expect([0, 999, 1_000, 1_540_000, 25_000_000].map(formatBytes)).toEqual([
    "0 B",
    "999 B",
    "1.0 kB",
    "1.5 MB",
    "25 MB",
  ]);
});
