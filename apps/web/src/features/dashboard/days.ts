import type { DayRow } from "./queries.ts";

/** What came of the campaigns launched on one day (UTC). */
export interface Day {
  /** The day's first moment. */
  at: Date;
  sent: number;
  failed: number;
  uncertain: number;
}

const DAY_MS = 86_400_000;

/** The first moment of the first of so many days, of which today is the last. */
export function firstDay(now: number, days: number): Date {
  return new Date(Math.floor(now / DAY_MS) * DAY_MS - (days - 1) * DAY_MS);
}

/** Every day from the first to today, those without a launch too. */
export function everyDay(rows: readonly DayRow[], now: number, days: number): Day[] {
  const byDay = new Map(rows.map((row) => [row.day, row]));
  const first = firstDay(now, days).getTime();
  return Array.from({ length: days }, (_, index) => {
    const at = new Date(first + index * DAY_MS);
    const { sent = 0, failed = 0, uncertain = 0 } = byDay.get(at.toISOString().slice(0, 10)) ?? {};
    return { at, sent, failed, uncertain };
  });
}
