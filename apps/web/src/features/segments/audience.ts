import { type SQL, sql } from "drizzle-orm";
import type { SegmentRule } from "../../db/schema/segments.ts";

/**
 * The condition on `contact` that holds for whoever is in at least one of the segments; each contact satisfies it once,
 * whatever the number of segments it is in.
 */
export function audienceCondition(segments: { id: string; rule: SegmentRule | null }[]): SQL {
  const ids = segments.filter(({ rule }) => rule === null).map(({ id }) => id);
  return sql`"contact"."id" IN (
    SELECT "contact_id" FROM "segment_contact" WHERE "segment_id" = ANY(${sql.param(ids)}::uuid[])
  )`;
}
