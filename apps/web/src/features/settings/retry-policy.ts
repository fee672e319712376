/** When an email that was not accepted is tried again, and when no more. Waits and ages are seconds. */
export interface RetryPolicy {
  attempts: number;
  first_wait_s: number;
  max_wait_s: number;
  max_age_s: number;
}

/** The bounds of a retry policy. They lie within those of the protocol, so a saved policy can always be sent. */
export const RETRY_BOUNDS = {
  attempts: { minimum: 1, maximum: 20 },
  first_wait_s: { minimum: 1, maximum: 3_600 },
  max_wait_s: { minimum: 1, maximum: 86_400 },
  max_age_s: { minimum: 60, maximum: 7 * 86_400 },
} as const satisfies Record<keyof RetryPolicy, { minimum: number; maximum: number }>;
