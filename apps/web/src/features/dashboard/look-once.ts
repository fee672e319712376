import type { Clock } from "@mailwright/platform";

/**
 * One look for all who look within `forMs`: many may follow the same page, and what they see costs the same as for one. A
 * look that failed is not kept.
 */
export function lookOnce<T>(clock: Clock, forMs: number, look: () => Promise<T>): () => Promise<T> {
  let latest: { at: number; seen: Promise<T> } | undefined;
  return () => {
    const now = clock.now();
    if (latest !== undefined && Math.abs(now - latest.at) < forMs) return latest.seen;
    const fresh = { at: now, seen: look() };
    latest = fresh;
    fresh.seen.catch(() => {
      if (latest === fresh) latest = undefined;
    });
    return fresh.seen;
  };
}
