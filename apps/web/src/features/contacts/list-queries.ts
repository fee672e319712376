import { type SQL, sql } from "drizzle-orm";
import { type Cursor, keyset, type Paged, type PageRequest, toPage } from "../../db/keyset.ts";
import type { Queryable } from "../../db/open.ts";
import { contact } from "../../db/schema/contacts.ts";
import type { Contact } from "./queries.ts";
import type { Search } from "./search.ts";

export interface ContactOrder {
  by: "added" | "address" | "name";
  direction: "ascending" | "descending";
}

export type Standing = "mailable" | "suppressed";

/**
 * How a page is looked for. No single plan is fast for both few contacts and many, and Postgres guesses wrong where those
 * that are alike lie together, as they do after an import of a sorted file. `filter` is a condition on "contact".
 *
 * - `those`: a condition names few contacts; they are read, filtered and sorted.
 * - `walk`: many pass; the order is walked for as long as a page may take, until enough of them have come by.
 * - `members`: the same, but it is the list of a segment's members that is walked: it is in the order of the ids.
 * - `found`: many match a search; they are sorted as the indexes have them, and the rows are read for the page alone.
 * - `all`: many pass and lie far away in the order; they are gathered and sorted.
 */
export type Way =
  | { kind: "those"; those: SQL; filter: SQL | undefined }
  | (Walk & { most: number })
  | { kind: "found"; search: Search; standing: Standing | undefined; segments: readonly string[] }
  | { kind: "all"; filter: SQL | undefined };

export type Walk = { filter: SQL | undefined } & (
  { kind: "walk" } | { kind: "members"; segment: string }
);

/** One page of the contacts in an order. */
export async function selectContactPage(
  db: Queryable,
  order: ContactOrder,
  page: PageRequest,
  way: Way,
): Promise<Paged<Contact>> {
  return pageOf(await readRows(db, order, page, way), page);
}

/**
 * One page by walking past `most.first` in the order, and past more from there, `most.all` altogether, where as many of the
 * first pass as lead to expect that a page does. Undefined when not even they fill the page: more may lie farther away.
 */
export async function walkToContactPage(
  db: Queryable,
  order: ContactOrder,
  page: PageRequest,
  way: Walk,
  most: { first: number; all: number },
): Promise<Paged<Contact> | undefined> {
  const { limit, before } = page;
  const rows = await readRows(db, order, page, { ...way, most: most.first });
  // A walk that met one contact more than the page holds has missed none of the page.
  const isWhole = () => rows.length > limit || way.filter === undefined;
  const last = rows.at(-1);
  if (last !== undefined && !isWhole() && rows.length * most.all > limit * most.first) {
    const rest = {
      limit: limit - rows.length,
      [before === undefined ? "after" : "before"]: cursorOf(last),
    };
    rows.push(...(await readRows(db, order, rest, { ...way, most: most.all - most.first })));
  }
  return isWhole() ? pageOf(rows, page) : undefined;
}

/** The rows of a page from where it begins, and one more where there is one. */
async function readRows(
  db: Queryable,
  { by, direction }: ContactOrder,
  page: PageRequest,
  way: Way,
): Promise<Row[]> {
  const key = KEYS[by];
  const slice = keyset({ ...(key && { key }), id: contact.id, direction }, page);
  // The relation is sorted by its own column "key", so what is sorted in it already is not sorted again.
  const outer = keyset({ ...(key && { key: sql`"key"` }), id: contact.id, direction }, page);
  const isWalk = way.kind === "walk" || way.kind === "members";
  return db.execute<Row>(sql`
    SELECT "contact".*, "contact"."updated_at"::text AS "revision", ${SUPPRESSED} AS "suppressed"
    FROM (SELECT "contact".*, ${key ?? sql`''`} AS "key" FROM ${candidates(way, slice, page, direction)}) AS "contact"
    WHERE ${(isWalk ? way.filter : undefined) ?? sql`true`}
    ORDER BY ${sql.join(outer.orderBy, sql`, `)} LIMIT ${slice.limit}
  `);
}

function pageOf(rows: readonly Row[], page: PageRequest): Paged<Contact> {
  const { items, ...cursors } = toPage(rows, page, cursorOf);
  return { items: items.map(contactOf), ...cursors };
}

