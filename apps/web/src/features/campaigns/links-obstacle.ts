import type { Config } from "../../config.ts";
import type { Queryable } from "../../db/open.ts";
import { chosenGateway } from "../settings/chosen-gateway.ts";
import type { GatewayWatch } from "../settings/gateway-watch.ts";
import { addressProblem, isLocal } from "../settings/public-address.ts";
import { readCampaign } from "./campaigns.ts";

export interface LinksContext {
  config: Pick<Config, "webUrl">;
  gatewayWatch: GatewayWatch;
}

/**
 * Why a launched campaign may not go on, with what to do about it: its gateway is a real one by now, which it need not have
 * been at the launch, and links in its emails would lead nowhere. Under a public address no gateway is asked about.
 */
export async function linksObstacle(
  db: Queryable,
  { config: { webUrl }, gatewayWatch }: LinksContext,
  campaign: string,
): Promise<string | undefined> {
  if (!isLocal(webUrl)) return undefined;
  const launched = await readCampaign(db, campaign);
  if (launched === undefined) return undefined;
  // What was seen some seconds ago may be from before it was pointed elsewhere.
  const seen = await gatewayWatch.refresh();
  if (seen.kind !== "seen")
    return `The email client does not answer, so it is not known whether this campaign's gateway is a real one; WEB_URL is ${webUrl}, and links would lead nowhere. Try again in a moment.`;
  const gateway = chosenGateway(seen.view, launched.gateway_id);
  const problem = gateway && addressProblem(webUrl, gateway, seen.view);
  return problem?.blocksLaunch === true ? problem.message : undefined;
}
