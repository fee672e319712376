import { parseControl } from "@mailwright/protocol";
import type { DispatchContext } from "./context.ts";
import {
  acknowledgeControl,
  nextOrder,
  numberOrdersFrom,
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
 * Webs take turns, and what they say is numbered in their order, so that what the email client obeys is what the campaign is to
 * do now, whenever an order that nobody heard of arrives.
 */
export async function syncControl(context: DispatchContext, campaign: string): Promise<boolean> {
  const { db, emailClient, log } = context;
  const standing = await db.transaction(async (tx) => {
    await takeControlTurn(tx, campaign);
    const order = await nextOrder(tx, campaign);
    if (order === undefined) return "told";
    const answer = await emailClient.call(
      "PUT",
      `/v1/campaigns/${campaign}/control`,
      order,
      parseControl,
    );
    if (answer.kind !== "ok") {
      log.warn(
        { campaign, order, answer },
        "the email client could not be told what a campaign is to do",
      );
      return "unreachable";
    }
    const latest = answer.value.order ?? order.order;
    if (latest > order.order) return latest;
    await acknowledgeControl(tx, campaign, order.state);
    return "told";
  });
  if (typeof standing === "string") return standing === "told";
  log.warn(
    { campaign },
    "the database was set back: its orders are numbered on from what was heard",
  );
  await numberOrdersFrom(db, standing);
  return syncControl(context, campaign);
}
