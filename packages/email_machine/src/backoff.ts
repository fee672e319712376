import type { RetryPolicy } from "./words.ts";

/** Retry-After may say anything; a day is the longest that a gateway is believed. */
export const LONGEST_RETRY_AFTER_MS = 24 * 3_600_000;

/**
 * The wait before attempt `spent + 1`: exponential with full jitter (a uniform draw from zero to the ceiling), capped.
 * Full jitter spreads a burst of failures best of the usual schemes (AWS Architecture Blog, "Exponential Backoff And
 * Jitter"). Never under a tenth of the first wait, so that an unlucky draw is not a storm.
 */
export function backoffMs(policy: RetryPolicy, spent: number, roll: number): number {
  const ceiling = Math.min(policy.maxWaitMs, policy.firstWaitMs * 2 ** Math.max(0, spent - 1));
  return Math.round(Math.max(policy.firstWaitMs / 10, ceiling * roll));
}

/**
 * The wait that a throttling gateway asked for, within reason; without one, the ordinary backoff. Never under a floor that
 * grows with `throttled`, the number of throttled attempts with this one.
 */
export function throttleMs(
  policy: RetryPolicy,
  throttled: number,
  roll: number,
  retryAfterMs?: number,
): number {
  return Math.max(floorMs(throttled), askedFor(policy, throttled, roll, retryAfterMs));
}

/**
 * A throttled attempt spends none of the policy's, so one after the other, a second apart, would make 170,000 transitions in
 * a day, and the ledger numbers them up to 32,767. After n of them n³/3 ms have passed: an hour after 220, a day after 640, 7
 * days after 1,220 and 30 days, the longest that an email is tried for, after 1,980, which is 3,960 transitions. Whatever
 * the gateway asks for, a wait is no longer by this than 49 s after an hour, and 7 minutes after a day.
 */
function floorMs(throttled: number): number {
  return throttled ** 2;
}

function askedFor(
  policy: RetryPolicy,
  throttled: number,
  roll: number,
  retryAfterMs?: number,
): number {
  if (retryAfterMs === undefined || !Number.isFinite(retryAfterMs))
    return backoffMs(policy, throttled, roll);
  // A little jitter on top: the whole batch was told the same second.
  const jitter = roll * Math.min(policy.firstWaitMs, 1_000);
  return Math.round(Math.min(Math.max(0, retryAfterMs), LONGEST_RETRY_AFTER_MS) + jitter);
}
