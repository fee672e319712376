import { and, desc, eq, inArray } from "drizzle-orm";
import { CAMPAIGN_ACTIONS } from "../../campaign-words.ts";
import type { Queryable } from "../../db/open.ts";
import { campaignActivity } from "../../db/schema/campaigns.ts";
import type { Activity } from "./activity.ts";

export async function insertActivity(
  db: Queryable,
  campaign: string,
  entry: Pick<Activity, "actor" | "action" | "detail">,
): Promise<string> {
  const [row] = await db
    .insert(campaignActivity)
    .values({ campaign_id: campaign, ...entry })
    .returning({ id: campaignActivity.id });
  if (row === undefined) throw new Error("a row that was inserted was not returned");
  return row.id;
}

export async function updateActivity(
  db: Queryable,
  entry: string,
  detail: Activity["detail"],
): Promise<void> {
  await db.update(campaignActivity).set({ detail }).where(eq(campaignActivity.id, entry));
}

/** An action that only a newer web knows is left to that one to show. */
export async function selectActivity(
  db: Queryable,
  campaign: string,
  most: number,
): Promise<Activity[]> {
  return db
    .select({
      at: campaignActivity.at,
      actor: campaignActivity.actor,
      action: campaignActivity.action,
      detail: campaignActivity.detail,
    })
    .from(campaignActivity)
    .where(
      and(
        eq(campaignActivity.campaign_id, campaign),
        inArray(campaignActivity.action, [...CAMPAIGN_ACTIONS]),
      ),
    )
    .orderBy(desc(campaignActivity.id))
    .limit(most);
}
