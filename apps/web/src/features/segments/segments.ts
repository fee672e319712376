import type { Queryable } from "../../db/open.ts";
import { deleteMembers, insertMembers, staticSegmentsOf } from "./member-queries.ts";
import { ruleOf, staticSegments } from "./queries.ts";

/** A segment by the name that leads to it. */
export interface NamedSegment {
  id: string;
  name: string;
  /** Its rule decides who is in it, so nobody is added or removed by hand. */
  dynamic: boolean;
}

/** A segment that contacts can be added to. */
export interface SegmentChoice {
  id: string;
  name: string;
  size: number;
}

/** What became of a change of members: how many it concerned, or why there was none. */
export type MembersChange = { kind: "changed"; contacts: number } | NoMembersChange;
export type NoMembersChange = { kind: "unknown" } | { kind: "dynamic" };

/** The segments a contact is in, by name. */
export async function segmentsOfContact(db: Queryable, contactId: string): Promise<NamedSegment[]> {
  const listed = await staticSegmentsOf(db, contactId);
  return listed.map((segment) => ({ ...segment, dynamic: false }));
}

/**
 * Lists contacts, any number of them, as members of a static segment. Who is in it already stays, and ids of nobody are
 * passed over; `contacts` counts those who are new in it.
 */
export async function addToSegment(
  db: Queryable,
  segmentId: string,
  contactIds: readonly string[],
): Promise<MembersChange> {
  return changeMembers(db, segmentId, () => insertMembers(db, segmentId, contactIds));
}

/** Takes contacts off a static segment; the contacts stay. `contacts` counts those who were in it. */
export async function removeFromSegment(
  db: Queryable,
  segmentId: string,
  contactIds: readonly string[],
): Promise<MembersChange> {
  return changeMembers(db, segmentId, () => deleteMembers(db, segmentId, contactIds));
}

/** More than these nobody looks through; a search finds the others. */
const MOST_CHOICES = 100;

/** The static segments whose name holds `search`, or all, by name: what a contact can be added to. At most 100. */
export function listSegmentChoices(db: Queryable, search = ""): Promise<SegmentChoice[]> {
  return staticSegments(db, search, MOST_CHOICES);
}

async function changeMembers(
  db: Queryable,
  segmentId: string,
  change: () => Promise<number>,
): Promise<MembersChange> {
  const rule = await ruleOf(db, segmentId);
  if (rule === undefined) return { kind: "unknown" };
  if (rule !== null) return { kind: "dynamic" };
  return { kind: "changed", contacts: await change() };
}
