import { EMAIL_FACT_KINDS, type EmailFactKind } from "../../campaign-words.ts";
import type { Queryable } from "../../db/open.ts";
import {
  countFactsOf,
  type EmailFact,
  insertFacts,
  selectFacts,
  selectLatestFacts,
  type ToldFact,
} from "./fact-queries.ts";

export { type EmailFact, MOST_TOLD, type ToldFact, type ToldKind } from "./fact-queries.ts";

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

/** Of each of some emails the latest fact of a kind, by the email's id; empty when no kind is asked for. */
export function latestFactsOf(
  db: Queryable,
  emails: readonly string[],
  kind: EmailFactKind | undefined,
): Promise<Map<string, EmailFact>> {
  return kind === undefined || emails.length === 0
    ? Promise.resolve(new Map())
    : selectLatestFacts(db, emails, kind);
}

/**
 * How many emails of a campaign each kind of fact is known of; a kind that nothing is known of is left out. Of all kinds it
 * takes as long as it takes to count the delivered ones: a third of a second a million.
 */
export async function countFacts(
  db: Queryable,
  campaign: string,
  kinds: readonly EmailFactKind[] = EMAIL_FACT_KINDS,
): Promise<Partial<Record<EmailFactKind, number>>> {
  const rows = await countFactsOf(db, campaign, kinds);
  return Object.fromEntries(rows.map(({ kind, emails }) => [kind, emails]));
}
