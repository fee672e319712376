import { sql } from "drizzle-orm";
import type { Queryable } from "../../db/open.ts";
import type { SegmentRule } from "../../db/schema/segments.ts";

/** A segment, and what is stored of how a contact stands to it. */
export interface StoredStanding {
  id: string;
  name: string;
  /** Null for a static segment. */
  rule: SegmentRule | null;
  /** Whether a static segment lists the contact. */
  listed: boolean;
  /** Whether the contact has opted out of a dynamic one. */
  opted_out: boolean;
}

/** How a contact stands to each of some segments, by their names; those that are not there any more are left out. */
export async function selectStandings(
  db: Queryable,
  contactId: string,
  segmentIds: readonly string[],
): Promise<StoredStanding[]> {
  return db.execute<StoredStanding & Record<string, unknown>>(sql`
    SELECT "id", "name", "rule",
      EXISTS (SELECT FROM "segment_contact" WHERE "segment_id" = "segment"."id" AND "contact_id" = ${contactId}) AS "listed",
      EXISTS (SELECT FROM "segment_opt_out" WHERE "segment_id" = "segment"."id" AND "contact_id" = ${contactId}) AS "opted_out"
    FROM "segment" WHERE "id" = ANY(${sql.param(segmentIds)}::uuid[]) ORDER BY lower("name"), "id"
  `);
}

/** Writes down that a contact has opted out of a dynamic segment, once; one that is gone, or goes meanwhile, is passed over. */
export async function insertOptOut(
  db: Queryable,
  { segment, contact, email }: { segment: string; contact: string; email: string },
): Promise<void> {
  await db.execute(sql`
    INSERT INTO "segment_opt_out" ("segment_id", "contact_id", "email_id")
    SELECT "segment"."id", "contact"."id", ${email}::uuid FROM "segment", "contact"
    WHERE "segment"."id" = ${segment} AND "segment"."rule" IS NOT NULL AND "contact"."id" = ${contact}
    FOR KEY SHARE
    ON CONFLICT DO NOTHING
  `);
}

export async function deleteOptOut(
  db: Queryable,
  segmentId: string,
  contactId: string,
): Promise<void> {
  await db.execute(
    sql`DELETE FROM "segment_opt_out" WHERE "segment_id" = ${segmentId} AND "contact_id" = ${contactId}`,
  );
}

/** A dynamic segment that a contact has opted out of, when, and by the link of which email. */
export interface OptOut {
  segment_id: string;
  segment_name: string;
  email_id: string;
  /** Null when the campaign was deleted. */
  campaign_id: string | null;
  campaign_name: string | null;
  created_at: Date;
}

/** What a contact has opted out of, by the names of the segments. */
export async function selectOptOuts(db: Queryable, contactId: string): Promise<OptOut[]> {
  const rows = await db.execute<Omit<OptOut, "created_at"> & { created_at: string }>(sql`
    SELECT "segment_id", "segment"."name" AS "segment_name", "email_id", "campaign"."id" AS "campaign_id",
      "campaign"."name" AS "campaign_name", "segment_opt_out"."created_at"
    FROM "segment_opt_out"
      JOIN "segment" ON "segment"."id" = "segment_id"
      LEFT JOIN "email" ON "email"."id" = "email_id"
      LEFT JOIN "campaign" ON "campaign"."id" = "email"."campaign_id"
    WHERE "segment_opt_out"."contact_id" = ${contactId} ORDER BY lower("segment"."name"), "segment_id"
  `);
  return rows.map((row) => ({ ...row, created_at: new Date(row.created_at) }));
}

/** How often contacts opted out of some dynamic segments. */
export async function selectOptOutCount(
  db: Queryable,
  segmentIds: readonly string[],
): Promise<number> {
  const [row] = await db.execute<{ times: number }>(sql`
    SELECT count(*)::integer AS "times" FROM "segment_opt_out" WHERE "segment_id" = ANY(${sql.param(segmentIds)}::uuid[])
  `);
  return row?.times ?? 0;
}
