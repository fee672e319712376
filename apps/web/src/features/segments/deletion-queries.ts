import { and, asc, eq, inArray, sql } from "drizzle-orm";
import type { Queryable } from "../../db/open.ts";
import { campaign, campaignSegment } from "../../db/schema/campaigns.ts";

/** The campaigns in one of the states that name a segment, by name. */
export function campaignsNaming(
  db: Queryable,
  segmentId: string,
  states: ("draft" | "launching")[],
) {
  return db
    .select({ id: campaign.id, name: campaign.name, state: campaign.state })
    .from(campaignSegment)
    .innerJoin(campaign, eq(campaign.id, campaignSegment.campaign_id))
    .where(and(eq(campaignSegment.segment_id, segmentId), inArray(campaign.state, states)))
    .orderBy(sql`lower(${campaign.name})`, campaign.id);
}

/** Locks the drafts that name a segment: none of them is launched or edited before the transaction ends. */
export async function lockDraftsNaming(tx: Queryable, segmentId: string): Promise<void> {
  await tx
    .select({ id: campaign.id })
    .from(campaign)
    .where(draftsNaming(tx, segmentId))
    .orderBy(asc(campaign.id))
    .for("no key update");
}

/** Gives the drafts that name a segment another revision, for they are about to lose it. */
export async function touchDraftsNaming(tx: Queryable, segmentId: string): Promise<void> {
  await tx
    .update(campaign)
    .set({ updated_at: sql`clock_timestamp()` })
    .where(draftsNaming(tx, segmentId));
}

function draftsNaming(tx: Queryable, segmentId: string) {
  const named = tx
    .select({ id: campaignSegment.campaign_id })
    .from(campaignSegment)
    .where(eq(campaignSegment.segment_id, segmentId));
  return and(eq(campaign.state, "draft"), inArray(campaign.id, named));
}
