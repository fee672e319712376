import { type SQL, sql } from "drizzle-orm";
import type { SegmentRule } from "./rule.ts";
import { isMember, ruleCondition } from "./rule-condition.ts";

/** A segment, as far as it decides who is in it. */
export interface Membership {
  id: string;
  /** Null for a static segment. */
  rule: SegmentRule | null;
}

/**
 * The condition on `contact` that holds for whoever is in at least one of the segments; each contact satisfies it once,
 * whatever the number of segments it is in. Of no segments it holds for nobody.
 */
export function audienceCondition(segments: readonly Membership[]): SQL {
  const listed = segments.filter(({ rule }) => rule === null).map(({ id }) => id);
  const rules = segments.flatMap(({ rule }) => (rule === null ? [] : [ruleCondition(rule)]));
  const parts = listed.length > 0 || rules.length === 0 ? [isMember(listed), ...rules] : rules;
  return parts.length === 1 ? sql`${parts[0]}` : sql`(${sql.join(parts, sql` OR `)})`;
}
