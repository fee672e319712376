import type { Installation } from "../system/installation.ts";
import type { Clocks } from "./clocks.ts";

/** Emails a second, so that a campaign takes long enough for something to happen to it. */
export const RATE = 60;

/** What the nemesis has in its hands: an installation whose links, databases, processes and clocks it may harm. */
export interface World extends Installation {
  clocks: Clocks;
}
