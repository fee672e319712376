import { and, eq, getTableColumns, isNull, type SQL, sql, type SQLWrapper } from "drizzle-orm";
import { unionAll } from "drizzle-orm/pg-core";
import type { EmailState } from "@mailwright/email_machine";
import { keyset, type Paged, type PageRequest, toPage } from "../../db/keyset.ts";
import { mailedAddress } from "../../db/mailed-address.ts";
import type { Queryable } from "../../db/open.ts";
import { contact, formerAddress } from "../../db/schema/contacts.ts";
import { email } from "../../db/schema/ledger.ts";
import { literals, type Slices } from "./list-queries.ts";
import type { Email } from "./queries.ts";

/**
 * One page of the emails whose address begins so, by address. Slices of what went wrong have an index for it; of any other
 * state all emails are read, so they have to be few. `prefix` is in lower case.
 */
export async function selectEmailsByAddress(
  db: Queryable,
  { campaign, states, reason }: Slices,
  prefix: string,
  page: PageRequest,
): Promise<Paged<Email>> {
  const { where, orderBy, limit } = keyset({ key: ADDRESS, id: email.id }, page);
  const columns = { ...COLUMNS, key: sql<string>`${ADDRESS}`.as("key") };
  const [first, second, ...rest] = states.map((state) =>
    db
      .select(columns)
      .from(email)
      .where(and(inSlice(campaign, state, reason), beginsWith(ADDRESS, prefix), where))
      .orderBy(...orderBy)
      .limit(limit),
  );
  if (first === undefined) return { items: [] };
  const rows = second
    ? await unionAll(first, second, ...rest)
        .orderBy(byKey(page))
        .limit(limit)
    : await first;
  return toPage(rows, page, ({ key, id }) => ({ key, id }));
}

/**
 * The same where they are many, by canonical addresses, which `prefix` is the beginning of: by way of the contacts, whose
 * index has them in order, and of the addresses that contacts had before, for an email keeps the one of its launch. Each email
 * is found once, under the address that it went to. Only where nothing is known of that, as of a change before it began to
 * be remembered, it is found under the one that its contact has now.
 */
export async function selectEmailsByContact(
  db: Queryable,
  { campaign, states }: Slices,
  prefix: string,
  page: PageRequest,
): Promise<Paged<Email>> {
  const present = stretch(contact.canonical_email, prefix, page);
  const former = stretch(formerAddress.canonical_email, prefix, page);
  const isMeant = and(
    eq(email.campaign_id, campaign),
    sql`${email.state} IN (${literals(states)})`,
  );
  const { limit } = present;
  const rows = await unionAll(
    db
      .select({ ...COLUMNS, key: sql<string>`${contact.canonical_email}`.as("key") })
      .from(contact)
      .innerJoin(email, and(eq(email.contact_id, contact.id), isMeant))
      .where(and(present.where, IS_FOUND_BY_PRESENT))
      .orderBy(...present.orderBy)
      .limit(limit),
    db
      .select({ ...COLUMNS, key: sql<string>`${formerAddress.canonical_email}`.as("key") })
      .from(formerAddress)
      .innerJoin(email, and(eq(email.contact_id, formerAddress.contact_id), isMeant))
      .where(
        and(
          former.where,
          sql`${mailedAddress()} = ${formerAddress.canonical_email}`,
          sql`NOT EXISTS (${HAS_IT_AGAIN})`,
        ),
      )
      .orderBy(...former.orderBy)
      .limit(limit),
  )
    .orderBy(byKey(page))
    .limit(limit);
  return toPage(rows, page, ({ key, id }) => ({ key, id }));
}

const COLUMNS = getTableColumns(email);
const ADDRESS = sql`(lower(${email.address}) COLLATE "C")`;

/**
 * Whether an email went to the address that its contact has, or to one of which it is not known that the contact ever had it. As
 * a CASE, which Postgres believes to hold of every second row: of the comparison alone it believes that next to none passes, and
 * it reads all emails of the campaign for a page. The rest is asked as a value, for as a condition it may be answered by reading
 * all former addresses first.
 */
const IS_FOUND_BY_PRESENT = sql`
  CASE WHEN ${mailedAddress()} = ${contact.canonical_email} THEN true ELSE (
    SELECT true FROM "former_address"
    WHERE "former_address"."canonical_email" = ${mailedAddress()} AND "former_address"."contact_id" = ${email.contact_id}
  ) IS NULL END
`;

/** Whether the contact who had a former address has it again, and is found by it as it is. */
const HAS_IT_AGAIN = sql`
  SELECT FROM "contact"
  WHERE "contact"."id" = "former_address"."contact_id" AND "contact"."canonical_email" = "former_address"."canonical_email"
`;

/** The part of an index of canonical addresses that a page lies in. */
function stretch(address: SQLWrapper, prefix: string, page: PageRequest) {
  const { where, orderBy, limit } = keyset({ key: address, id: email.id }, page);
  // The part of the place that this index can begin at.
  return { where: and(beginsWith(address, prefix), bound(address, page), where), orderBy, limit };
}

function bound(address: SQLWrapper, { after, before }: PageRequest): SQL | undefined {
  if (before !== undefined) return sql`${address} <= ${before.key}`;
  return after && sql`${address} >= ${after.key}`;
}

/** A slice where it is the address that is in order. */
function inSlice(campaign: string, state: EmailState, reason: Slices["reason"]): SQL {
  return (
    and(
      eq(email.campaign_id, campaign),
      sql`${email.state} = ${literals([state])}`,
      reason === null
        ? isNull(email.error_code)
        : reason === undefined
          ? undefined
          : eq(email.error_code, reason),
    ) ?? sql`false`
  );
}

/** A range of bytewise order instead of LIKE: no sign in the text means anything, and every plan can use the index. */
function beginsWith(key: SQLWrapper, text: string): SQL {
  return sql`${key} >= ${text} AND ${key} < ${`${text}\u{10ffff}`}`;
}

function byKey({ before }: PageRequest): SQL {
  return before === undefined ? sql`"key", "id"` : sql`"key" DESC, "id" DESC`;
}
