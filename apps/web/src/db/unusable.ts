import { isAway, isFull } from "./away.ts";
import { codeOf } from "./sqlstate.ts";

/** What Postgres calls it (its manual, appendix A), and what that means for whoever runs us. */
const MEANING: Record<string, string> = {
  "28P01": "refuses the user or the password of DATABASE_URL",
  "28000": "refuses the user of DATABASE_URL",
  "3D000": "has no database of the name that DATABASE_URL ends with: create an empty one",
  "42P01": "lacks tables: run `bun mailwright migrate`",
};

/**
 * Why the database cannot be used, as the end of a sentence about Postgres; undefined for an error that an operator can do
 * nothing about. It holds no value of a query.
 */
export function whyUnusable(error: unknown): string | undefined {
  const code = codeOf(error);
  if (isAway(error)) return `does not answer at DATABASE_URL (${code})`;
  if (isFull(error)) return `has no room left on its disk (${code})`;
  const meaning = MEANING[code];
  return meaning === undefined ? undefined : `${meaning} (${code})`;
}
