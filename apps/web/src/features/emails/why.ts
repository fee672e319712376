import type { Queryable } from "../../db/open.ts";
import { arrivalOf } from "./arrivals.ts";
import { selectLastTold } from "./fact-queries.ts";
import { explainTold } from "./fact-words.ts";
import type { Email } from "./queries.ts";
import { explain, type Explanation } from "./reasons.ts";

/**
 * Why an email is where it is, by all that is known: its own row, what its gateway told of a run that was sent, and whether
 * one that is not sent may have arrived all the same, which the row does not say.
 */
export async function whyOf(db: Queryable, email: Email): Promise<Explanation> {
  if (email.state !== "sent") return explain({ ...email, arrival: await arrivalOf(db, email.id) });
  const told = await selectLastTold(db, email.id);
  return told === undefined ? explain(email) : explainTold(told);
}
