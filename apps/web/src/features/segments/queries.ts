import { and, asc, eq, isNull, sql } from "drizzle-orm";
import type { Queryable } from "../../db/open.ts";
import { segment, type SegmentRule } from "../../db/schema/segments.ts";

/** The rule of a segment, null for a static one; undefined when there is no such segment. */
export async function ruleOf(db: Queryable, id: string): Promise<SegmentRule | null | undefined> {
  const [row] = await db.select({ rule: segment.rule }).from(segment).where(eq(segment.id, id));
  return row?.rule;
}

/** Static segments by name, those first whose name begins with `search`; each name that holds it is found. */
export function staticSegments(db: Queryable, search: string, most: number) {
  const holds = sql`position(lower(${search}) in lower(${segment.name}))`;
  return db
    .select({ id: segment.id, name: segment.name, size: segment.size })
    .from(segment)
    .where(and(isNull(segment.rule), sql`${holds} > 0`))
    .orderBy(sql`${holds} > 1`, asc(sql`lower(${segment.name})`), segment.id)
    .limit(most);
}
