import type { Paged, PageRequest } from "../../db/keyset.ts";
import type { Database, Queryable } from "../../db/open.ts";
import { codeOf, UNIQUE_VIOLATION } from "../../db/sqlstate.ts";
import { readAttributeKeys } from "../contacts/contacts.ts";
import { campaignsNaming } from "./deletion-queries.ts";
import { rulesThatHold } from "./dynamic-queries.ts";
import { launchingInWords } from "./launching-words.ts";
import { deleteMembers, insertMembers, staticSegmentsOf } from "./member-queries.ts";
import { selectOptOuts } from "./opt-out-queries.ts";
import {
  countSegments,
  dynamicSegments,
  holdSegments,
  insertSegment,
  lockSegment,
  type SegmentOrder,
  type SegmentRow,
  selectSegment,
  selectSegmentPage,
  staticSegments,
  updateSegment,
} from "./queries.ts";
import { type Group, parseRule, placesOf, segmentsIn } from "./rule.ts";
import { attributeOf } from "./rule-vocabulary.ts";

export type { SegmentOrder, SegmentRow } from "./queries.ts";

/** What a person decides about a segment. One without a rule lists its members. */
export interface SegmentInput {
  name: string;
  /** As it came from outside. */
  rule?: unknown;
}

/** What is wrong with a segment: a sentence a place, `name`, `rule.all.0.value`. */
export type SegmentFaults = Readonly<Record<string, string>>;

export type Created =
  { kind: "created"; segment: SegmentRow } | { kind: "refused"; faults: SegmentFaults };

export async function createSegment(db: Database, input: SegmentInput): Promise<Created> {
  const parsed = input.rule === undefined ? undefined : parseRule(input.rule);
  if (parsed?.ok === false) return { kind: "refused", faults: inRule(parsed.faults) };
  return refusingTaken(input.name, () =>
    db.transaction(async (tx): Promise<Created> => {
      const faults = parsed === undefined ? {} : inRule(await faultsOfNames(tx, parsed.rule));
      if (Object.keys(faults).length > 0) return { kind: "refused", faults };
      const row = { name: input.name.trim(), rule: parsed?.rule ?? null };
      return { kind: "created", segment: await insertSegment(tx, row) };
    }),
  );
}

export type Changed =
  | { kind: "changed"; segment: SegmentRow }
  | { kind: "unknown" }
  /** Somebody else changed it since the revision that the editor saw. */
  | { kind: "changed meanwhile"; segment: SegmentRow }
  /** Campaigns go to whom its rule finds when their audience is frozen, which is not done yet; `why` says which. */
  | { kind: "being launched to"; why: string }
  | { kind: "refused"; faults: SegmentFaults };

/**
 * Renames a segment or changes its rule; what is left out stays. A segment that lists its members never gets a rule: its
 * list would be lost. `seen` is the revision that the editor had before them: should it be another by now, nothing is
 * changed. A rule stays while a campaign is being launched to whom it finds, for they are whom it was launched to.
 */
export async function changeSegment(
  db: Database,
  id: string,
  { name, rule }: Partial<SegmentInput>,
  seen?: string,
): Promise<Changed> {
  const parsed = rule === undefined ? undefined : parseRule(rule);
  return refusingTaken(name ?? "", () =>
    db.transaction(async (tx): Promise<Changed> => {
      const now = await lockSegment(tx, id, "changes");
      if (now === undefined) return { kind: "unknown" };
      if (seen !== undefined && seen !== now.revision)
        return { kind: "changed meanwhile", segment: now };
      if (parsed !== undefined && now.rule === null)
        return { kind: "refused", faults: { rule: LISTS } };
      if (parsed?.ok === false) return { kind: "refused", faults: inRule(parsed.faults) };
      const faults = parsed === undefined ? {} : inRule(await faultsOfNames(tx, parsed.rule));
      if (Object.keys(faults).length > 0) return { kind: "refused", faults };
      if (parsed !== undefined && !Bun.deepEquals(parsed.rule, now.rule)) {
        // A launch holds the row until it is committed, and is seen here; one that waits for this finds another rule.
        const campaigns = await campaignsNaming(tx, id, ["launching"]);
        if (campaigns.length > 0)
          return { kind: "being launched to", why: launchingInWords(campaigns) };
      }
      const segment = await updateSegment(tx, id, {
        ...(name !== undefined && { name: name.trim() }),
        ...(parsed !== undefined && { rule: parsed.rule }),
      });
      return segment === undefined ? { kind: "unknown" } : { kind: "changed", segment };
    }),
  );
}

