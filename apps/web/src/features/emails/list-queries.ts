import { and, asc, desc, eq, getTableColumns, type SQL, sql, type SQLWrapper } from "drizzle-orm";
import { unionAll } from "drizzle-orm/pg-core";
import type { EmailState } from "@mailwright/email_machine";
import { isOneOf } from "../../db/index-order.ts";
import { keyset, type Paged, type PageRequest, toPage } from "../../db/keyset.ts";
import type { Queryable } from "../../db/open.ts";
import { contact } from "../../db/schema/contacts.ts";
import { email, emailFact } from "../../db/schema/ledger.ts";
import { isRefusedBefore } from "../../db/told-of-run.ts";
import type { EmailFactKind } from "./fact-queries.ts";
import type { Email } from "./queries.ts";

/** Which emails of a campaign: in which states, for which reason. */
export interface Slices {
  campaign: string;
  states: readonly EmailState[];
  reason?: string | undefined;
}

/**
 * One page of a campaign's emails in the order in which the audience was frozen. The index begins with campaign and
 * state, so each state is a slice of it that is in order; a page is the front of their merger. It costs as many index
 * probes as there are states, at the first page of a million and at the last.
 */
export async function selectEmailsInOrder(
  db: Queryable,
  { campaign, states, reason }: Slices,
  page: PageRequest,
): Promise<Paged<Email>> {
  const { where, orderBy, limit } = keyset({ id: email.id }, page);
  const [first, second, ...rest] = states.map((state) => {
    const slice = sliceInOrder(campaign, state, reason);
    const isBackwards = page.before !== undefined;
    const along = slice.columns.map((column) => (isBackwards ? desc(column) : asc(column)));
    return db
      .select(COLUMNS)
      .from(email)
      .where(and(...slice.conditions, where))
      .orderBy(...along, ...orderBy)
      .limit(limit);
  });
  if (first === undefined) return { items: [] };
  const rows = second
    ? await unionAll(first, second, ...rest)
        .orderBy(page.before === undefined ? sql`"id" ASC` : sql`"id" DESC`)
        .limit(limit)
    : await first;
  return toPage(rows, page, ({ id }) => ({ key: "", id }));
}

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
        .orderBy(page.before === undefined ? sql`"key", "id"` : sql`"key" DESC, "id" DESC`)
        .limit(limit)
    : await first;
  return toPage(rows, page, ({ key, id }) => ({ key, id }));
}

/**
 * The same where they are many: by way of the contacts, whose index has the addresses in order. An email of a contact
 * that has another address by now is found under that one.
 */
export async function selectEmailsByContact(
  db: Queryable,
  { campaign, states }: Slices,
  prefix: string,
  page: PageRequest,
): Promise<Paged<Email>> {
  const slice = keyset({ key: contact.canonical_email, id: email.id }, page);
  const rows = await db
    .select({ ...COLUMNS, key: contact.canonical_email })
    .from(contact)
    .innerJoin(email, and(eq(email.contact_id, contact.id), eq(email.campaign_id, campaign)))
    .where(
      and(
        beginsWith(contact.canonical_email, prefix),
        // The part of the place that this index can begin at.
        slice.where && bound(page),
        slice.where,
        sql`${email.state} IN (${literals(states)})`,
      ),
    )
    .orderBy(...slice.orderBy)
    .limit(slice.limit);
  return toPage(rows, page, ({ key, id }) => ({ key, id }));
}

/**
 * One page of the emails of a campaign of which something of a kind became known, in the order of the audience. The index of
 * facts has them in that order, so the first page costs as much as the last. They are those that `countFactsOf` counts.
 */
export async function selectEmailsByFact(
  db: Queryable,
  campaign: string,
  kind: EmailFactKind,
  page: PageRequest,
): Promise<Paged<Email>> {
  const slice = keyset({ id: emailFact.email_id }, page);
  const known = await db
    .selectDistinct({ id: emailFact.email_id })
    .from(emailFact)
    .where(
      and(
        eq(emailFact.campaign_id, campaign),
        eq(emailFact.kind, kind),
        slice.where,
        kind === "bounced" ? sql`NOT ${isRefusedBefore()}` : undefined,
      ),
    )
    .orderBy(...slice.orderBy)
    .limit(slice.limit);
  const { items, ...more } = toPage(known, page, ({ id }) => ({ key: "", id }));
  if (items.length === 0) return { items: [] };
  const ids = sql.param(items.map(({ id }) => id));
  const emails = await db
    .select(COLUMNS)
    .from(email)
    .where(sql`${email.id} = ANY(${ids}::uuid[])`)
    .orderBy(email.id);
  return { items: emails, ...more };
}

/** How many emails of a campaign ended badly, by state and reason. */
export interface ReasonCount {
  state: "failed" | "skipped" | "uncertain";
  code: string;
  emails: number;
}

export async function countReasons(db: Queryable, campaign: string): Promise<ReasonCount[]> {
  const rows = await db.execute<{
    state: ReasonCount["state"];
    code: string | null;
    emails: number;
  }>(
    sql`SELECT "state", "error_code" AS "code", count(*)::integer AS "emails" FROM "email"
      WHERE "campaign_id" = ${campaign} AND "state" IN ('failed', 'skipped', 'uncertain')
      GROUP BY "error_code", "state" ORDER BY 3 DESC, 2`,
  );
  return rows.map(({ state, code, emails }) => ({ state, code: code ?? "", emails }));
}

const COLUMNS = getTableColumns(email);
const ADDRESS = sql`(lower(${email.address}) COLLATE "C")`;

/**
 * A slice as a stretch of the index that has it in the order of ids. The state is a literal, so that Postgres sees that the
 * index of reasons has every email of the slice.
 */
function sliceInOrder(campaign: string, state: EmailState, reason: string | undefined) {
  const ofReason =
    reason === undefined ? [] : ([[email.error_code, sql`${reason}::text`]] as const);
  const parts = [
    [email.campaign_id, sql`${campaign}::uuid`] as const,
    ...ofReason,
    [email.state, sql`${literals([state])}::"email_state"`] as const,
  ];
  return {
    columns: parts.map(([column]) => column),
    conditions: parts.map(([column, value]) => isOneOf(column, value)),
  };
}

/** The same where it is the address that is in order. */
function inSlice(campaign: string, state: EmailState, reason: string | undefined): SQL {
  return (
    and(
      eq(email.campaign_id, campaign),
      sql`${email.state} = ${literals([state])}`,
      reason === undefined ? undefined : eq(email.error_code, reason),
    ) ?? sql`false`
  );
}

function literals(states: readonly EmailState[]): SQL {
  return sql.raw(states.map((state) => `'${state}'`).join(", "));
}

function bound({ after, before }: PageRequest): SQL | undefined {
  if (before !== undefined) return sql`${contact.canonical_email} <= ${before.key}`;
  return after && sql`${contact.canonical_email} >= ${after.key}`;
}

/** A range of bytewise order instead of LIKE: no sign in the text means anything, and every plan can use the index. */
function beginsWith(key: SQLWrapper, text: string): SQL {
  return sql`${key} >= ${text} AND ${key} < ${`${text}\u{10ffff}`}`;
}
