import type { Clock } from "@mailwright/platform";
import { parseSettingsView, type ServiceClient, type SettingsView } from "@mailwright/protocol";

/**
 * What the email client last said of its gateways: `unknown` until it has been asked once, `unreachable` when it did not
 * answer the last time.
 */
export type GatewaysSeen =
  { kind: "unknown" } | { kind: "seen"; view: SettingsView } | { kind: "unreachable"; why: string };

/** Looks at the email client's gateways for every page, without any page waiting for it. */
export interface GatewayWatch {
  /** What was seen in the last seconds; something older only when the email client takes its time. */
  look(): Promise<GatewaysSeen>;
  /** Asks anew: after gateways were changed, so that the next page knows, and before a decision that rests on them. */
  refresh(): Promise<GatewaysSeen>;
  /** The same before a decision that need not wait for the email client: when that is away, what it said in the last minute. */
  latest(): Promise<GatewaysSeen>;
}

/** So long what was seen counts as new. */
const FRESH_MS = 5_000;
/** So long it is shown while a newer look is under way. */
const STALE_MS = 60_000;
/** So long a page waits for a look, when there is nothing to show meanwhile. */
const PATIENCE_MS = 250;
/** So long a look may take. */
const DEADLINE_MS = 2_000;

export function watchGateways(emailClient: ServiceClient, clock: Clock): GatewayWatch {
  let seen: GatewaysSeen = { kind: "unknown" };
  let seenAt = Number.NEGATIVE_INFINITY;
  let underWay: Promise<GatewaysSeen> | undefined;
  /** The last answer, and when it came. */
  let told: { seen: GatewaysSeen; at: number } | undefined;

  async function ask(): Promise<GatewaysSeen> {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const answer = await emailClient.call(
      "GET",
      "/v1/settings",
      undefined,
      parseSettingsView,
      signal,
    );
    seen =
      answer.kind === "ok"
        ? { kind: "seen", view: answer.value }
        : {
            kind: "unreachable",
            why: answer.kind === "refused" ? `it answered ${answer.status}` : answer.why,
          };
    seenAt = clock.now();
    if (seen.kind === "seen") told = { seen, at: seenAt };
    return seen;
  }

  function refresh(): Promise<GatewaysSeen> {
    underWay ??= ask().finally(() => {
      underWay = undefined;
    });
    return underWay;
  }

  async function askAnew(): Promise<GatewaysSeen> {
    // A look that began before a change may not have seen it.
    await underWay;
    return refresh();
  }

  return {
    refresh: askAnew,
    async latest() {
      const now = await askAnew();
      if (now.kind === "seen" || told === undefined) return now;
      return Math.abs(clock.now() - told.at) < STALE_MS ? told.seen : now;
    },
    async look() {
      // A clock that was set back must not keep an old look for as long as that.
      const age = Math.abs(clock.now() - seenAt);
      if (age < FRESH_MS) return seen;
      const next = refresh();
      return age < STALE_MS ? seen : Promise.race([next, given(PATIENCE_MS, () => seen)]);
    },
  };
}

async function given<T>(ms: number, value: () => T): Promise<T> {
  await Bun.sleep(ms);
  return value();
}
