import type { EmailFactKind } from "../../campaign-words.ts";
import { and, asc, desc, eq, getTableColumns, isNull, type SQL, sql } from "drizzle-orm";
import { unionAll } from "drizzle-orm/pg-core";
import type { EmailState } from "@mailwright/email_machine";
import { isOneOf } from "../../db/index-order.ts";
import { keyset, type Paged, type PageRequest, toPage } from "../../db/keyset.ts";
import type { Queryable } from "../../db/open.ts";
import { email, emailFact } from "../../db/schema/ledger.ts";
import { isRefusedBefore } from "../../db/told-of-run.ts";
import type { Email } from "./queries.ts";

/** Which emails of a campaign: in which states, for which reason. */
export interface Slices {
  campaign: string;
  states: readonly EmailState[];
  /** null: those of which no reason is known. */
  reason?: string | null | undefined;
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

/** How many emails of a campaign ended badly, by state and reason; null where none is known. */
export interface ReasonRow extends Record<string, unknown> {
  state: "failed" | "skipped" | "uncertain";
  code: string | null;
  emails: number;
}

export async function countReasons(db: Queryable, campaign: string): Promise<ReasonRow[]> {
  return db.execute<ReasonRow>(
    sql`SELECT "state", "error_code" AS "code", count(*)::integer AS "emails" FROM "email"
      WHERE "campaign_id" = ${campaign} AND "state" IN ('failed', 'skipped', 'uncertain')
      GROUP BY "error_code", "state" ORDER BY 3 DESC, 2`,
  );
}

const COLUMNS = getTableColumns(email);

/**
 * A slice as a stretch of the index that has it in the order of ids. The state is a literal, so that Postgres sees that the
 * index of reasons has every email of the slice.
 */
function sliceInOrder(campaign: string, state: EmailState, reason: Slices["reason"]) {
  const isOfReason =
    reason === null ? isNull(email.error_code) : isOneOf(email.error_code, sql`${reason}::text`);
  const parts = [
    [email.campaign_id, isOneOf(email.campaign_id, sql`${campaign}::uuid`)] as const,
    ...(reason === undefined ? [] : [[email.error_code, isOfReason] as const]),
    [email.state, isOneOf(email.state, sql`${literals([state])}::"email_state"`)] as const,
  ];
  return {
    columns: parts.map(([column]) => column),
    conditions: parts.map(([, condition]) => condition),
  };
}

/** States as they stand in the statement itself, so that Postgres sees which indexes have all of them. */
export function literals(states: readonly EmailState[]): SQL {
  return sql.raw(states.map((state) => `'${state}'`).join(", "));
}
