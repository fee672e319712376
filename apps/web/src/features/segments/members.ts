import type { Paged, PageRequest } from "../../db/keyset.ts";
import type { Database, Queryable } from "../../db/open.ts";
import { type InTime, within } from "../../db/within.ts";
import { addContact, type Contact, readContact } from "../contacts/contacts.ts";
import { type ContactList, listContacts } from "../contacts/listing.ts";
import { contactsWithAddress, listedSince } from "./member-queries.ts";
import { parsePasted } from "./pasted-addresses.ts";
import { addToSegment, type MembersChange, type NoMembersChange } from "./segments.ts";

/** A contact as a member of a segment: since when it is listed, or undefined where a rule decides. */
export type Member = Contact & { added_at: Date | undefined };

export type MemberList = Paged<Member> & Pick<ContactList, "total">;

const NEWEST = { by: "added", direction: "descending" } as const;

/** So long a page of members may take; only a rule that finds next to nobody in tens of millions takes as long. */
const LIST_MS = 10_000;

/** One page of the contacts in a segment, the newest contacts first; `search` is what `parseSearch` of contacts reads. */
export function listMembers(
  db: Database,
  segmentId: string,
  search: string,
  page: PageRequest,
): Promise<InTime<MemberList>> {
  return within(db, LIST_MS, async (tx) => {
    const list = await listContacts(tx, { search, segment: segmentId }, NEWEST, page);
    return { ...list, items: await withListing(tx, segmentId, list.items) };
  });
}

/** More than these nobody picks from by hand. */
const MOST_CANDIDATES = 50;

/** The contacts a search finds, the newest first, and whether they are in a segment; nobody for an empty search. */
export async function findCandidates(
  db: Queryable,
  segmentId: string,
  search: string,
): Promise<Member[]> {
  if (search.trim() === "") return [];
  const { items } = await listContacts(db, { search }, NEWEST, { limit: MOST_CANDIDATES });
  return withListing(db, segmentId, items);
}

/** Adds one contact to a segment; other than of many at once it is told when there is no such contact. */
export async function addOne(
  db: Queryable,
  segmentId: string,
  contactId: string,
): Promise<MembersChange> {
  return (await readContact(db, contactId)) === undefined
    ? { kind: "unknown" }
    : addToSegment(db, segmentId, [contactId]);
}

/** What became of addresses that were pasted. */
export interface PastedOutcome {
  kind: "added";
  added: number;
  /** Of those added, the contacts that were made for it. */
  made: number;
  /** Of contacts that were in the segment before. */
  already: number;
  /** Addresses that no contact has, as they were typed. */
  unknown: string[];
  /** What is no address, and why. */
  faults: { text: string; message: string }[];
}

/** So many contacts are made at once; more are what imports are for. */
const MOST_MADE = 500;

/** Adds the contacts whose addresses stand in a pasted text; with `make` also such as have to be made first. */
export async function addPasted(
  db: Database,
  segmentId: string,
  text: string,
  { make = false }: { make?: boolean } = {},
): Promise<PastedOutcome | NoMembersChange> {
  const { addresses, faults } = parsePasted(text);
  const known = new Map(await contactsWithAddress(db, [...addresses.keys()]));
  const change = await addToSegment(db, segmentId, [...known.values()]);
  if (change.kind !== "changed") return change;
  const strangers = [...addresses].filter(([canonical]) => !known.has(canonical));
  const made = make ? await makeContacts(db, strangers.slice(0, MOST_MADE)) : new Map();
  await addToSegment(db, segmentId, [...made.values()]);
  return {
    kind: "added",
    added: change.contacts + made.size,
    made: made.size,
    already: known.size - change.contacts,
    unknown: strangers.filter(([canonical]) => !made.has(canonical)).map(([, typed]) => typed),
    faults,
  };
}

/** The ids of the contacts that were made, by canonical address. Somebody else may make one first: it is theirs then. */
async function makeContacts(
  db: Database,
  strangers: readonly [canonical: string, typed: string][],
): Promise<Map<string, string>> {
  const made = new Map<string, string>();
  const rest = { name: "", first_name: "", last_name: "", attributes: {} };
  for (const [canonical, email] of strangers) {
    const outcome = await addContact(db, { email, ...rest });
    if (outcome.kind === "added") made.set(canonical, outcome.contact.id);
    if (outcome.kind === "duplicate") made.set(canonical, outcome.id);
  }
  return made;
}

async function withListing(
  db: Queryable,
  segmentId: string,
  contacts: readonly Contact[],
): Promise<Member[]> {
  const ids = contacts.map(({ id }) => id);
  const since = ids.length === 0 ? new Map() : await listedSince(db, segmentId, ids);
  return contacts.map((contact) => ({ ...contact, added_at: since.get(contact.id) }));
}
