import { sql } from "drizzle-orm";
import type { Queryable } from "../../db/open.ts";
import type { SegmentRule } from "./rule.ts";
import { ruleCondition } from "./rule-condition.ts";

/** So many rules, of at most 60 conditions each, are asked in one statement. */
const AT_ONCE = 100;

/** Of some rules, those that hold for one contact. */
export async function rulesThatHold<T extends { id: string; rule: SegmentRule }>(
  db: Queryable,
  contactId: string,
  segments: readonly T[],
): Promise<T[]> {
  const holding = new Set<string>();
  for (let start = 0; start < segments.length; start += AT_ONCE) {
    const asked = segments
      .slice(start, start + AT_ONCE)
      .map(({ id, rule }) => sql`CASE WHEN ${ruleCondition(rule)} THEN ${id}::text END`);
    const [row] = await db.execute<{ ids: string[] }>(sql`
      SELECT array_remove(ARRAY[${sql.join(asked, sql`, `)}], NULL) AS "ids" FROM "contact" WHERE "id" = ${contactId}
    `);
    for (const id of row?.ids ?? []) holding.add(id);
  }
  return segments.filter(({ id }) => holding.has(id));
}
