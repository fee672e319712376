import { and, type SQL } from "drizzle-orm";
import type { Paged, PageRequest } from "../../db/keyset.ts";
import type { Queryable } from "../../db/open.ts";
import { audienceCondition } from "../segments/audience.ts";
import { readSegment } from "../segments/segments.ts";
import {
  type ContactOrder,
  countMatches,
  hasStanding,
  IS_AMONG_SUPPRESSED,
  isAmongMatches,
  isAmongMembers,
  isListed,
  matches,
  selectContactPage,
  showsStanding,
  type Standing,
  walkToContactPage,
  type Way,
} from "./list-queries.ts";
import { type Contact, readTally } from "./queries.ts";
import { parseSearch, type Search } from "./search.ts";

export type { ContactOrder } from "./list-queries.ts";

export interface ContactFilter {
  /** As it was typed; see `parseSearch`. */
  search?: string | undefined;
  /** A segment's id. */
  segment?: string | undefined;
  standing?: Standing | undefined;
}

export interface ContactList extends Paged<Contact> {
  /** How many pass the filter, where that is known without counting them; `more` says there are at least so many. */
  total: { contacts: number; more: boolean } | undefined;
}

/** So many contacts are read and sorted for a page, if need be: some 10 ms. */
const FEW = 2_000;
/** So many are walked past, in the hope that a page of them passes: some 10 ms. */
const WALK = 5_000;
/** And so many at most, where as many of the first passed as lead to expect that a page of them does: some 40 ms. */
const LONG_WALK = 20_000;

/** One page of the contacts that pass a filter. A segment that is not there has nobody in it. */
export async function listContacts(
  db: Queryable,
  filter: ContactFilter,
  order: ContactOrder,
  page: PageRequest,
): Promise<ContactList> {
  const parts = await partsOf(db, filter);
  if (parts.length === 0) {
    const list = await selectContactPage(db, order, page, { kind: "all", filter: undefined });
    return { ...list, total: { contacts: await readTally(db, "contact"), more: false } };
  }
  const measures = await Promise.all(parts.map((part) => part.narrow?.measure()));
  const few = parts.find((_, index) => (measures[index]?.atMost ?? Infinity) < FEW);
  return {
    ...(await findPage(db, parts, few, order, page)),
    total: parts.length === 1 ? measures[0]?.total : undefined,
  };
}

/** The condition on "contact" that a filter comes to; undefined when everybody passes. */
export async function conditionOf(db: Queryable, filter: ContactFilter): Promise<SQL | undefined> {
  const parts = await partsOf(db, filter);
  return and(...parts.map(({ condition }) => condition));
}

async function findPage(
  db: Queryable,
  parts: Part[],
  few: Part | undefined,
  order: ContactOrder,
  page: PageRequest,
): Promise<Paged<Contact>> {
  const find = (way: Way) => selectContactPage(db, order, page, way);
  if (few?.narrow !== undefined) {
    const others = parts.filter((part) => part !== few);
    const filter = and(...others.map(({ condition }) => condition));
    return find({ kind: "those", those: few.narrow.those, filter });
  }
  const found = foundWay(parts);
  // Who matches lies together in the order of names and addresses, and one would walk past all others first; and of those
  // who match few are suppressed.
  const isThin = order.by !== "added" || parts.some(({ standing }) => standing === "suppressed");
  if (found !== undefined && isThin) return find(found);
  const listed =
    order.by === "added" ? parts.find(({ segment }) => segment !== undefined) : undefined;
  const filter = and(...parts.filter((part) => part !== listed).map(probeOf));
  const way =
    listed?.segment === undefined
      ? ({ kind: "walk", filter } as const)
      : ({ kind: "members", segment: listed.segment, filter } as const);
  const walked = await walkToContactPage(db, order, page, way, { first: WALK, all: LONG_WALK });
  if (walked !== undefined) return walked;
  const all = and(...parts.map(({ condition }) => condition));
  return find(found ?? { kind: "all", filter: all });
}

/**
 * The way by the indexes of a search, where nothing else is asked that needs the row. A domain's index has the domain alone.
 */
function foundWay(parts: readonly Part[]): Way | undefined {
  const search = parts.find((part) => part.search !== undefined)?.search;
  if (search === undefined || search.domain !== undefined) return undefined;
  if (!parts.every((part) => part.search ?? part.segment ?? part.standing)) return undefined;
  return {
    kind: "found",
    search,
    standing: parts.find(({ standing }) => standing !== undefined)?.standing,
    segments: parts.flatMap(({ segment }) => segment ?? []),
  };
}

function probeOf({ condition, probe }: Part): SQL {
  return probe ?? condition;
}

/** One of the things that are asked of a contact. */
interface Part {
  condition: SQL;
  /** The same for one contact after the other, where Postgres would do it at once. */
  probe?: SQL;
  /** The static segment whose members pass. */
  segment?: string;
  search?: Search;
  standing?: Standing;
  /** Where it can be said who passes without looking at everybody, if they are few, and how many they are. */
  narrow?: { those: SQL; measure(): Promise<Measure> };
}

interface Measure {
  /** Below `FEW` it is certain that no more pass. */
  atMost: number;
  total?: ContactList["total"];
}

async function partsOf(db: Queryable, filter: ContactFilter): Promise<Part[]> {
  const { segment, standing } = filter;
  const search = parseSearch(filter.search);
  return [
    ...(search ? [searchPart(db, search)] : []),
    ...(segment ? [await segmentPart(db, segment)] : []),
    ...(standing ? [standingPart(db, standing)] : []),
  ];
}

function searchPart(db: Queryable, search: Search): Part {
  const measure = async () => {
    const found = await countMatches(db, search, FEW);
    const more = found >= FEW;
    return { atMost: found, total: { contacts: more ? FEW : found, more } };
  };
  const narrow = { those: isAmongMatches(search, FEW), measure };
  return { condition: matches(search), search, narrow };
}

async function segmentPart(db: Queryable, id: string): Promise<Part> {
  const segment = await readSegment(db, id);
  const condition = audienceCondition(segment ? [segment] : []);
  if (segment === undefined || segment.rule !== null) return { condition };
  const { size } = segment;
  const measure = async () => ({ atMost: size, total: { contacts: size, more: false } });
  const narrow = { those: isAmongMembers(id), measure };
  return { condition, probe: isListed(id), segment: id, narrow };
}

function standingPart(db: Queryable, standing: Standing): Part {
  const part = { condition: hasStanding(standing), probe: showsStanding(standing), standing };
  if (standing === "mailable") return part;
  // Some suppressed addresses are nobody's, so this bounds the contacts and does not count them.
  const measure = async () => ({ atMost: await readTally(db, "suppression") });
  return { ...part, narrow: { those: IS_AMONG_SUPPRESSED, measure } };
}
