import type { Paged, PageRequest } from "../../db/keyset.ts";
import type { Database, Queryable } from "../../db/open.ts";
import type { Membership } from "./audience.ts";
import {
  contactExists,
  contactsWithAddress,
  type Member,
  selectCandidates,
  selectMemberPage,
} from "./member-queries.ts";
import { parsePasted } from "./pasted-addresses.ts";
import { addToSegment, type MembersChange, type NoMembersChange } from "./segments.ts";
import { type InTime, within } from "./timed-queries.ts";

export type { Member } from "./member-queries.ts";

/** So long a page of members may take; only a rule that finds next to nobody in tens of millions takes as long. */
const LIST_MS = 10_000;

/** One page of the contacts in a segment, the newest contacts first; `search` is the beginning of an address or a name. */
export function listMembers(
  db: Database,
  segment: Membership,
  search: string,
  page: PageRequest,
): Promise<InTime<Paged<Member>>> {
  return within(db, LIST_MS, (tx) => selectMemberPage(tx, segment, search.trim(), page));
}

/** A contact that may be added to a segment, or is in it already. */
export type Candidate = Omit<Member, "added_at"> & { member: boolean };

/** More than these nobody picks from by hand. */
const MOST_CANDIDATES = 50;

/** The contacts whose address or name begins with `search`, the newest first; nobody for an empty search. */
export async function findCandidates(
  db: Queryable,
  segmentId: string,
  search: string,
): Promise<Candidate[]> {
  const sought = search.trim();
  return sought === "" ? [] : selectCandidates(db, segmentId, sought, MOST_CANDIDATES);
}

/** Adds one contact to a segment; other than of many at once it is told when there is no such contact. */
export async function addOne(
  db: Queryable,
  segmentId: string,
  contactId: string,
): Promise<MembersChange> {
  return (await contactExists(db, contactId))
    ? addToSegment(db, segmentId, [contactId])
    : { kind: "unknown" };
}

/** What became of addresses that were pasted. */
export interface PastedOutcome {
  kind: "added";
  added: number;
  /** Of contacts that were in the segment before. */
  already: number;
  /** Addresses that no contact has, as they were typed. */
  unknown: string[];
  /** What is no address, and why. */
  faults: { text: string; message: string }[];
}

/** Adds the contacts whose addresses stand in a pasted text; what is no contact is told, not made one. */
export async function addPasted(
  db: Queryable,
  segmentId: string,
  text: string,
): Promise<PastedOutcome | NoMembersChange> {
  const { addresses, faults } = parsePasted(text);
  const contacts = await contactsWithAddress(db, [...addresses.keys()]);
  const change = await addToSegment(db, segmentId, [...contacts.values()]);
  if (change.kind !== "changed") return change;
  return {
    kind: "added",
    added: change.contacts,
    already: contacts.size - change.contacts,
    unknown: [...addresses].filter(([key]) => !contacts.has(key)).map(([, typed]) => typed),
    faults,
  };
}
