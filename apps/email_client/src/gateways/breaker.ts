import type { Outcome } from "./gateway.ts";

/**
 * A circuit breaker for one gateway in this process. Two things open it: refusals of our credentials in a row (more
 * attempts would only fail more emails) and failures to serve in a row (more attempts would only add to its trouble).
 * Open, it lets nothing through for a while; then it is half-open: one probe decides.
 */
export interface Breaker {
  state(): "closed" | "open" | "half-open";
  /** Zero when an attempt may begin now, else how long to wait. A half-open breaker hands out one probe at a time. */
  waitMs(now: number): number;
  /** What an attempt came to. */
  record(outcome: Outcome["kind"], now: number): void;
}

export const BREAKER = {
  unauthorizedInARow: 10,
  unavailableInARow: 50,
  firstPauseMs: 1_000,
  longestPauseMs: 60_000,
  /** A probe that never came back frees its place after this long. */
  probePatienceMs: 30_000,
};

export function createBreaker(): Breaker {
  let unauthorized = 0;
  let unavailable = 0;
  let pauseMs = 0;
  let openUntil = 0;
  let probeUntil = 0;

  const isOpen = () => pauseMs > 0;

  function open(now: number): void {
    pauseMs = Math.min(isOpen() ? pauseMs * 2 : BREAKER.firstPauseMs, BREAKER.longestPauseMs);
    openUntil = now + pauseMs;
    probeUntil = 0;
  }

  return {
    state: () => (isOpen() ? (probeUntil > 0 ? "half-open" : "open") : "closed"),
    waitMs(now) {
      if (!isOpen()) return 0;
      if (now < openUntil) return openUntil - now;
      if (now < probeUntil) return Math.min(probeUntil - now, BREAKER.firstPauseMs);
      probeUntil = now + BREAKER.probePatienceMs;
      return 0;
    },
    record(outcome, now) {
      if (outcome === "unauthorized") unauthorized++;
      else if (outcome === "unavailable" || outcome === "ambiguous") unavailable++;
      else {
        // It took, refused or throttled a message: it knows us and it works.
        unauthorized = 0;
        unavailable = 0;
        pauseMs = 0;
        return;
      }
      const failing =
        unauthorized >= BREAKER.unauthorizedInARow || unavailable >= BREAKER.unavailableInARow;
      // Attempts that were already under way when it opened say nothing new.
      if (failing && (!isOpen() || now >= openUntil)) open(now);
    },
  };
}
