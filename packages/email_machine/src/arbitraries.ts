import fc from "fast-check";
import type { EmailEvent, RetryPolicy } from "./words.ts";

const at = fc.integer({ min: 0, max: 3 * 24 * 3_600_000 });
const roll = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
export const anyReason = fc.record({
  code: fc.constant("unavailable" as const),
  detail: fc.string(),
});
const messageId = fc.string();

/** Any fact, sensible or not. */
export const anyEvent: fc.Arbitrary<EmailEvent> = fc.oneof(
  fc.record({
    type: fc.constantFrom("START", "DUE", "CANCEL", "INTERRUPTED", "REPORTED", "REQUEUE"),
    at,
  }),
  fc.record({
    type: fc.constantFrom("SUPPRESSED", "REJECTED", "UNAUTHORIZED", "AMBIGUOUS"),
    at,
    reason: anyReason,
  }),
  fc.record({ type: fc.constantFrom("ACCEPTED", "CONFIRMED"), at, messageId }),
  fc.record({ type: fc.constantFrom("NOT_ACCEPTED", "UNRESOLVED"), at, roll }),
  fc.record({ type: fc.constant("UNAVAILABLE"), at, roll, reason: anyReason }),
  fc.record({
    type: fc.constant("THROTTLED"),
    at,
    roll,
    reason: anyReason,
    retryAfterMs: fc.oneof(
      fc.double(),
      fc.constantFrom(-1, 0, Number.NaN, Number.POSITIVE_INFINITY, 1e300),
    ),
  }),
) as fc.Arbitrary<EmailEvent>;

export const anyPolicy: fc.Arbitrary<RetryPolicy> = fc.record({
  attempts: fc.integer({ min: 1, max: 6 }),
  firstWaitMs: fc.integer({ min: 1, max: 60_000 }),
  maxWaitMs: fc.integer({ min: 1, max: 3_600_000 }),
  maxAgeMs: fc.integer({ min: 1, max: 48 * 3_600_000 }),
  whenUncertain: fc.constantFrom("hold", "resend"),
});
