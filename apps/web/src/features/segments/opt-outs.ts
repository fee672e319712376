import type { Queryable } from "../../db/open.ts";
import { rulesThatHold } from "./dynamic-queries.ts";
import {
  deleteOptOut,
  insertOptOut,
  type OptOut,
  selectOptOutCount,
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
  /** Whether `optBackIn` does anything: the contact has opted out of it, or is not on the list of a static one, for whatever reason. */
  opted_out: boolean;
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
      ? { id, name, member: listed, opted_out: !listed }
      : { id, name, member: found.has(id) && !opted_out, opted_out },
  );
}

/**
 * Takes a contact who wishes so, by the link of an email, out of a segment: off the list of a static one, and out of a
 * dynamic one whatever its rule says from now on. An audience that was frozen before keeps them.
 */
export async function optOut(
  db: Queryable,
  segment: string,
  contact: string,
  email: string,
): Promise<void> {
  const change = await removeFromSegment(db, segment, [contact]);
  if (change.kind === "dynamic") await insertOptOut(db, { segment, contact, email });
}

/** Undoes `optOut`: a dynamic segment has them again where its rule finds them. */
export async function optBackIn(db: Queryable, segment: string, contact: string): Promise<void> {
  const change = await addToSegment(db, segment, [contact]);
  if (change.kind === "dynamic") await deleteOptOut(db, segment, contact);
}

/** The dynamic segments that a contact has opted out of, by name; of a static one nobody knows why they are not on its list. */
export function optOutsOf(db: Queryable, contactId: string): Promise<OptOut[]> {
  return selectOptOuts(db, contactId);
}

/** Lets a dynamic segment have a contact again who had opted out of it. */
export function liftOptOut(db: Queryable, segmentId: string, contactId: string): Promise<void> {
  return deleteOptOut(db, segmentId, contactId);
}

/** How many contacts have opted out of each of some dynamic segments, in all, whether its rule finds them now or not. */
export function countOptOuts(db: Queryable, segmentIds: readonly string[]): Promise<number> {
  return selectOptOutCount(db, segmentIds);
}
