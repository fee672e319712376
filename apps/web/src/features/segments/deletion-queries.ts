import { and, eq, inArray, sql } from "drizzle-orm";
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
