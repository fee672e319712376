import type { Rates } from "../harness/access.ts";
import type { Installation } from "../system/installation.ts";
import type { Clocks } from "./clocks.ts";

/** Emails a second, so that a campaign takes long enough for something to happen to it. */
export const RATE = 60;

/** A domain that gets no more than so many a second, and the domains that recipients have in turn: it is one in four. */
export const SLOW = { domain: "slow.example.com", rate: 15 };
export const DOMAINS = [SLOW.domain, "example.com", "example.com", "example.com"];

export const RATES: Rates = { rate_per_second: RATE, domain_rates: { [SLOW.domain]: SLOW.rate } };

/** Far below what is usual, so that a few campaigns that are paused come near them. */
export const EMAILS_LIMIT = 2_000;
export const OUTBOX_LIMIT = 1_000;

/** What the nemesis has in its hands: an installation whose links, databases, processes and clocks it may harm. */
export interface World extends Installation {
  clocks: Clocks;
  /** The ids of a second gateway, and of a route through it and the default one. */
  second: string;
  route: string;
}

/** The user of the second gateway, by whom the stand-in that both lead to tells them apart. */
export const SECOND = "second";
