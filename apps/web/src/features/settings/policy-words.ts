import type { RetryPolicy } from "./settings.ts";

/** A retry policy in a sentence that a marketer can check against what they want. */
export function describePolicy({
  attempts,
  first_wait_s,
  max_wait_s,
  max_age_s,
}: RetryPolicy): string {
  if (attempts === 1) return "Each email is tried once. What the gateway cannot take then, fails.";
  const longest = Math.min(max_wait_s, first_wait_s * 2 ** (attempts - 2));
  const waits =
    longest === first_wait_s
      ? `up to ${durationInWords(first_wait_s)} apart`
      : `up to ${durationInWords(first_wait_s)} apart at first and ${durationInWords(longest)} at last`;
  return `Each email is tried up to ${attempts} times, ${waits}. No attempt is planned later than ${durationInWords(max_age_s)} after the first.`;
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** "1 hour 30 minutes": the two largest units, nothing that is zero. */
export function durationInWords(seconds: number): string {
  let rest = Math.round(seconds);
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 && parts.length < 2) parts.push(`${count} ${unit}${count === 1 ? "" : "s"}`);
  }
  return parts.join(" ") || "no time";
}
