import type { Database, Queryable } from "../../db/open.ts";
import { within } from "../../db/within.ts";
import { audienceCondition } from "../segments/audience.ts";
import { type CountContext, countNow, countOnce } from "../segments/counts.ts";
import { countOptOuts } from "../segments/opt-outs.ts";
import {
  type AudienceSegment,
  countContacts,
  countSuppressed,
  readTallies,
  segmentsById,
  segmentsNamed,
} from "./audience-queries.ts";

export type { AudienceSegment } from "./audience-queries.ts";

/**
 * Whom some segments come to: each contact once, and how many of them must not be mailed, counted `at` a moment, in
 * milliseconds since the Unix epoch. `at most` when counting took too long and only an upper bound is known, `too long` when
 * not even that.
 */
export type Estimate =
  | { kind: "counted"; contacts: number; suppressed: number; at: number }
  | { kind: "at most"; contacts: number }
  | { kind: "too long" };

/** So long a person waits for a count while choosing. Two segments of a million take about a second. */
const PATIENCE_MS = 2_500;

/** So long a count is shown while what it was counted by is still the same; after half a minute it is made anew meanwhile. */
const STALE_MS = 300_000;

/**
 * Counts an audience, once for all who ask, unless a segment, a rule or how many contacts, suppressions or opt-outs there
 * are has changed since: then at once. What else contacts have become is noticed by the second look after half a minute.
 */
export async function estimateAudience(
  context: CountContext,
  segmentIds: string[],
): Promise<Estimate> {
  const { key, segments } = await askedFor(context.db, segmentIds);
  return countOnce(context, key, (urgent) => count(context, segments, PATIENCE_MS, urgent), {
    staleMs: STALE_MS,
  });
}

/** So old a count may be by which somebody launches; its age is told. Counting a million takes up to 0.4 s. */
const REVIEWED_MS = 60_000;

/**
 * Counts an audience for its launch: by the count of the last minute, or else while one waits. What was given up sooner for
 * somebody who only chooses is counted for longer.
 */
export async function countAudience(
  context: CountContext,
  segmentIds: string[],
  patienceMs: number,
): Promise<Estimate> {
  const { key, segments } = await askedFor(context.db, segmentIds);
  const counting = (urgent: boolean) => count(context, segments, patienceMs, urgent);
  const known = await countOnce(context, key, counting, { staleMs: REVIEWED_MS });
  return known.kind === "counted" ? known : countNow(context, key, () => counting(true));
}

/** The segments, and all that a count of them has to be made anew for when it changes. */
async function askedFor(
  db: Database,
  segmentIds: string[],
): Promise<{ key: string; segments: AudienceSegment[] }> {
  const segments = await segmentsById(db, segmentIds);
  const what = segments.map(({ id, rule, size }) => [id, rule, size]);
  const optOuts = segments.some((segment) => segment.has_opt_outs)
    ? await countOptOuts(db, segmentIds)
    : 0;
  return { key: JSON.stringify([await readTallies(db), what, optOuts]), segments };
}

async function count(
  { db, clock }: CountContext,
  segments: AudienceSegment[],
  patienceMs: number,
  urgent: boolean,
): Promise<Estimate> {
  const at = clock.now();
  if (segments.length === 0) return { kind: "counted", contacts: 0, suppressed: 0, at };
  const audience = audienceCondition(segments);
  const counted = await within(
    db,
    patienceMs,
    async (tx) => {
      const contacts = sizeOfOne(segments) ?? (await countContacts(tx, audience));
      const suppressed = contacts === 0 ? 0 : await countSuppressed(tx, audience);
      return { contacts, suppressed, at };
    },
    { parallel: urgent },
  );
  return counted.kind === "in time" ? { kind: "counted", ...counted.value } : boundOf(segments);
}

/** Segments to choose from, those already chosen first; `more` when others were left out. */
export async function segmentChoices(
  db: Queryable,
  chosen: string[],
  text: string,
): Promise<{ segments: AudienceSegment[]; more: boolean }> {
  const [kept, found] = await Promise.all([
    segmentsById(db, chosen),
    segmentsNamed(db, text, MOST_CHOICES + 1),
  ]);
  const others = found
    .slice(0, MOST_CHOICES)
    .filter((one) => !kept.some(({ id }) => id === one.id));
  kept.sort((a, b) => a.name.localeCompare(b.name));
  return { segments: [...kept, ...others], more: found.length > MOST_CHOICES };
}

/** More than this is sought by name. */
const MOST_CHOICES = 50;

/** A single static segment knows its size. */
function sizeOfOne(segments: AudienceSegment[]): number | undefined {
  const [only] = segments;
  return segments.length === 1 && only?.rule === null ? only.size : undefined;
}

function boundOf(segments: AudienceSegment[]): Estimate {
  return segments.every(({ rule }) => rule === null)
    ? { kind: "at most", contacts: segments.reduce((sum, { size }) => sum + size, 0) }
    : { kind: "too long" };
}
