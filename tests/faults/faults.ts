import type { Draws } from "@mailwright/platform";
import type { World } from "./world.ts";

/** Ends what a fault began. */
export type Heal = () => Promise<unknown> | unknown;

/** Something that goes wrong in an installation, for as long as it is not healed. */
export interface Fault {
  name: string;
  /** How often it is drawn, beside the others. */
  weight: number;
  atLeastMs: number;
  atMostMs: number;
  /** It bunches attempts between Redis, which admits them, and the gateway: no rate is judged meanwhile. */
  bunches?: boolean;
  /**
   * It may keep the word of a suppression from the email client, for as long as it lasts and so many milliseconds more:
   * nobody has to have heard meanwhile.
   */
  silencesMs?: number;
  strike(all: World, draws: Draws): Promise<Heal>;
}

/** Longer than a batch is locked and than it takes others to notice: `lockMs` and `stallCheckMs` of the email client's pace. */
export const PAST_THE_LOCK = { atLeastMs: 8_000, atMostMs: 15_000 };
export const SHORT = { atLeastMs: 200, atMostMs: 4_000 };
/** How long a process takes to notice that what it waits for is back, and to try again. */
export const TRIES_AGAIN_MS = 2_000;

/** Draws one, each as often as it weighs. */
export function draw<T extends { weight: number }>(faults: readonly T[], draws: Draws): T {
  let left = draws.below(faults.reduce((sum, { weight }) => sum + weight, 0));
  for (const fault of faults) {
    left -= fault.weight;
    if (left < 0) return fault;
  }
  throw new Error("there are no faults to draw from");
}
