import type { Queryable } from "../../db/open.ts";
import { rulesThatHold } from "./dynamic-queries.ts";
import {
  countOptOuts,
  deleteOptOut,
  insertOptOut,
  type OptOut,
  selectOptOuts,
  selectStandings,
} from "./opt-out-queries.ts";
import { addToSegment, removeFromSegment } from "./segments.ts";

export type { OptOut } from "./opt-out-queries.ts";

/** How a contact stands to a segment. */
export interface Standing {
  id: string;
  name: string;
  /** Whether the contact is in it now. */
  member: boolean;
  /** Whether `rejoinSegment` does anything: the contact has left it, or is not on the list of a static one, for whatever reason. */
  left: boolean;
}

/** How a contact stands to each of some segments, by their names. */
export async function standingsOf(
  db: Queryable,
  contactId: string,
  segmentIds: readonly string[],
): Promise<Standing[]> {
  const stored = await selectStandings(db, contactId, segmentIds);
  const ruled = stored.flatMap(({ id, rule }) => (rule === null ? [] : [{ id, rule }]));
  const found = new Set((await rulesThatHold(db, contactId, ruled)).map(({ id }) => id));
  return stored.map(({ id, name, rule, listed, opted_out }) =>
    rule === null
      ? { id, name, member: listed, left: !listed }
      : { id, name, member: found.has(id) && !opted_out, left: opted_out },
  );
}

/**
 * Takes a contact who wishes so, by the link of an email, out of a segment: off the list of a static one, and out of a
 * dynamic one whatever its rule says from now on. An audience that was frozen before keeps them.
 */
export async function leaveSegment(
  db: Queryable,
  segment: string,
  contact: string,
  email: string,
): Promise<void> {
  const change = await removeFromSegment(db, segment, [contact]);
  if (change.kind === "dynamic") await insertOptOut(db, { segment, contact, email });
}

/** Undoes `leaveSegment`: a dynamic segment has them again where its rule finds them. */
export async function rejoinSegment(
  db: Queryable,
  segment: string,
  contact: string,
): Promise<void> {
  const change = await addToSegment(db, segment, [contact]);
  if (change.kind === "dynamic") await deleteOptOut(db, segment, contact);
}

/** The dynamic segments that a contact has left, by name; of a static one nobody knows why they are not on its list. */
export function optOutsOf(db: Queryable, contactId: string): Promise<OptOut[]> {
  return selectOptOuts(db, contactId);
}

/** Lets a dynamic segment have a contact again who had left it. */
export function liftOptOut(db: Queryable, segmentId: string, contactId: string): Promise<void> {
  return deleteOptOut(db, segmentId, contactId);
}

/** How many contacts have left each of some dynamic segments, in all, whether its rule finds them now or not. */
export function countLeft(db: Queryable, segmentIds: readonly string[]): Promise<number> {
  return countOptOuts(db, segmentIds);
}
