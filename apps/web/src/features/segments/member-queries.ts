import { and, asc, eq, isNull, sql } from "drizzle-orm";
import type { Queryable } from "../../db/open.ts";
import { segment, segmentContact } from "../../db/schema/segments.ts";

/**
 * Lists contacts as members of a static segment; answers how many were not listed yet. Contacts that are gone, or go
 * meanwhile, are passed over: the rows are locked before they are referred to. They are taken by id, so that two who add
 * the same contacts wait for each other instead of both giving up.
 */
export async function insertMembers(
  db: Queryable,
  segmentId: string,
  contactIds: readonly string[],
): Promise<number> {
  const rows = await db.execute<{ contact_id: string }>(sql`
    INSERT INTO "segment_contact" ("segment_id", "contact_id")
    SELECT "segment"."id", "contact"."id" FROM "segment", "contact"
    WHERE "segment"."id" = ${segmentId} AND "segment"."rule" IS NULL
      AND "contact"."id" = ANY(${sql.param(contactIds)}::uuid[])
    ORDER BY "contact"."id" FOR KEY SHARE
    ON CONFLICT DO NOTHING RETURNING "contact_id"
  `);
  return rows.length;
}

/** Takes contacts off the list of a static segment; answers how many were on it. */
export async function deleteMembers(
  db: Queryable,
  segmentId: string,
  contactIds: readonly string[],
): Promise<number> {
  const rows = await db.execute<{ contact_id: string }>(sql`
    DELETE FROM "segment_contact"
    WHERE "segment_id" = ${segmentId} AND "contact_id" = ANY(${sql.param(contactIds)}::uuid[])
    RETURNING "contact_id"
  `);
  return rows.length;
}

/** The static segments that list a contact, by name. */
export function staticSegmentsOf(db: Queryable, contactId: string) {
  return db
    .select({ id: segment.id, name: segment.name })
    .from(segmentContact)
    .innerJoin(segment, eq(segment.id, segmentContact.segment_id))
    .where(and(eq(segmentContact.contact_id, contactId), isNull(segment.rule)))
    .orderBy(asc(sql`lower(${segment.name})`), segment.id);
}
