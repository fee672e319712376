import { parseControl } from "@mailwright/protocol";
import type { DispatchContext } from "./context.ts";
import {
  acknowledgeControl,
  desiredControl,
  takeControlTurn,
  unacknowledgedControls,
} from "./control-queries.ts";

/** Tells the email client what every campaign may do, as far as it has not acknowledged that yet. */
export async function syncControls(context: DispatchContext): Promise<void> {
  for (const campaign of await unacknowledgedControls(context.db))
    await syncControl(context, campaign);
}

/**
 * Tells the email client about one campaign; false when it could not be reached, and then the dispatcher goes on trying.
 * Webs take turns, so that the last thing the email client hears is what the campaign is to do now.
 */
export async function syncControl(
  { db, emailClient, log }: DispatchContext,
  campaign: string,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    await takeControlTurn(tx, campaign);
    const state = await desiredControl(tx, campaign);
    if (state === undefined) return true;
    const answer = await emailClient.call(
      "PUT",
      `/v1/campaigns/${campaign}/control`,
      { state },
      parseControl,
    );
    if (answer.kind !== "ok") {
      log.warn(
        { campaign, state, answer },
        "the email client could not be told what a campaign is to do",
      );
      return false;
    }
    await acknowledgeControl(tx, campaign, state);
    return true;
  });
}
