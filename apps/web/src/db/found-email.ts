import { type SQL, sql } from "drizzle-orm";
import type { EmailState } from "@mailwright/email_machine";

/**
 * Whether an email that is found by its id is in one of these states. As text, so that no index is tried for it: until the
 * first ANALYZE after a launch Postgres believes that hardly any email is queued, and would go through all that are, a
 * million perhaps, for every batch of 500.
 */
export function foundEmailIs(...states: EmailState[]): SQL {
  return sql`"email"."state"::text IN (${sql.raw(states.map((state) => `'${state}'`).join(", "))})`;
}
