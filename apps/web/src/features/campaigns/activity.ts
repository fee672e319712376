import type { Queryable } from "../../db/open.ts";
import { insertActivity, selectActivity } from "./activity-queries.ts";

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
export function noteActivity(
  db: Queryable,
  campaign: string,
  actor: string,
  action: Action,
  detail: Activity["detail"] = {},
): Promise<void> {
  return insertActivity(db, campaign, { actor, action, detail });
}

/** The newest first. A campaign has few of them: they are made by people. */
export function activityOf(db: Queryable, campaign: string, most = 100): Promise<Activity[]> {
  return selectActivity(db, campaign, most);
}
