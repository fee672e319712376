import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseMoment } from "./since.ts";

test.each([
  ["2026-07-31", "2026-07-31T00:00:00.000000Z"],
  [" 2026-07-31T09:15 ", "2026-07-31T09:15:00.000000Z"],
  ["2026-07-31T09:15:27.5Z", "2026-07-31T09:15:27.500000Z"],
  ["2026-07-31T09:15:27.123456789Z", "2026-07-31T09:15:27.123456Z"],
  ["2026-07-31 09:15:27.123+00", "2026-07-31T09:15:27.123000Z"],
  ["2026-07-31T01:15:00+02:00", "2026-07-30T23:15:00.000000Z"],
  ["2026-07-31T01:15:00-0330", "2026-07-31T04:45:00.000000Z"],
  ["1970-01-01", "1970-01-01T00:00:00.000000Z"],
])("%j is a moment", (text, moment) => {
  expect(parseMoment(text)).toBe(moment);
});

test.each([
  "",
  "yesterday",
  "31/07/2026",
  "31.07.2026 09:00",
  "2026-02-30",
  "2026-13-01",
  "2026-07-31T25:00",
  "2026-07-31T09:61",
  "2026-07-31T09:00+99:00",
  "1969-12-31",
  "0000-00-00",
  "9999-12-31T23:59:59-01:00",
  "1753900000",
])("%j is none", (text) => {
  expect(parseMoment(text)).toBeUndefined();
});

test("what came out comes out as it is, and sorts as text as it does in time", () => {
  const moment = fc
    .date({ min: new Date(0), max: new Date("2200-01-01"), noInvalidDate: true })
    .map((date) => date.toISOString());
  fc.assert(
    fc.property(moment, moment, (one, other) => {
      const [a = "", b = ""] = [one, other].map(parseMoment);
      expect(parseMoment(a)).toBe(a);
      expect(a < b).toBe(Date.parse(one) < Date.parse(other));
    }),
  );
});
