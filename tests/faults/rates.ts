import { BURST_S } from "@mailwright/email_client/gateways/rate.ts";
import type { Acceptance } from "../system/campaign.ts";
import type { Breach } from "../system/breach.ts";

/** A stretch of time, in milliseconds since the Unix epoch. */
export interface Stretch {
  from: number;
  to: number;
}

/**
 * By how much two attempts may come closer to each other on their way from Redis, which admits them, to the gateway,
 * whose clock is the one that counts: a busy machine lets a process wait for that long.
 */
const BLUR_MS = 2_000;

/**
 * Invariant G, by the gateway's own times: no window holds more acceptances than the rate allows in it, a tenth of a
 * second's at once, and one. It is the beginnings of attempts that the rate governs, and a frozen process, a slow link or
 * a held one bunches what had begun apart. So it is judged in `calm` stretches only, in which nothing of the kind
 * happened, and every window is taken for BLUR_MS longer than it is.
 */
export function breachesOfRate(
  ledger: readonly Pick<Acceptance, "at">[],
  ratePerSecond: number,
  calm: readonly Stretch[],
): Breach[] {
  return calm.flatMap(({ from, to }) => {
    const times = ledger.map(({ at }) => at).filter((at) => at >= from && at <= to);
    const most = mostAhead(times, ratePerSecond);
    const allowed = ratePerSecond * (BURST_S + BLUR_MS / 1_000) + 1;
    return most <= allowed
      ? []
      : [
          {
            invariant: "G rates" as const,
            about: `${new Date(from).toISOString()} to ${new Date(to).toISOString()}`,
            detail: `${Math.round(most)} ahead of ${ratePerSecond} a second, where ${allowed} are allowed`,
          },
        ];
  });
}

/** By how many the fullest window is ahead of what the rate alone allows in it, for all windows at once. */
function mostAhead(times: readonly number[], ratePerSecond: number): number {
  let most = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [n, at] of times.toSorted((a, b) => a - b).entries()) {
    const ahead = n - (ratePerSecond * at) / 1_000;
    least = Math.min(least, ahead);
    most = Math.max(most, ahead - least + 1);
  }
  return most;
}

/** What is left of a stretch when the harmed ones are taken out of it. */
export function calmOf(whole: Stretch, harmed: readonly Stretch[]): Stretch[] {
  const calm: Stretch[] = [];
  let { from } = whole;
  for (const harm of harmed.toSorted((a, b) => a.from - b.from)) {
    if (harm.from > from) calm.push({ from, to: harm.from });
    from = Math.max(from, harm.to);
  }
  if (whole.to > from) calm.push({ from, to: whole.to });
  return calm;
}
