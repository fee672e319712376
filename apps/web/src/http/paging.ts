import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { t } from "elysia";
import { isId } from "@mailwright/platform";
import type { Cursor, Paged, PageRequest } from "../db/keyset.ts";
import { isStorable } from "../db/storable.ts";

/** What a list is sorted by, so that a cursor somebody made up never reaches Postgres as what it is not. */
export type KeyKind = "id" | "text" | "number" | "time";

const PAGE_SIZE = 50;
const API_PAGE_SIZE = 100;
const API_PAGE_LIMIT = 500;

/** The query of every list of the API. */
export const ListQuery = Type.Object({
  after: Type.Optional(
    Type.String({ description: "The `next` of the page before.", maxLength: 2_000 }),
  ),
  limit: Type.Optional(
    // Elysia's own: it makes a number of what stands in an address.
    t.Integer({
      minimum: 1,
      maximum: API_PAGE_LIMIT,
      default: API_PAGE_SIZE,
      error: `Use a limit of 1 to ${API_PAGE_LIMIT}.`,
    }),
  ),
});

/** The answer of every list of the API: `next` is absent on the last page. */
export function ListOf<S extends TSchema>(item: S) {
  return Type.Object({ items: Type.Array(item), next: Type.Optional(Type.String()) });
}

/** Which page an API call asks for. A cursor that is none of ours is passed over. */
export function apiPage(
  { after, limit = API_PAGE_SIZE }: Static<typeof ListQuery>,
  kind: KeyKind = "id",
): PageRequest {
  const place = decodeCursor(after, kind);
  return { limit, ...(place && { after: place }) };
}

/** Which page a browser asks for, by `?after=` or `?before=`. */
export function askedPage(request: Request, kind: KeyKind = "id", limit = PAGE_SIZE): PageRequest {
  const { searchParams } = new URL(request.url);
  const after = decodeCursor(searchParams.get("after"), kind);
  const before = decodeCursor(searchParams.get("before"), kind);
  return { limit, ...(before ? { before } : after && { after }) };
}

/** The addresses of the pages before and after, for `Pager`: everything else in the query stays. */
export function pageLinks(
  request: Request,
  { next, previous }: Paged<unknown>,
): { next: string | undefined; previous: string | undefined } {
  return {
    next: next && linkTo(request, "after", next),
    previous: previous && linkTo(request, "before", previous),
  };
}

/** `{items, next}` of a page, each row as the API shows it. */
export function listAnswer<Row, Item>(
  { items, next }: Paged<Row>,
  show: (row: Row) => Item,
): { items: Item[]; next?: string } {
  return { items: items.map((row) => show(row)), ...(next !== undefined && { next }) };
}

export function decodeCursor(text: string | null | undefined, kind: KeyKind): Cursor | undefined {
  if (!text) return undefined;
  const parts = parseParts(text);
  if (parts === undefined) return undefined;
  const [key, id] = parts;
  return typeof key === "string" && isId(id) && isKey(key, kind) ? { key, id } : undefined;
}

function parseParts(text: string): unknown[] | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    return Array.isArray(parts) && parts.length === 2 ? parts : undefined;
  } catch {
    return undefined;
  }
}

function isKey(key: string, kind: KeyKind): boolean {
  switch (kind) {
    case "id":
      return key === "";
    case "text":
      return isStorable(key);
    case "number":
      return /^-?\d{1,10}$/.test(key) && Math.abs(Number(key)) <= MOST_INTEGER;
    case "time":
      return TIME.test(key) && isOfCalendar(key);
  }
}

/** What Postgres takes for an `integer`, as every number is that a list is sorted by. */
const MOST_INTEGER = 2_147_483_647;
/** Its calendar has no year 0. */
const TIME = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/;

/** Postgres refuses the 31st of February, which a `Date` takes for the 3rd of March. */
function isOfCalendar(time: string): boolean {
  const at = Date.parse(time);
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 19) === time.slice(0, 19);
}

function linkTo(request: Request, name: "after" | "before", cursor: string): string {
  const { pathname, searchParams } = new URL(request.url);
  searchParams.delete("after");
  searchParams.delete("before");
  searchParams.set(name, cursor);
  return `${pathname}?${searchParams}`;
}
