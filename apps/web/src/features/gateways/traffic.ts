import {
  type GatewayTraffic,
  type MinuteOfTraffic,
  type OutcomeName,
  OUTCOMES,
  parseGatewayTraffic,
  type ServiceClient,
} from "@mailwright/protocol";
import { whyNotReached } from "./reach.ts";

/** How a gateway fares, or why that cannot be told. */
export type Traffic =
  | { kind: "seen"; traffic: GatewayTraffic }
  | { kind: "unknown" }
  | { kind: "unreachable"; why: string };

/** A page waits for it no longer. */
const PATIENCE_MS = 1_000;

/** Asks the email client what a gateway's last attempts came to and how fast it may be used now. */
export async function readTraffic(
  { emailClient }: { emailClient: ServiceClient },
  { id }: { id: string },
): Promise<Traffic> {
  const answer = await emailClient.call(
    "GET",
    `/v1/gateways/${id}/traffic`,
    undefined,
    parseGatewayTraffic,
    AbortSignal.timeout(PATIENCE_MS),
  );
  switch (answer.kind) {
    case "ok":
      return { kind: "seen", traffic: answer.value };
    case "refused":
      return { kind: "unknown" };
    case "unreachable":
      return { kind: "unreachable", why: whyNotReached(answer.why) };
  }
}

export interface OutcomeCount {
  outcome: OutcomeName;
  /** Of the minute under way and the four before it. */
  lately: number;
  /** Of the last hour. */
  inAll: number;
}

const LATELY_MS = 5 * 60_000;

/** What the attempts came to, without the outcomes that none came to. */
export function outcomeCounts({ minutes, at: now }: GatewayTraffic): OutcomeCount[] {
  const recent = minutes.filter(({ at }) => at > now - LATELY_MS);
  return OUTCOMES.map((outcome) => ({
    outcome,
    lately: sum(recent, outcome),
    inAll: sum(minutes, outcome),
  })).filter(({ inAll }) => inAll > 0);
}

/** Fewer attempts than this say nothing of the gateway: a handful of addresses may be wrong. */
const FEWEST_TO_JUDGE_BY = 10;

/** Whether at least half of the last five minutes' attempts were not accepted, which a breaker that counts failures in a row misses. */
export function isFailingLately(traffic: GatewayTraffic): boolean {
  const counts = outcomeCounts(traffic);
  const attempts = counts.reduce((total, { lately }) => total + lately, 0);
  const accepted = counts.find(({ outcome }) => outcome === "accepted")?.lately ?? 0;
  return attempts >= FEWEST_TO_JUDGE_BY && accepted * 2 <= attempts;
}

function sum(minutes: readonly MinuteOfTraffic[], outcome: OutcomeName): number {
  return minutes.reduce((total, minute) => total + minute[outcome], 0);
}
