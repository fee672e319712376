import type { EmailFactKind } from "../../campaign-words.ts";
import { EMAIL_STATES, type EmailState } from "@mailwright/email_machine";
import type { Paged, PageRequest } from "../../db/keyset.ts";
import type { Queryable } from "../../db/open.ts";
import { canonicalBeginning } from "../contacts/address.ts";
import {
  countReasons,
  type ReasonRow,
  selectEmailsByFact,
  selectEmailsInOrder,
} from "./list-queries.ts";
import {
  type Email,
  type EmailEventRow,
  type Recipient,
  selectEmail,
  selectEventPage,
  selectRecipients,
} from "./queries.ts";
import { NO_REASON } from "./reasons.ts";
import { selectEmailsByAddress, selectEmailsByContact } from "./search-queries.ts";

export type { Email, EmailCampaign, EmailEventRow, Recipient } from "./queries.ts";

/** How many emails of a campaign ended badly, by state and reason. */
export interface ReasonCount {
  state: ReasonRow["state"];
  /** `NO_REASON` where none is known. */
  code: string;
  emails: number;
}

/** Which emails of a campaign are asked for. */
export interface EmailFilter {
  state?: EmailState | undefined;
  /** A reason code, or `NO_REASON`. Only what failed, was skipped or is uncertain is listed by its reason. */
  reason?: string | undefined;
  /** What the address begins with. */
  address?: string | undefined;
  /** What became known of it since; then it goes by nothing else. */
  fact?: EmailFactKind | undefined;
}

/** Up to so many emails are looked through for an address; above it, those of contacts are: see `selectEmailsByContact`. */
const FEW = 25_000;

/** One page of a campaign's emails: by address when one is sought, otherwise in the order of the audience. */
export function listEmails(
  db: Queryable,
  { id, counts }: { id: string; counts: Record<EmailState, number> },
  { state, reason, address, fact }: EmailFilter,
  page: PageRequest,
): Promise<Paged<Email>> {
  if (fact !== undefined) return selectEmailsByFact(db, id, fact, page);
  const possible: readonly EmailState[] = reason === undefined ? EMAIL_STATES : WITH_REASON;
  const states = possible.filter((each) => state === undefined || each === state);
  const slices = { campaign: id, states, reason: reason === NO_REASON ? null : reason };
  if (states.length === 0) return Promise.resolve({ items: [] });
  if (!isSearch(address)) return selectEmailsInOrder(db, slices, page);
  const read = states
    .filter((each) => !WITH_REASON.includes(each))
    .reduce((sum, each) => sum + counts[each], 0);
  return read <= FEW
    ? selectEmailsByAddress(db, slices, address.trim().toLowerCase(), page)
    : selectEmailsByContact(db, slices, canonicalBeginning(address), page);
}

/** Whether an address is sought at all; it decides the order, and so what a cursor is made of. */
export function isSearch(address: string | undefined): address is string {
  return address !== undefined && address.trim() !== "";
}

const WITH_REASON: readonly EmailState[] = ["failed", "skipped", "uncertain"];

/** The contacts of some emails that are still there, by id. */
export function recipientsOf(
  db: Queryable,
  emails: readonly Email[],
): Promise<Map<string, Recipient>> {
  return selectRecipients(
    db,
    emails.map((email) => email.contact_id),
  );
}

/** What went wrong in a campaign, the most frequent first. It costs an index entry an email that went wrong. */
export async function reasonsOf(db: Queryable, campaign: string): Promise<ReasonCount[]> {
  const rows = await countReasons(db, campaign);
  return rows.map(({ state, code, emails }) => ({ state, code: code ?? NO_REASON, emails }));
}

export async function readEmail(db: Queryable, id: string): Promise<Email | undefined> {
  const found = await selectEmail(db, id);
  return found?.email;
}

/** The transitions of an email over all its runs, from the first. Undefined for an email that does not exist. */
export async function listEvents(
  db: Queryable,
  id: string,
  page: PageRequest,
): Promise<Paged<EmailEventRow> | undefined> {
  if ((await selectEmail(db, id)) === undefined) return undefined;
  return selectEventPage(db, id, page);
}
