import type { Database } from "../../db/open.ts";
import { type ArrivalCounts, mayHaveArrived } from "../emails/arrivals.ts";
import { type ReasonCount, reasonsOf } from "../emails/emails.ts";
import type { Campaign } from "./campaigns.ts";
import { CERTAIN_ENDS } from "./standing.ts";

/** What went wrong in a campaign. */
export interface WentWrong {
  /** The most frequent first. */
  reasons: readonly ReasonCount[];
  /** How many of those that are counted as failed, skipped or cancelled may have arrived all the same. */
  mayHaveArrived: ArrivalCounts;
}

/** Counts what went wrong in a campaign: by its reasons, and how much of it may have arrived though its state does not say so. */
export async function whatWentWrong(
  db: Database,
  { id, counts }: Pick<Campaign, "id" | "counts">,
): Promise<WentWrong> {
  const states = CERTAIN_ENDS.filter((state) => counts[state] > 0);
  const [reasons, arrived] = await Promise.all([
    reasonsOf(db, id),
    mayHaveArrived(db, id, { states, emails: "all" }),
  ]);
  return { reasons, mayHaveArrived: arrived };
}