/** One page of the segments whose name holds `search`, and how many such there are. */
export async function listSegments(
  db: Queryable,
  search: string,
  order: SegmentOrder,
  page: PageRequest,
): Promise<{ segments: Paged<SegmentRow>; total: number }> {
  const [segments, total] = await Promise.all([
    selectSegmentPage(db, search, order, page),
    countSegments(db, search),
  ]);
  return { segments, total };
}

export function readSegment(db: Queryable, id: string): Promise<SegmentRow | undefined> {
  return selectSegment(db, id);
}

/** A segment by the name that leads to it. */
export interface NamedSegment {
  id: string;
  name: string;
  /** Its rule decides who is in it, so nobody is added or removed by hand. */
  dynamic: boolean;
}

/** The segments a contact is in: those that list it, then those whose rule finds it and that it has not opted out of, each by name. */
export async function segmentsOfContact(db: Queryable, contactId: string): Promise<NamedSegment[]> {
  const listed = await staticSegmentsOf(db, contactId);
  const optedOut = new Set(
    (await selectOptOuts(db, contactId)).map(({ segment_id }) => segment_id),
  );
  const asked = (await dynamicSegments(db)).filter(({ id }) => !optedOut.has(id));
  const ruled = await rulesThatHold(db, contactId, asked);
  return [
    ...listed.map(({ id, name }) => ({ id, name, dynamic: false })),
    ...ruled.map(({ id, name }) => ({ id, name, dynamic: true })),
  ];
}

/** What became of a change of members: how many it concerned, or why there was none. */
export type MembersChange = { kind: "changed"; contacts: number } | NoMembersChange;
export type NoMembersChange = { kind: "unknown" } | { kind: "dynamic" };

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

/** A segment that contacts can be added to. */
export interface SegmentChoice {
  id: string;
  name: string;
  size: number;
}

/** More than these no list is opened for. */
const MOST_CHOICES = 1_000;

/** The first static segments by name, what a contact can be added to; `more` says that these are not all. */
export async function listSegmentChoices(
  db: Queryable,
): Promise<{ segments: SegmentChoice[]; more: boolean }> {
  const segments = await staticSegments(db, MOST_CHOICES + 1);
  return { segments: segments.slice(0, MOST_CHOICES), more: segments.length > MOST_CHOICES };
}

async function changeMembers(
  db: Queryable,
  segmentId: string,
  change: () => Promise<number>,
): Promise<MembersChange> {
  const segment = await selectSegment(db, segmentId);
  if (segment === undefined) return { kind: "unknown" };
  if (segment.rule !== null) return { kind: "dynamic" };
  return { kind: "changed", contacts: await change() };
}

const LISTS = "This segment lists its members. Make a new segment for a rule.";
const GONE = "This segment does not exist any more. Choose another.";
const ONLY_LISTS =
  "A rule can ask only for segments that list their members. Put this one's conditions here instead.";

/**
 * What a rule names that is not there, by the place of the condition. Segments that are there cannot be deleted before the
 * transaction has stored the rule.
 */
async function faultsOfNames(tx: Queryable, rule: Group): Promise<SegmentFaults> {
  const known = new Set(await readAttributeKeys(tx));
  const asked = segmentsIn(rule);
  const held = asked.length === 0 ? [] : await holdSegments(tx, asked);
  const found = new Map(held.map((segment) => [segment.id, segment]));
  return Object.fromEntries(
    placesOf(rule).flatMap(({ at, condition: { field, value } }) => {
      const key = attributeOf(field);
      if (key !== undefined && !known.has(key))
        return [[`${at}.field`, `No contact ever had the attribute “${key}”. Choose another.`]];
      if (field !== "segment") return [];
      const segment = found.get(String(value));
      if (segment === undefined) return [[`${at}.value`, GONE]];
      return segment.rule === null ? [] : [[`${at}.value`, ONLY_LISTS]];
    }),
  );
}

/** The faults that `parseRule` tells, as faults of the segment. */
export function inRule(faults: SegmentFaults): SegmentFaults {
  return Object.fromEntries(
    Object.entries(faults).map(([at, fault]) => [at === "" ? "rule" : `rule.${at}`, fault]),
  );
}

/** A name is taken whatever its case: only the index can say so without a race. */
async function refusingTaken<T>(
  name: string,
  run: () => Promise<T>,
): Promise<T | { kind: "refused"; faults: SegmentFaults }> {
  try {
    return await run();
  } catch (error) {
    if (codeOf(error) !== UNIQUE_VIOLATION) throw error;
    return {
      kind: "refused",
      faults: { name: `There is a segment called “${name.trim()}” already. Choose another name.` },
    };
  }
}