/** Whom a page is taken from. A limit or an offset keeps Postgres from taking the inner statement apart. */
function candidates(
  way: Way,
  { where, orderBy, limit }: ReturnType<typeof keyset>,
  page: PageRequest,
  direction: ContactOrder["direction"],
): SQL {
  const beyond = where ?? sql`true`;
  const order = sql.join(orderBy, sql`, `);
  // All of them are read, but only what they are sorted by: whole rows cost a quarter more.
  const gathered = (filter: SQL) => sql`(
    SELECT "id" AS "found" FROM (SELECT * FROM "contact" WHERE ${filter} AND ${beyond} OFFSET 0) AS "contact"
    ORDER BY ${order} LIMIT ${limit}) AS "page" JOIN "contact" ON "contact"."id" = "found"`;
  switch (way.kind) {
    case "those":
      return gathered(sql`${way.those} AND ${way.filter ?? sql`true`}`);
    case "walk":
      return sql`"contact" WHERE ${beyond} ORDER BY ${order} LIMIT ${way.most}`;
    case "members": {
      const members = keyset({ id: sql`"contact_id"`, direction }, page);
      return sql`(SELECT "contact_id" FROM "segment_contact"
        WHERE "segment_id" = ${way.segment}::uuid AND ${members.where ?? sql`true`}
        ORDER BY ${sql.join(members.orderBy, sql`, `)} LIMIT ${way.most}) AS "member"
        JOIN "contact" ON "contact"."id" = "contact_id"`;
    }
    case "found":
      return sql`(${firstMatches(way, beyond, order, limit)}) AS "match" JOIN "contact" ON "contact"."id" = "found"`;
    case "all":
      return way.filter ? gathered(way.filter) : sql`"contact" WHERE ${beyond}`;
  }
}

function cursorOf({ key, id }: Row): Cursor {
  return { key, id };
}

const SUPPRESSED = sql`(SELECT "reason" FROM "suppression" WHERE "suppression"."canonical_email" = "contact"."canonical_email")`;

/** Times come as text where a statement is written by hand. */
type Row = Omit<Contact, "created_at" | "updated_at"> & {
  created_at: string;
  updated_at: string;
  shown_name: string;
  sought_last_name: string;
  key: string;
};

function contactOf({
  key: _key,
  shown_name: _shown,
  sought_last_name: _sought,
  created_at,
  updated_at,
  ...row
}: Row): Contact {
  return { ...row, created_at: new Date(created_at), updated_at: new Date(updated_at) };
}

/** Texts without nulls that an index has in this order; none where the id is the order. */
const KEYS: Readonly<Record<ContactOrder["by"], SQL | undefined>> = {
  added: undefined,
  address: sql`${contact.canonical_email}`,
  name: sql`${contact.shown_name}`,
};

/** So many pages of matches are sorted at first: enough for a page of a segment that a tenth of them is in. */
const SORTED_PAGES = 10;

/**
 * The ids of those who match a search and come first in an order, and of some more: the first of each branch. What is fenced by
 * an offset is found by the branch's own index. Left to itself Postgres may go along the order instead, past everybody.
 */
function firstMatches(
  { search, standing, segments }: Extract<Way, { kind: "found" }>,
  beyond: SQL,
  order: SQL,
  limit: number,
): SQL {
  const listed = segments.map(isListed);
  const branches = conditionsOf(search).map((condition) => {
    const matches = sql`SELECT "id", "canonical_email", "shown_name" FROM "contact" WHERE ${condition} OFFSET 0`;
    const sorted = sql`SELECT * FROM (${matches}) AS "contact"
      WHERE ${beyond} AND ${standing ? hasStanding(standing) : sql`true`} ORDER BY ${order}`;
    if (listed.length === 0) return sql`(${sorted} LIMIT ${limit})`;
    // Few are asked for their segment where most are in it, if they are asked in the order. The first of an order are sorted
    // for a third of what all are, and these only if the page is not among the first.
    const inOrder = (some: SQL) =>
      sql`SELECT * FROM (${sorted} ${some}) AS "contact" WHERE ${sql.join(listed, sql` AND `)}`;
    return sql`(
      WITH "first" AS MATERIALIZED (${inOrder(sql`LIMIT ${SORTED_PAGES * limit}`)} LIMIT ${limit})
      SELECT * FROM "first" UNION ALL
      (${inOrder(sql`OFFSET 0`)} AND (SELECT count(*) FROM "first") < ${limit} LIMIT ${limit}))`;
  });
  return sql`SELECT DISTINCT "id" AS "found" FROM (${sql.join(branches, sql` UNION ALL `)}) AS "match"`;
}

