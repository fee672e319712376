import { desc, eq } from "drizzle-orm";
import type { Queryable } from "../../db/open.ts";
import { campaignActivity } from "../../db/schema/campaigns.ts";

/** What happens to a campaign as a whole. */
export type Action =
  "created" | "changed" | "launched" | "paused" | "resumed" | "cancelled" | "requeued";

/** Who acts when nobody does: a rule of the system. */
export const SYSTEM = "Mailwright";

export interface Activity {
  at: Date;
  actor: string;
  action: string;
  detail: Record<string, string | number>;
}

/** Writes down who did what. Within the transaction that does it, so that neither is there without the other. */
export async function noteActivity(
  db: Queryable,
  campaign: string,
  actor: string,
  action: Action,
  detail: Activity["detail"] = {},
): Promise<void> {
  await db.insert(campaignActivity).values({ campaign_id: campaign, actor, action, detail });
}

/** The newest first. A campaign has few of them: they are made by people. */
export async function activityOf(db: Queryable, campaign: string, most = 100): Promise<Activity[]> {
  return db
    .select({
      at: campaignActivity.at,
      actor: campaignActivity.actor,
      action: campaignActivity.action,
      detail: campaignActivity.detail,
    })
    .from(campaignActivity)
    .where(eq(campaignActivity.campaign_id, campaign))
    .orderBy(desc(campaignActivity.id))
    .limit(most);
}
