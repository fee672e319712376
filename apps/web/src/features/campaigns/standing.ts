import { EMAIL_STATES, isSettled } from "@mailwright/email_machine";
import type { CampaignState } from "../../campaign-words.ts";
import type { Campaign, Counts } from "./campaigns.ts";

/** Whether nothing more happens to a campaign in this state by itself. */
export function hasEnded(state: CampaignState): boolean {
  return state === "finished" || state === "cancelled";
}

/** The states of a campaign that is under way. */
export const MOVING: readonly CampaignState[] = ["launching", "sending", "paused", "cancelling"];

/** Whether a campaign in this state changes by itself, so that looking again is worth it. */
export function isMoving(state: CampaignState): boolean {
  return MOVING.includes(state);
}

/** How many emails have not come to an end. */
export function openOf(counts: Counts): number {
  return EMAIL_STATES.reduce((sum, state) => (isSettled(state) ? sum : sum + counts[state]), 0);
}

/** How many emails have come to an end. */
export function settledOf(counts: Counts): number {
  return EMAIL_STATES.reduce((sum, state) => (isSettled(state) ? sum + counts[state] : sum), 0);
}

/** The account of an audience: every state with an email in it, and whether they add up to all of it. */
export interface Proof {
  audience: number;
  terms: { state: keyof Counts; emails: number }[];
  /** Whether every recipient is in exactly one of the states. */
  addsUp: boolean;
  /** Whether none of them is still open. */
  closed: boolean;
}

export function proofOf({ audience, counts }: Pick<Campaign, "audience" | "counts">): Proof {
  const terms = EMAIL_STATES.map((state) => ({ state, emails: counts[state] })).filter(
    ({ emails }) => emails > 0,
  );
  const sum = terms.reduce((total, { emails }) => total + emails, 0);
  return { audience, terms, addsUp: sum === audience, closed: openOf(counts) === 0 };
}

/** Which emails of a campaign a marketer may send again in this state of it. */
export function mayRequeue(state: CampaignState): boolean {
  return state === "finished" || state === "sending" || state === "paused";
}

export function mayDelete(state: CampaignState): boolean {
  return state === "draft" || hasEnded(state);
}

/** Ends that say of an email that it was not accepted. They say so of its last run. */
export const CERTAIN_ENDS = ["failed", "skipped", "cancelled"] as const;

/** Up to so many emails that went wrong are counted, and looked up among those that came back, while a page waits: 10 ms. */
const COUNTED_AT_ONCE = 2_000;

/** Whether so much went wrong that it takes a while to count it. */
export function hasMuchWrong({ counts }: Pick<Campaign, "counts">): boolean {
  const wrong = CERTAIN_ENDS.reduce((sum, state) => sum + counts[state], counts.uncertain);
  return wrong > COUNTED_AT_ONCE;
}