/** How many contacts match, as far as they were counted: exact below `most`. A branch that is full leaves the others uncounted. */
export async function countMatches(db: Queryable, search: Search, most: number): Promise<number> {
  const full = branchesOf(search, most).map(
    (branch) =>
      sql`WHEN (SELECT count(*) FROM ${branch} AS "match") = ${most}::integer THEN ${most}::integer`,
  );
  const rows = await db.execute<{ matches: number }>(sql`
    SELECT CASE ${sql.join(full, sql` `)}
      ELSE (SELECT count(*)::integer FROM (${someMatches(search, most)}) AS "match") END AS "matches"
  `);
  return rows[0]?.matches ?? 0;
}

/** The condition of being one of the first `most` that each branch of a search finds: of all, where none is full. */
export function isAmongMatches(search: Search, most: number): SQL {
  return hasIdIn(someMatches(search, most));
}

/** The ids of matches, none of the branches more than `most` of them: one that is full says that there are more. */
function someMatches(search: Search, most: number): SQL {
  return sql.join(branchesOf(search, most), sql` UNION `);
}

function branchesOf(search: Search, most: number): SQL[] {
  return conditionsOf(search).map(
    (condition) => sql`(SELECT "id" FROM "contact" WHERE ${condition} LIMIT ${most})`,
  );
}

/** The condition of having a suppressed address, where those are few. */
export const IS_AMONG_SUPPRESSED: SQL = sql`"contact"."canonical_email" = ANY(ARRAY(SELECT "canonical_email" FROM "suppression"))`;

/** The condition of being a member of a static segment, where those are few. */
export function isAmongMembers(segment: string): SQL {
  return hasIdIn(
    sql`SELECT "contact_id" FROM "segment_contact" WHERE "segment_id" = ${segment}::uuid`,
  );
}

/** As an array, so that each is looked up: how many they are is known to us and not to Postgres, which may read everybody. */
function hasIdIn(ids: SQL): SQL {
  return sql`"contact"."id" = ANY(ARRAY(${ids}))`;
}

/** The condition that holds for contacts that match a search. */
export function matches(search: Search): SQL {
  return sql`(${sql.join(conditionsOf(search), sql` OR `)})`;
}

function conditionsOf({ address, name, domain }: Search): SQL[] {
  return [
    ...(address === undefined
      ? []
      : [begins(sql`"contact"."canonical_email"`, sql`${address}::text`)]),
    ...(name === undefined ? [] : nameConditions(sql`lower(${name}::text) COLLATE "C"`)),
    ...(domain === undefined
      ? []
      : [begins(sql`split_part("contact"."canonical_email", '@', 2)`, sql`${domain}::text`)]),
  ];
}

/** Each says what its index says; together they find whatever of the names begins so. */
function nameConditions(prefix: SQL): SQL[] {
  return [
    begins(sql`"contact"."shown_name"`, prefix),
    sql`(${begins(sql`lower("contact"."first_name") COLLATE "C"`, prefix)} AND "contact"."name" <> ''
      AND "contact"."first_name" <> '' AND NOT starts_with(lower("contact"."name"), lower("contact"."first_name")))`,
    sql`(${begins(sql`"contact"."sought_last_name"`, prefix)} AND "contact"."sought_last_name" <> '')`,
  ];
}

/** As a range, which an index serves whatever the text is: no character sorts after the last one there is. */
function begins(text: SQL, prefix: SQL): SQL {
  return sql`(${text} >= ${prefix} AND ${text} < ${prefix} || U&'\\+10FFFF')`;
}

/** The condition that an address may be mailed, or may not. */
export function hasStanding(standing: Standing): SQL {
  const suppressed = sql`EXISTS (SELECT FROM "suppression" WHERE "suppression"."canonical_email" = "contact"."canonical_email")`;
  return standing === "suppressed" ? suppressed : sql`NOT ${suppressed}`;
}

/** The same, asked of one contact after the other: as a join, Postgres would first read all that are suppressed. */
export function showsStanding(standing: Standing): SQL {
  return standing === "suppressed" ? sql`${SUPPRESSED} IS NOT NULL` : sql`${SUPPRESSED} IS NULL`;
}

/** Whether a static segment lists a contact, asked of one contact after the other. */
export function isListed(segment: string): SQL {
  return sql`(SELECT true FROM "segment_contact"
    WHERE "segment_id" = ${segment}::uuid AND "contact_id" = "contact"."id") IS NOT NULL`;
}
