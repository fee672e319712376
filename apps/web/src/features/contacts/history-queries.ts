import { and, eq, sql } from "drizzle-orm";
import type { EmailState } from "@mailwright/email_machine";
import { keyset, type Paged, type PageRequest, toPage } from "../../db/keyset.ts";
import type { Queryable } from "../../db/open.ts";
import { campaign } from "../../db/schema/campaigns.ts";
import { email } from "../../db/schema/ledger.ts";

/** An email of a contact, with the campaign it belongs to; null once that was deleted. */
export interface PastEmail {
  id: string;
  campaign_id: string;
  campaign_name: string | null;
  state: EmailState;
  attempt: number;
  changed_at: Date;
  error_code: string | null;
  error_detail: string | null;
}

/** One page of what a contact was sent or not, the newest first. A contact has one email a campaign, so they are few. */
export async function selectHistory(
  db: Queryable,
  contactId: string,
  page: PageRequest,
): Promise<Paged<PastEmail>> {
  const slice = keyset({ id: email.id, direction: "descending" }, page);
  const rows = await db
    .select({
      id: email.id,
      campaign_id: email.campaign_id,
      campaign_name: campaign.name,
      state: email.state,
      attempt: email.attempt,
      changed_at: email.changed_at,
      error_code: email.error_code,
      error_detail: email.error_detail,
    })
    .from(email)
    .leftJoin(campaign, eq(campaign.id, email.campaign_id))
    .where(and(eq(email.contact_id, contactId), slice.where))
    .orderBy(...slice.orderBy)
    .limit(slice.limit);
  return toPage(rows, page, ({ id }) => ({ key: "", id }));
}

/** How many emails a contact has, by state. */
export async function countHistory(
  db: Queryable,
  contactId: string,
): Promise<Partial<Record<EmailState, number>>> {
  const rows = await db
    .select({ state: email.state, emails: sql<number>`count(*)::integer` })
    .from(email)
    .where(eq(email.contact_id, contactId))
    .groupBy(email.state);
  return Object.fromEntries(rows.map(({ state, emails }) => [state, emails]));
}
