import type { Database } from "../db/open.ts";
import { contactsWithAddress } from "../features/segments/member-queries.ts";
import { addToSegment, createSegment } from "../features/segments/segments.ts";
import { drawsFor } from "./seed-draws.ts";
import type { Person } from "./seed-people.ts";
import { segmentNamed } from "./seed-queries.ts";

const AT_ONCE = 10_000;

/** Segments that list so many of a hundred people. */
const LISTED = { newsletter: 70, bookClub: 20, testers: 3 } as const;

const NAMES = {
  newsletter: "Newsletter",
  bookClub: "Book club",
  testers: "Beta testers",
  buyers: "Customers with orders",
  newcomers: "Signed up in the last 90 days",
  regulars: "Regulars in Berlin, Lisbon or 東京",
} as const;

/** The id of each segment of the demonstration. */
export type SegmentIds = Record<keyof typeof NAMES, string>;

const RULES = {
  buyers: { all: [{ field: "attributes.orders", is: "greater_than", value: 0 }] },
  newcomers: { all: [{ field: "attributes.signed_up", is: "in_last_days", value: 90 }] },
  regulars: {
    all: [
      { field: "attributes.plan", is: "not_equals", value: "free" },
      { field: "attributes.orders", is: "greater_than", value: 4 },
      {
        any: ["Berlin", "Lisbon", "東京"].map((value) => ({
          field: "attributes.city",
          is: "equals",
          value,
        })),
      },
    ],
  },
} as const;

/** Makes the segments that are not there yet, and lists their members. `named` makes a name of this seed of a name. */
export async function addSegments(
  db: Database,
  people: readonly Person[],
  named: (name: string) => string,
): Promise<SegmentIds> {
  const ids = {} as SegmentIds;
  for (const [key, name] of Object.entries(NAMES) as [keyof typeof NAMES, string][])
    ids[key] = await segmentOf(
      db,
      named(name),
      key in RULES ? RULES[key as keyof typeof RULES] : undefined,
    );
  for (let at = 0; at < people.length; at += AT_ONCE)
    await listMembers(db, people.slice(at, at + AT_ONCE), ids);
  return ids;
}

async function segmentOf(db: Database, name: string, rule: unknown): Promise<string> {
  const existing = await segmentNamed(db, name);
  if (existing !== undefined) return existing;
  const made = await createSegment(db, { name, rule });
  if (made.kind === "created") return made.segment.id;
  throw new Error(`a segment of the demonstration was refused: ${JSON.stringify(made.faults)}`);
}

async function listMembers(
  db: Database,
  people: readonly Person[],
  ids: SegmentIds,
): Promise<void> {
  const known = await contactsWithAddress(
    db,
    people.map(({ email }) => email),
  );
  for (const [key, share] of Object.entries(LISTED) as [keyof typeof LISTED, number][]) {
    const members = people.filter(({ email }) => drawsFor(key, email).percent(share));
    await addToSegment(
      db,
      ids[key],
      members.flatMap(({ email }) => known.get(email) ?? []),
    );
  }
}
