/** How long something took, in milliseconds: half of the times, all but a twentieth, all but a hundredth were shorter. */
export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

/** By the nearest rank: each is a time that was measured. */
export function percentilesOf(times: readonly number[]): Percentiles {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => {
    const time = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
    return Math.round(time * 10) / 10;
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
