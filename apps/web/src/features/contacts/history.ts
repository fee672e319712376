import type { EmailState } from "@mailwright/email_machine";
import type { Paged, PageRequest } from "../../db/keyset.ts";
import type { Queryable } from "../../db/open.ts";
import { countHistory, type PastEmail, selectHistory } from "./history-queries.ts";

export type { PastEmail } from "./history-queries.ts";

/** One page of what a contact was sent or not, the newest first. */
export function readHistory(
  db: Queryable,
  contactId: string,
  page: PageRequest,
): Promise<Paged<PastEmail>> {
  return selectHistory(db, contactId, page);
}

/** How many emails a contact has, by state; states without one are left out. */
export function summariseHistory(
  db: Queryable,
  contactId: string,
): Promise<Partial<Record<EmailState, number>>> {
  return countHistory(db, contactId);
}
