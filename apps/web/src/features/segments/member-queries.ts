import { and, asc, eq, inArray, isNull, sql } from "drizzle-orm";
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

/** Since when each of some contacts is listed in a segment; those that are not are left out. */
export async function listedSince(
  db: Queryable,
  segmentId: string,
  contactIds: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  const rows = await db
    .select({ id: segmentContact.contact_id, added_at: segmentContact.added_at })
    .from(segmentContact)
    .where(
      and(
        eq(segmentContact.segment_id, segmentId),
        inArray(segmentContact.contact_id, [...contactIds]),
      ),
    );
  return new Map(rows.map(({ id, added_at }) => [id, added_at]));
}

/** The ids of the contacts that have one of the canonical addresses. */
export async function contactsWithAddress(
  db: Queryable,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await db.execute<{ id: string; canonical_email: string }>(sql`
    SELECT "id", "canonical_email" FROM "contact" WHERE "canonical_email" = ANY(${sql.param(addresses)}::text[])
  `);
  return new Map(rows.map(({ id, canonical_email }) => [canonical_email, id]));
}
