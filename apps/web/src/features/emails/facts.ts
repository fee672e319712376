import type { Queryable } from "../../db/open.ts";
import {
  countFactsOf,
  type EmailFact,
  type EmailFactKind,
  insertFacts,
  selectFacts,
  type ToldFact,
} from "./fact-queries.ts";

export type { EmailFact, EmailFactKind, ToldFact } from "./fact-queries.ts";

/**
 * Writes down what became known of emails, each fact once however often it is told, and answers those that were not known.
 * What is told of an email that does not exist, or not any more, is left out.
 */
export function noteFacts(db: Queryable, facts: readonly ToldFact[]): Promise<EmailFact[]> {
  return facts.length === 0 ? Promise.resolve([]) : insertFacts(db, facts);
}

/** What is known of an email beside its transitions, in the order in which it happened. */
export function factsOf(db: Queryable, email: string): Promise<EmailFact[]> {
  return selectFacts(db, email);
}

/** How many emails of a campaign each kind of fact is known of; a kind that nothing is known of is left out. */
export async function countFacts(
  db: Queryable,
  campaign: string,
): Promise<Partial<Record<EmailFactKind, number>>> {
  const rows = await countFactsOf(db, campaign);
  return Object.fromEntries(rows.map(({ kind, emails }) => [kind, emails]));
}
