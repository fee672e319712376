import type { EmailFactKind } from "../../campaign-words.ts";
import type { EmailState } from "@mailwright/email_machine";
import type { Database, Queryable } from "../../db/open.ts";
import { within } from "../../db/within.ts";
import {
  type AskedEmails,
  countMayHaveArrived,
  selectInDoubt,
  selectLastOfAccepted,
} from "./arrival-queries.ts";

/**
 * Why an email that is not told as sent may have arrived: a fact of it says that its gateway had accepted an attempt, or
 * nobody could tell what became of one.
 */
export type Arrival = EmailFactKind | "in doubt";

/**
 * Whether an email that is not sent may have arrived, and by what that is known. All its runs are looked at, for its own row
 * knows only the last: what was in doubt and is sent again can end as failed, skipped or cancelled; and a gateway that said it
 * was not available may tell later that it delivered it.
 */
export async function arrivalOf(db: Queryable, email: string): Promise<Arrival | undefined> {
  const fact = await selectLastOfAccepted(db, email);
  if (fact !== undefined) return fact;
  return (await selectInDoubt(db, email)) ? "in doubt" : undefined;
}

/** How many emails may have arrived, by state, those of no email left out; `too long` when Postgres could not count them in time. */
export type ArrivalCounts = Partial<Record<EmailState, number>> | "too long";

/** So long a person waits for the count; decision 22 has how long it takes. */
const PATIENCE_MS = 2_500;

/** How many of some emails of a campaign, none of them sent, may have arrived. */
export async function mayHaveArrived(
  db: Database,
  campaign: string,
  asked: AskedEmails,
  patienceMs = PATIENCE_MS,
): Promise<ArrivalCounts> {
  if (asked.states.length === 0) return {};
  const counted = await within(db, patienceMs, (tx) => countMayHaveArrived(tx, campaign, asked));
  if (counted.kind === "too long") return "too long";
  return Object.fromEntries(counted.value.map(({ state, emails }) => [state, emails]));
}

/** The same of all the states together. */
export async function howManyMayHaveArrived(
  db: Database,
  campaign: string,
  asked: AskedEmails,
  patienceMs = PATIENCE_MS,
): Promise<number | "too long"> {
  const counts = await mayHaveArrived(db, campaign, asked, patienceMs);
  return counts === "too long"
    ? counts
    : Object.values(counts).reduce((sum, emails) => sum + emails, 0);
}
