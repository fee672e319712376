import { and, asc, desc, eq, isNull, or, type SQL, sql } from "drizzle-orm";
import { keyset, type Paged, type PageRequest, toPage } from "../../db/keyset.ts";
import type { Queryable } from "../../db/open.ts";
import { contact, shownName } from "../../db/schema/contacts.ts";
import { segment, segmentContact } from "../../db/schema/segments.ts";
import type { Membership } from "./audience.ts";
import { beginsWith, ruleCondition } from "./rule-condition.ts";

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

/** A contact as a member of a segment. */
export interface Member {
  id: string;
  email: string;
  name: string;
  first_name: string;
  last_name: string;
  created_at: Date;
  /** When it was listed; null where a rule decides. */
  added_at: Date | null;
}

const MEMBER = {
  id: contact.id,
  email: contact.email,
  name: contact.name,
  first_name: contact.first_name,
  last_name: contact.last_name,
  created_at: contact.created_at,
};

/**
 * One page of the contacts of a segment whose address, name or last name begins with `search`, the newest contacts first:
 * the order of the index that lists a segment's members, and of the contacts themselves.
 */
export async function selectMemberPage(
  db: Queryable,
  { id, rule }: Membership,
  search: string,
  page: PageRequest,
): Promise<Paged<Member>> {
  const slice = keyset(
    { id: rule === null ? segmentContact.contact_id : contact.id, direction: "descending" },
    page,
  );
  const rows =
    rule === null
      ? await db
          .select({ ...MEMBER, added_at: segmentContact.added_at })
          .from(segmentContact)
          .innerJoin(contact, eq(contact.id, segmentContact.contact_id))
          .where(and(eq(segmentContact.segment_id, id), found(search), slice.where))
          .orderBy(...slice.orderBy)
          .limit(slice.limit)
      : await db
          .select({ ...MEMBER, added_at: sql<null>`NULL` })
          .from(contact)
          .where(and(ruleCondition(rule), found(search), slice.where))
          .orderBy(...slice.orderBy)
          .limit(slice.limit);
  return toPage<Member>(rows, page, (row) => ({ key: "", id: row.id }));
}

/** The contacts whose address, name or last name begins with `search`, and whether each is in a static segment. */
export async function selectCandidates(
  db: Queryable,
  segmentId: string,
  search: string,
  most: number,
) {
  return db
    .select({ ...MEMBER, member: sql<boolean>`${segmentContact.contact_id} IS NOT NULL` })
    .from(contact)
    .leftJoin(
      segmentContact,
      and(eq(segmentContact.contact_id, contact.id), eq(segmentContact.segment_id, segmentId)),
    )
    .where(found(search))
    .orderBy(desc(contact.id))
    .limit(most);
}

export async function contactExists(db: Queryable, id: string): Promise<boolean> {
  const rows = await db.select({ id: contact.id }).from(contact).where(eq(contact.id, id));
  return rows.length > 0;
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

/** Each part is served by the index whose expression and condition it repeats. */
function found(search: string): SQL | undefined {
  if (search === "") return undefined;
  const { name, first_name, last_name } = contact;
  return or(
    beginsWith(sql`${contact.canonical_email}`, search),
    beginsWith(sql`(${shownName(contact)} COLLATE "C")`, search),
    and(
      beginsWith(sql`(lower(${first_name}) COLLATE "C")`, search),
      sql`${name} <> '' AND ${first_name} <> '' AND NOT starts_with(lower(${name}), lower(${first_name}))`,
    ),
    and(beginsWith(sql`(lower(${last_name}) COLLATE "C")`, search), sql`${last_name} <> ''`),
  );
}
