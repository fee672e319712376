import { type SQL, sql, type SQLWrapper } from "drizzle-orm";

/** Where a row stands in an order: what it is sorted by, as text, and its id. `key` is empty when the id is all. */
export interface Cursor {
  key: string;
  id: string;
}

/** The rows after or before a place in the order; from the beginning without either. */
export interface PageRequest {
  limit: number;
  after?: Cursor;
  before?: Cursor;
}

/** Some rows, and the cursors to the rows after and before them, where there are any. */
export interface Paged<Row> {
  items: Row[];
  next?: string;
  previous?: string;
  /** The same as `next`, for whoever reads on at once. */
  end?: Cursor;
}

export interface Order {
  /** A column or expression without nulls; without it rows are sorted by id alone, which is by the time they were made. */
  key?: SQLWrapper;
  id: SQLWrapper;
  direction?: "ascending" | "descending";
}

/**
 * The parts of a statement that reads one page: it costs the same at the millionth row as at the first, given an index on
 * (key, id). One row more than asked for is read, which is how `toPage` knows whether there are more.
 *
 *     const slice = keyset({ key: sql`lower(${contact.name}) COLLATE "C"`, id: contact.id }, asked);
 *     db.select().from(contact).where(and(filter, slice.where)).orderBy(...slice.orderBy).limit(slice.limit)
 */
export function keyset(
  { key, id, direction = "ascending" }: Order,
  { limit, after, before }: PageRequest,
): { where: SQL | undefined; orderBy: SQL[]; limit: number } {
  const columns = key === undefined ? [id] : [key, id];
  const upwards = (direction === "ascending") === (before === undefined);
  const place = before ?? after;
  return {
    where: place && beyond(columns, place, upwards),
    orderBy: columns.map((column) => (upwards ? sql`${column} ASC` : sql`${column} DESC`)),
    limit: limit + 1,
  };
}

/** What the rows of `keyset` come to, in the order that was asked for. `cursorOf` says where a row stands in it. */
export function toPage<Row>(
  rows: readonly Row[],
  { limit, after, before }: PageRequest,
  cursorOf: (row: Row) => Cursor,
): Paged<Row> {
  const hasMore = rows.length > limit;
  const items = rows.slice(0, limit);
  if (before !== undefined) items.reverse();
  const first = items.at(0);
  const last = items.at(-1);
  const hasNext = before === undefined ? hasMore : true;
  const hasPrevious = before === undefined ? after !== undefined : hasMore;
  return {
    items,
    ...(last !== undefined &&
      hasNext && { next: encodeCursor(cursorOf(last)), end: cursorOf(last) }),
    ...(first !== undefined && hasPrevious && { previous: encodeCursor(cursorOf(first)) }),
  };
}

/** The cursor as a text that nobody has to understand and every address can carry. */
export function encodeCursor({ key, id }: Cursor): string {
  return Buffer.from(JSON.stringify([key, id])).toString("base64url");
}

function beyond(columns: SQLWrapper[], { key, id }: Cursor, upwards: boolean): SQL {
  const left = sql.join(columns, sql`, `);
  const right = columns.length === 1 ? sql`${id}` : sql`${key}, ${id}`;
  return upwards ? sql`(${left}) > (${right})` : sql`(${left}) < (${right})`;
}
