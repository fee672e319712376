import { isUnasked, type Outcome } from "./gateway.ts";

/**
 * A circuit breaker for one gateway in this process. Two things open it: refusals of our credentials in a row (more
 * attempts would only fail more emails) and failures to serve in a row (more attempts would only add to its trouble).
 * Open, it lets nothing through for a while; then it is half-open: one probe decides. A gateway that says how long it
 * wants to be left alone is left alone, by all emails and not just by the one that was told.
 */
export interface Breaker {
  state(): "closed" | "open" | "half-open";
  /** Zero when an attempt could begin now, else how long to wait. Asking changes nothing. */
  waitMs(now: number): number;
  /**
   * Undefined when no attempt may begin now; else what has to be called once it is over, whatever came of it. A half-open
   * breaker admits one probe at a time, and this was it.
   */
  admit(now: number): (() => void) | undefined;
  /** What an attempt came to. One for which the service was not asked says nothing of it. */
  record(outcome: Outcome, now: number): void;
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
  const pause = createTimer();
  const probe = createTimer();
  let probes = 0;
  const leftAlone = createTimer();

  const isOpen = () => pauseMs > 0;

  function open(now: number): void {
    pauseMs = Math.min(isOpen() ? pauseMs * 2 : BREAKER.firstPauseMs, BREAKER.longestPauseMs);
    pause.set(now, pauseMs);
    probe.clear();
  }

  function close(): void {
    unauthorized = 0;
    unavailable = 0;
    pauseMs = 0;
    pause.clear();
    probe.clear();
  }

  function waitMs(now: number): number {
    const others = Math.min(probe.left(now), BREAKER.firstPauseMs);
    return Math.max(leftAlone.left(now), pause.left(now), others);
  }

  /**
   * An email whose probe was admitted may be paused, suppressed or too old by the time it is written down, or impossible to
   * render. Nothing is recorded then, and all others would wait for a probe that nobody makes.
   */
  function admitProbe(now: number): () => void {
    probe.set(now, BREAKER.probePatienceMs);
    const mine = ++probes;
    return () => {
      if (mine === probes) probe.clear();
    };
  }

  return {
    state: () => (isOpen() ? (probe.isSet() ? "half-open" : "open") : "closed"),
    waitMs,
    admit(now) {
      if (waitMs(now) > 0) return undefined;
      return isOpen() ? admitProbe(now) : () => {};
    },
    record(outcome, now) {
      if (isUnasked(outcome)) return;
      if (outcome.kind === "throttled") {
        leftAlone.set(now, Math.min(outcome.retryAfterMs ?? 0, BREAKER.longestPauseMs));
      }
      if (outcome.kind === "unauthorized") unauthorized++;
      else if (outcome.kind === "unavailable" || outcome.kind === "ambiguous") unavailable++;
      else {
        // It took, refused or throttled a message: it knows us and it works.
        close();
        return;
      }
      const failing =
        unauthorized >= BREAKER.unauthorizedInARow || unavailable >= BREAKER.unavailableInARow;
      // Attempts that were already under way when it opened say nothing new.
      if (failing && pause.left(now) === 0) open(now);
    },
  };
}

/** A time in the future by a clock that may be set back: what is left of it never grows. */
function createTimer() {
  let length = 0;
  let end = 0;
  return {
    set(now: number, ms: number) {
      length = ms;
      end = now + ms;
    },
    clear() {
      length = 0;
      end = 0;
    },
    isSet: () => length > 0,
    left(now: number): number {
      end = Math.min(end, now + length);
      return Math.max(0, end - now);
    },
  };
}
