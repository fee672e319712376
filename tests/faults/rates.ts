import { BURST_S } from "@mailwright/email_client/gateways/rate.ts";
import type { Stretch } from "../harness/stretches.ts";
import type { Breach } from "../system/breach.ts";
import { gatewayLedger } from "../system/campaign.ts";
import type { Installation } from "../system/installation.ts";
import { RATE, SECOND, SLOW } from "./world.ts";

/** What a gateway may be asked to take in a second, of all together or for one recipient domain, and when it took what it did. */
export interface Limited {
  of: string;
  perSecond: number;
  /** Milliseconds since the Unix epoch. */
  times: readonly number[];
}

/**
 * By how much two attempts may come closer to each other on their way from Redis, which admits them, to the gateway,
 * whose clock is the one that counts: a busy machine lets a process wait for that long. With fifteen processes that wanted one
 * of two cores it came to 38, 58, 122, 184 and 203 ms in five runs; with other work beside them to 429. Twice the rate is
 * further ahead within a second.
 */
const BLUR_MS = 600;

/**
 * Invariant G, by the gateway's own times: no window holds more acceptances than the rate allows in it, a tenth of a
 * second's at once, and one. It is the beginnings of attempts that the rate governs, and a frozen process, a slow link or
 * a held one bunches what had begun apart. So it is judged in `calm` stretches only, in which nothing of the kind
 * happened, and every window is taken for BLUR_MS longer than it is.
 */
export function breachesOfRate(limited: Limited, calm: readonly Stretch[]): Breach[] {
  return calm.flatMap((during) => {
    const blur = blurIn(limited, during);
    return blur <= BLUR_MS
      ? []
      : [
          {
            invariant: "G rates" as const,
            about: limited.of,
            during,
            detail: `${Math.round(blur)} ms ahead of ${limited.perSecond} a second, where ${BLUR_MS} are allowed`,
          },
        ];
  });
}

/** What each of the two gateways took, by the limits that it was given. */
export async function limitsOf(all: Installation): Promise<Limited[]> {
  const ledger = await gatewayLedger(all);
  const [second, first] = [true, false].map((isSecond) =>
    ledger.filter(({ username }) => (username === SECOND) === isSecond),
  );
  const limits = (name: string, taken: typeof ledger = []) => [
    { of: name, perSecond: RATE, times: taken.map(({ at }) => at) },
    {
      of: `${SLOW.domain} by ${name}`,
      perSecond: SLOW.rate,
      times: taken.filter(({ to }) => to.endsWith(`@${SLOW.domain}`)).map(({ at }) => at),
    },
  ];
  return [...limits("the gateway", first), ...limits("the second gateway", second)];
}

/** By how many milliseconds the fullest window of all calm stretches would have to be longer for the rate to allow it. */
export function mostBlur(limited: Limited, calm: readonly Stretch[]): number {
  return Math.max(0, ...calm.map((during) => blurIn(limited, during)));
}

function blurIn({ perSecond, times }: Limited, { from, to }: Stretch): number {
  const within = times.filter((at) => at >= from && at <= to);
  return ((mostAhead(within, perSecond) - 1) / perSecond - BURST_S) * 1_000;
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
