import type { CampaignAction } from "../../campaign-words.ts";
import type { Queryable } from "../../db/open.ts";
import { insertActivity, selectActivity, updateActivity } from "./activity-queries.ts";

/** Who acts when nobody does: a rule of the system. */
export const SYSTEM = "Mailwright";

export interface Activity {
  at: Date;
  actor: string;
  action: CampaignAction;
  detail: Record<string, string | number>;
}

/**
 * Writes down who did what. Within the transaction that does it, so that neither is there without the other. The answer
 * is the id of the entry.
 */
export function noteActivity(
  db: Queryable,
  campaign: string,
  actor: string,
  action: CampaignAction,
  detail: Activity["detail"] = {},
): Promise<string> {
  return insertActivity(db, campaign, { actor, action, detail });
}

/** Says in an entry how far what it tells of has come, as more of it is done. */
export function amendActivity(
  db: Queryable,
  entry: string,
  detail: Activity["detail"],
): Promise<void> {
  return updateActivity(db, entry, detail);
}

/** The newest first. A campaign has few of them: they are made by people. */
export function activityOf(db: Queryable, campaign: string, most = 100): Promise<Activity[]> {
  return selectActivity(db, campaign, most);
}
