const COUNT = new Intl.NumberFormat("en-GB");
const PERCENT = new Intl.NumberFormat("en-GB", { style: "percent", maximumFractionDigits: 1 });
const COMPACT = new Intl.NumberFormat("en-GB", { notation: "compact", maximumFractionDigits: 1 });
const MOMENT = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});
/** "1 day ago" and not "yesterday": what passed is hours, and the reader's calendar is not known. */
const RELATIVE = new Intl.RelativeTimeFormat("en-GB", { style: "long" });

/** 12,345 */
export function formatCount(value: number): string {
  return COUNT.format(value);
}

/** 12.3K: for axes and tight places only, since it rounds. */
export function formatCompact(value: number): string {
  return COMPACT.format(value);
}

/**
 * A part of a whole as a percentage with at most one decimal. Never 100% unless it is all and never 0% unless it is
 * none: rounding must not say "all sent" when one is missing.
 */
export function formatPercent(part: number, whole: number): string {
  if (whole === 0) return "–";
  const share = part / whole;
  if (share > 0 && share < 0.001) return "<0.1%";
  if (share < 1 && share > 0.999) return ">99.9%";
  return PERCENT.format(share);
}

/** 1 contact, 2 contacts; the plural adds an s unless it is given. */
export function formatPlural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** 24 Nov 2026, 16:12 UTC */
export function formatMoment(at: number | Date): string {
  return `${MOMENT.format(at)} UTC`;
}

const STEPS: readonly [limit_s: number, unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  [60, "second", 1],
  [3_600, "minute", 60],
  [86_400, "hour", 3_600],
  [2_592_000, "day", 86_400],
  [31_536_000, "month", 2_592_000],
  [Number.POSITIVE_INFINITY, "year", 31_536_000],
];

/** "3 minutes ago", "in 2 hours", "1 day ago"; "just now" within ten seconds. */
export function formatRelative(at: number | Date, now: number): string {
  const seconds = (Number(at) - now) / 1_000;
  if (Math.abs(seconds) < 10) return "just now";
  for (const [limit, unit, size] of STEPS) {
    if (Math.abs(seconds) < limit) return RELATIVE.format(Math.trunc(seconds / size), unit);
  }
  return formatMoment(at);
}

/** 4 min 5 s, 2 h 10 min, 350 ms: the two largest units. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(" ");
}

/** 1.5 MB, in powers of ten as disks and mail services count. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1_000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}
