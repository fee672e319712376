import type { CountContext } from "../segments/counts.ts";
import { chosenGateway } from "../settings/chosen-gateway.ts";
import type { GatewayWatch } from "../settings/gateway-watch.ts";
import { countAudience, type Estimate } from "./audience.ts";
import { type DraftReadiness, type LaunchContext, readReadiness } from "./launch.ts";
import { type CampaignContent, readContent } from "./preview.ts";
import { type Campaign, selectCampaign } from "./queries.ts";

/** All that somebody should see before a campaign is launched. */
export interface Review extends DraftReadiness {
  campaign: Campaign;
  estimate: Estimate;
  content: CampaignContent | undefined;
  /** The gateway it would go through, by name. */
  gateway: string | undefined;
}

/** So long the review waits for the audience to be counted: it is the number that matters most there. */
const PATIENCE_MS = 8_000;

/** What a launch is confirmed by is read before all that is shown: of what changes in between it is older, and launches nothing. */
export async function reviewLaunch(
  context: CountContext & LaunchContext,
  id: string,
): Promise<Review | undefined> {
  const readiness = await readReadiness(context, id);
  const campaign = await selectCampaign(context.db, id);
  if (campaign === undefined) return undefined;
  const segments = campaign.segments.map((segment) => segment.id);
  const [estimate, content, gateway] = await Promise.all([
    countAudience(context, segments, PATIENCE_MS),
    readContent(context.db, campaign),
    gatewayName(context.gatewayWatch, campaign),
  ]);
  return { ...readiness, campaign, estimate, content, gateway };
}

/** The name of the gateway that a campaign goes through; undefined while the email client does not say. */
export async function gatewayName(
  gatewayWatch: GatewayWatch,
  { gateway_id }: Pick<Campaign, "gateway_id">,
): Promise<string | undefined> {
  const seen = await gatewayWatch.look();
  if (seen.kind !== "seen") return gateway_id === null ? "The default gateway" : undefined;
  const gateway = chosenGateway(seen.view, gateway_id);
  if (gateway_id !== null) return gateway?.name ?? "A gateway that is gone";
  return gateway && `${gateway.name} (the default)`;
}
