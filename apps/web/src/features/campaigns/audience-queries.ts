import { inArray, type SQL, sql } from "drizzle-orm";
import type { Queryable } from "../../db/open.ts";
import { contact, tally } from "../../db/schema/contacts.ts";
import { segment, type SegmentRule } from "../../db/schema/segments.ts";
import { HAS_OPT_OUTS } from "../segments/audience.ts";

export interface AudienceSegment {
  id: string;
  name: string;
  rule: SegmentRule | null;
  /** Members of a static segment. */
  size: number;
  /** Whether anybody has opted out of a dynamic one. */
  has_opt_outs: boolean;
}

export async function segmentsById(db: Queryable, ids: string[]): Promise<AudienceSegment[]> {
  if (ids.length === 0) return [];
  return db.select(SEGMENT).from(segment).where(inArray(segment.id, ids)).orderBy(segment.id);
}

/** How many contacts and suppressions there are, by name: what an audience was counted among. */
export async function readTallies(db: Queryable): Promise<{ name: string; count: number }[]> {
  return db.select().from(tally).orderBy(tally.name);
}

/** Segments to choose from, by name: those whose name holds the text. */
export async function segmentsNamed(
  db: Queryable,
  text: string,
  most: number,
): Promise<AudienceSegment[]> {
  const pattern = `%${text.toLowerCase().replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return db
    .select(SEGMENT)
    .from(segment)
    .where(text === "" ? undefined : sql`lower(${segment.name}) LIKE ${pattern}`)
    .orderBy(sql`lower(${segment.name})`)
    .limit(most);
}

const SEGMENT = {
  id: segment.id,
  name: segment.name,
  rule: segment.rule,
  size: segment.size,
  has_opt_outs: HAS_OPT_OUTS,
};

export async function countContacts(db: Queryable, audience: SQL): Promise<number> {
  const [row] = await db
    .select({ contacts: sql<number>`count(*)::integer` })
    .from(contact)
    .where(audience);
  return row?.contacts ?? 0;
}

/** How many of an audience must not be mailed. It begins at the suppressions, which are the fewer. */
export async function countSuppressed(db: Queryable, audience: SQL): Promise<number> {
  const rows = await db.execute<{ contacts: number }>(sql`
    SELECT count(*)::integer AS "contacts" FROM "suppression" JOIN "contact" USING ("canonical_email") WHERE ${audience}
  `);
  return rows[0]?.contacts ?? 0;
}

/** The contact that a preview is made for. */
export async function sampleContact(
  db: Queryable,
  audience: SQL,
): Promise<typeof contact.$inferSelect | undefined> {
  const [row] = await db
    .select()
    .from(contact)
    .where(
      sql`${audience} AND NOT EXISTS (SELECT FROM "suppression" WHERE "suppression"."canonical_email" = ${contact.canonical_email})`,
    )
    .limit(1);
  return row;
}
