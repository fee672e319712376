import { and, asc, eq, getTableColumns, inArray, lte, sql } from "drizzle-orm";
import { type Cursor, keyset, type Paged, type PageRequest, toPage } from "../../db/keyset.ts";
import { mailedAddress } from "../../db/mailed-address.ts";
import type { Queryable } from "../../db/open.ts";
import { campaign, campaignSegment } from "../../db/schema/campaigns.ts";
import { contact } from "../../db/schema/contacts.ts";
import { email, emailEvent } from "../../db/schema/ledger.ts";
import { segment, segmentOptOut } from "../../db/schema/segments.ts";

/** One row of the ledger: one recipient of one campaign, in the state it is in now. */
export type Email = typeof email.$inferSelect;

/** One transition of an email. */
export type EmailEventRow = Omit<typeof emailEvent.$inferSelect, "email_id">;

/** The contact of an email as it is now. */
export interface Recipient {
  id: string;
  name: string;
  email: string;
}

/** What an email needs to know of its campaign. */
export interface EmailCampaign {
  id: string;
  name: string;
  state: (typeof campaign.$inferSelect)["state"];
  when_uncertain: "hold" | "resend";
  launched_at: Date | null;
}

/** An email with its campaign. An email whose campaign was deleted is no longer there for anybody. */
export async function selectEmail(
  db: Queryable,
  id: string,
): Promise<{ email: Email; campaign: EmailCampaign } | undefined> {
  const [row] = await db
    .select({
      email: getTableColumns(email),
      campaign: {
        id: campaign.id,
        name: campaign.name,
        state: campaign.state,
        when_uncertain: campaign.when_uncertain,
        launched_at: campaign.launched_at,
      },
    })
    .from(email)
    .innerJoin(campaign, eq(campaign.id, email.campaign_id))
    .where(eq(email.id, id));
  return row;
}

/** The email of a contact in a campaign: there is one at most. */
export async function selectEmailOf(
  db: Queryable,
  campaignId: string,
  contactId: string,
): Promise<{ id: string } | undefined> {
  const [row] = await db
    .select({ id: email.id })
    .from(email)
    .where(and(eq(email.contact_id, contactId), eq(email.campaign_id, campaignId)));
  return row;
}

/** The contacts with this canonical address, and those who had it before; whoever has it now comes first. */
export async function selectContactsAt(
  db: Queryable,
  canonical: string,
): Promise<{ id: string }[]> {
  return db.execute<{ id: string }>(sql`
    SELECT "id" FROM (
      SELECT "id", 1 AS "turn" FROM "contact" WHERE "canonical_email" = ${canonical}
      UNION ALL SELECT "contact_id", 2 FROM "former_address" WHERE "canonical_email" = ${canonical}
    ) AS "found" ORDER BY "turn", "id"
  `);
}

/** An email of a campaign to one of some contacts; one that went to this canonical address before any other. */
export async function selectEmailTo(
  db: Queryable,
  { campaign, contacts, canonical }: { campaign: string; contacts: string[]; canonical: string },
): Promise<{ id: string } | undefined> {
  const [row] = await db.execute<{ id: string }>(sql`
    SELECT "id" FROM "email" WHERE "contact_id" = ANY(${sql.param(contacts)}::uuid[]) AND "campaign_id" = ${campaign}
    ORDER BY ${mailedAddress()} = ${canonical} DESC LIMIT 1
  `);
  return row;
}

/** When a campaign was launched, and when a contact came to be: what decides between those who have no email. */
export async function selectBeginnings(
  db: Queryable,
  campaignId: string,
  contactId: string,
): Promise<{ launched_at: Date | null | undefined; added_at: Date | undefined }> {
  const [launched] = await db
    .select({ at: campaign.launched_at })
    .from(campaign)
    .where(eq(campaign.id, campaignId));
  const [added] = await db
    .select({ at: contact.created_at })
    .from(contact)
    .where(eq(contact.id, contactId));
  return { launched_at: launched?.at, added_at: added?.at };
}

/** The names of a campaign's dynamic segments that a contact had opted out of before a moment, in their order. */
export async function selectOptedOutBefore(
  db: Queryable,
  campaignId: string,
  contactId: string,
  moment: Date,
): Promise<string[]> {
  const rows = await db
    .select({ name: segment.name })
    .from(campaignSegment)
    .innerJoin(segmentOptOut, eq(segmentOptOut.segment_id, campaignSegment.segment_id))
    .innerJoin(segment, eq(segment.id, campaignSegment.segment_id))
    .where(
      and(
        eq(campaignSegment.campaign_id, campaignId),
        eq(segmentOptOut.contact_id, contactId),
        lte(segmentOptOut.created_at, moment),
      ),
    )
    .orderBy(asc(sql`lower(${segment.name})`), segment.id);
  return rows.map(({ name }) => name);
}

/** Those of the contacts that are still there, by id. */
export async function selectRecipients(
  db: Queryable,
  ids: string[],
): Promise<Map<string, Recipient>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({
      id: contact.id,
      name: contact.name,
      first_name: contact.first_name,
      last_name: contact.last_name,
      email: contact.email,
    })
    .from(contact)
    .where(inArray(contact.id, ids));
  return new Map(
    rows.map(({ id, name, first_name, last_name, email: address }) => [
      id,
      { id, name: name || `${first_name} ${last_name}`.trim(), email: address },
    ]),
  );
}

/** The last transitions of an email, in their order, and whether there were more before them. */
export async function selectLastEvents(
  db: Queryable,
  id: string,
  most: number,
): Promise<{ events: EmailEventRow[]; more: boolean }> {
  const { email_id: _email, ...columns } = getTableColumns(emailEvent);
  const rows = await db
    .select(columns)
    .from(emailEvent)
    .where(eq(emailEvent.email_id, id))
    .orderBy(sql`${emailEvent.run} DESC, ${emailEvent.seq} DESC`)
    .limit(most + 1);
  return { events: rows.slice(0, most).toReversed(), more: rows.length > most };
}

/** The transitions of an email from the first, a page at a time. */
export async function selectEventPage(
  db: Queryable,
  id: string,
  page: PageRequest,
): Promise<Paged<EmailEventRow>> {
  const { email_id: _email, ...columns } = getTableColumns(emailEvent);
  const slice = keyset({ key: PLACE, id: emailEvent.email_id }, page);
  const rows = await db
    .select(columns)
    .from(emailEvent)
    .where(and(eq(emailEvent.email_id, id), slice.where))
    .orderBy(asc(emailEvent.run), asc(emailEvent.seq))
    .limit(slice.limit);
  return toPage(rows, page, (row): Cursor => ({ key: String(placeOf(row)), id }));
}

/** Runs and numbers within them as one number that grows with both; each is below 32,768. */
const PLACE = sql`(${emailEvent.run}::integer * 32768 + ${emailEvent.seq})`;

function placeOf({ run, seq }: Pick<EmailEventRow, "run" | "seq">): number {
  return run * 32_768 + seq;
}
