import { stringify } from "csv-stringify/sync";
import type { EmailState } from "@mailwright/email_machine";
import type { Cursor } from "../../db/keyset.ts";
import type { Queryable } from "../../db/open.ts";
import { csvFile } from "../contacts/csv.ts";
import { type EmailFilter, listEmails, recipientsOf } from "./emails.ts";
import type { Email, Recipient } from "./queries.ts";
import { reasonOf } from "./reasons.ts";

/** Rows read and written at once: a million emails never lie in memory. */
const AT_ONCE = 2_000;

const COLUMNS = [
  "address",
  "name",
  "state",
  "reason",
  "answer",
  "attempts",
  "run",
  "changed_at",
  "message_id",
  "email_id",
  "contact_id",
];

/** What `exportEmails` gives, to be saved as a file that is called like the campaign. */
export function emailsFile(
  db: Queryable,
  campaign: { id: string; name: string; counts: Record<EmailState, number> },
  filter: EmailFilter,
  { mark = true } = {},
): Response {
  const name = campaign.name
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, "-")
    .slice(0, 60)
    .replace(/[\ud800-\udbff]$/, "");
  return csvFile(`recipients-${name}.csv`, exportEmails(db, campaign, filter), { mark });
}

/**
 * A campaign's emails as CSV (RFC 4180, UTF-8), in the order in which they are listed, as fast as it is read. A cell
 * that a spreadsheet would take for a formula is written with an apostrophe before it.
 */
async function* exportEmails(
  db: Queryable,
  campaign: { id: string; counts: Record<EmailState, number> },
  filter: EmailFilter,
): AsyncGenerator<string> {
  yield csvOf([COLUMNS]);
  for (let after: Cursor | undefined, isLast = false; !isLast;) {
    const page = { limit: AT_ONCE, ...(after && { after }) };
    const { items, end } = await listEmails(db, campaign, filter, page);
    const contacts = await recipientsOf(db, items);
    if (items.length > 0)
      yield csvOf(items.map((email) => rowOf(email, contacts.get(email.contact_id))));
    isLast = end === undefined;
    after = end;
  }
}

function rowOf(email: Email, contact: Recipient | undefined): (string | number)[] {
  return [
    email.address,
    contact?.name ?? "",
    email.state,
    reasonOf(email),
    email.state === "skipped" ? "" : (email.error_detail ?? ""),
    email.attempt,
    email.run,
    email.changed_at.toISOString(),
    email.message_id ?? "",
    email.id,
    email.contact_id,
  ];
}

function csvOf(rows: (string | number)[][]): string {
  return stringify(rows, { escape_formulas: true, record_delimiter: "windows" });
}
