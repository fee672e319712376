import type { Database, Queryable } from "../../db/open.ts";
import { retried } from "../../db/retry.ts";
import { campaignsNaming, lockDraftsNaming, touchDraftsNaming } from "./deletion-queries.ts";
import { launchingInWords, listed } from "./launching-words.ts";
import { countOptOuts } from "./opt-outs.ts";
import {
  deleteSegmentRow,
  dynamicSegments,
  lockSegment,
  type SegmentRow,
  selectSegment,
} from "./queries.ts";
import { segmentsIn } from "./rule.ts";

interface Named {
  id: string;
  name: string;
}

/** What keeps a segment from being deleted: nothing of it may be lost without a word. */
export type Obstacle =
  /** Segments whose rule asks for this one. Without it somebody they leave out would be in them. */
  | { kind: "rules"; segments: Named[] }
  /** Campaigns whose audience is being frozen at this moment. */
  | { kind: "launching"; campaigns: Named[] };

/** What a person should know before a segment is deleted. */
export interface DeletionPreview {
  segment: SegmentRow;
  /** How many contacts have opted out of a dynamic one. */
  optOuts: number;
  /** The drafts that are sent to it, and will not be any more. */
  drafts: Named[];
  obstacle: Obstacle | undefined;
}

export async function deletionOf(db: Queryable, id: string): Promise<DeletionPreview | undefined> {
  const segment = await selectSegment(db, id);
  if (segment === undefined) return undefined;
  return {
    segment,
    optOuts: await countOptOuts(db, [id]),
    drafts: await campaignsNaming(db, id, ["draft"]),
    obstacle: await obstacleTo(db, id),
  };
}

export type Deleted =
  { kind: "deleted" } | { kind: "unknown" } | { kind: "refused"; obstacle: Obstacle };

/**
 * Deletes a segment. Its memberships go and drafts no longer name it; contacts stay, and campaigns that were sent keep
 * their record: their audience was frozen, and the segment's name with it. A draft that is being launched at this moment
 * either keeps the segment or is told that it changed: no audience is frozen that lacks it without a word.
 */
export function deleteSegment(db: Database, id: string): Promise<Deleted> {
  return retried(() =>
    db.transaction(async (tx): Promise<Deleted> => {
      // Whoever edits a draft locks it before the segments it names, so they are locked in that order here too.
      await lockDraftsNaming(tx, id);
      const segment = await lockSegment(tx, id, "references");
      if (segment === undefined) return { kind: "unknown" };
      const obstacle = await obstacleTo(tx, id);
      if (obstacle !== undefined) return { kind: "refused", obstacle };
      await touchDraftsNaming(tx, id);
      await deleteSegmentRow(tx, id);
      return { kind: "deleted" };
    }),
  );
}

async function obstacleTo(db: Queryable, id: string): Promise<Obstacle | undefined> {
  const asking = (await dynamicSegments(db)).filter(({ rule }) => segmentsIn(rule).includes(id));
  if (asking.length > 0)
    return { kind: "rules", segments: asking.map(({ id, name }) => ({ id, name })) };
  const launching = await campaignsNaming(db, id, ["launching"]);
  return launching.length > 0 ? { kind: "launching", campaigns: launching } : undefined;
}

/** Why a segment cannot be deleted, and what to do, in a sentence or two. */
export function obstacleInWords(obstacle: Obstacle): string {
  switch (obstacle.kind) {
    case "rules":
      return `The rule of ${listed(obstacle.segments)} asks for it. Change the rule or delete that segment first.`;
    case "launching":
      return launchingInWords(obstacle.campaigns);
  }
}
