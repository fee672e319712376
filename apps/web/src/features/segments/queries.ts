import { and, asc, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import { keyset, type Paged, type PageRequest, toPage } from "../../db/keyset.ts";
import type { Queryable } from "../../db/open.ts";
import { segment, type SegmentRule } from "../../db/schema/segments.ts";
import { HAS_OPT_OUTS } from "./audience.ts";

/** A segment as it is stored. */
export interface SegmentRow {
  id: string;
  name: string;
  /** Null for a static segment. */
  rule: SegmentRule | null;
  /** How many contacts a static segment lists; 0 for a dynamic one, whose size only counting tells. */
  size: number;
  /** Whether anybody has opted out of a dynamic one. */
  has_opt_outs: boolean;
  created_at: Date;
  updated_at: Date;
  /** Changes with every change of the name or the rule: what an editor sends back to say what they saw. */
  revision: string;
}

const COLUMNS = {
  id: segment.id,
  name: segment.name,
  rule: segment.rule,
  size: segment.size,
  has_opt_outs: HAS_OPT_OUTS,
  created_at: segment.created_at,
  updated_at: segment.updated_at,
  revision: sql<string>`${segment.updated_at}::text`,
};

export async function selectSegment(db: Queryable, id: string): Promise<SegmentRow | undefined> {
  const [row] = await db.select(COLUMNS).from(segment).where(eq(segment.id, id));
  return row;
}

/**
 * The same, its row locked until the transaction ends: against other changes, or against being referred to as well,
 * which waits for whoever is adding members.
 */
export async function lockSegment(
  tx: Queryable,
  id: string,
  against: "changes" | "references",
): Promise<SegmentRow | undefined> {
  const [row] = await tx
    .select(COLUMNS)
    .from(segment)
    .where(eq(segment.id, id))
    .for(against === "changes" ? "no key update" : "update");
  return row;
}

export interface SegmentOrder {
  by: "name" | "newest" | "size";
  direction: "ascending" | "descending";
}

/** What lists are sorted by. Dynamic segments, whose size is not known, stand at the lower end. */
const KEYS: Readonly<Record<SegmentOrder["by"], SQL | undefined>> = {
  name: sql`(lower(${segment.name}) COLLATE "C")`,
  newest: undefined,
  size: sql`(CASE WHEN ${segment.rule} IS NULL THEN ${segment.size} ELSE -1 END)`,
};

/** One page of the segments whose name holds `search`. There are thousands of them at most, so all names are read. */
export async function selectSegmentPage(
  db: Queryable,
  search: string,
  { by, direction }: SegmentOrder,
  page: PageRequest,
): Promise<Paged<SegmentRow>> {
  const key = KEYS[by];
  const slice = keyset({ ...(key && { key }), id: segment.id, direction }, page);
  const rows = await db
    .select({ ...COLUMNS, key: key ? sql<string>`${key}::text` : sql<string>`''` })
    .from(segment)
    .where(and(holds(search), slice.where))
    .orderBy(...slice.orderBy)
    .limit(slice.limit);
  const { items, ...cursors } = toPage(rows, page, ({ key, id }) => ({ key, id }));
  return { items: items.map(({ key: _key, ...row }) => row), ...cursors };
}

export async function countSegments(db: Queryable, search: string): Promise<number> {
  const [row] = await db
    .select({ segments: sql<number>`count(*)::integer` })
    .from(segment)
    .where(holds(search));
  return row?.segments ?? 0;
}

/** The first static segments by name. */
export function staticSegments(db: Queryable, most: number) {
  return db
    .select({ id: segment.id, name: segment.name, size: segment.size })
    .from(segment)
    .where(isNull(segment.rule))
    .orderBy(asc(sql`lower(${segment.name})`), segment.id)
    .limit(most);
}

/** Every dynamic segment with its rule, by name. */
export async function dynamicSegments(db: Queryable) {
  const rows = await db
    .select({ id: segment.id, name: segment.name, rule: segment.rule })
    .from(segment)
    .where(sql`${segment.rule} IS NOT NULL`)
    .orderBy(asc(sql`lower(${segment.name})`), segment.id);
  return rows.flatMap(({ rule, ...row }) => (rule === null ? [] : [{ ...row, rule }]));
}

/** Some segments by their ids, kept from being deleted until the transaction ends. */
export function holdSegments(tx: Queryable, ids: string[]) {
  return tx
    .select({ id: segment.id, name: segment.name, rule: segment.rule })
    .from(segment)
    .where(inArray(segment.id, ids))
    .orderBy(segment.id)
    .for("key share");
}

/** The names of some segments, by id. */
export async function segmentNames(
  db: Queryable,
  ids: string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .select({ id: segment.id, name: segment.name })
    .from(segment)
    .where(inArray(segment.id, ids));
  return new Map(rows.map(({ id, name }) => [id, name]));
}

export async function insertSegment(
  tx: Queryable,
  row: { name: string; rule: SegmentRule | null },
): Promise<SegmentRow> {
  const [made] = await tx.insert(segment).values(row).returning(COLUMNS);
  if (made === undefined) throw new Error("a row that was inserted was not returned");
  return made;
}

export async function updateSegment(
  tx: Queryable,
  id: string,
  changes: { name?: string; rule?: SegmentRule },
): Promise<SegmentRow | undefined> {
  const [row] = await tx
    .update(segment)
    // Not the time of the transaction: two that follow each other closely would leave one revision.
    .set({ ...changes, updated_at: sql`clock_timestamp()` })
    .where(eq(segment.id, id))
    .returning(COLUMNS);
  return row;
}

export async function deleteSegmentRow(tx: Queryable, id: string): Promise<void> {
  await tx.delete(segment).where(eq(segment.id, id));
}

/** Where in a name the search begins, from 1; 0 where it does not stand in it, 1 for an empty search. */
function at(search: string): SQL {
  return sql`strpos(lower(${segment.name}), lower(${search}::text))`;
}

function holds(search: string): SQL | undefined {
  return search === "" ? undefined : sql`${at(search)} > 0`;
}
