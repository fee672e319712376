import type { CountContext } from "../segments/counts.ts";
import { chosenGateway } from "../settings/chosen-gateway.ts";
import type { GatewayWatch } from "../settings/gateway-watch.ts";
import { countAudience, type Estimate } from "./audience.ts";
import { type LaunchContext, type Readiness, readReadiness } from "./launch.ts";
import { type CampaignContent, readContent } from "./preview.ts";
import type { Campaign } from "./queries.ts";

/** All that somebody should see before a campaign is launched. */
export interface Review extends Readiness {
  estimate: Estimate;
  content: CampaignContent | undefined;
  /** The gateway it would go through, by name. */
  gateway: string | undefined;
}

/** So long the review waits for the audience to be counted: it is the number that matters most there. */
const PATIENCE_MS = 8_000;

export async function reviewLaunch(
  context: CountContext & LaunchContext,
  campaign: Campaign,
): Promise<Review> {
  const segments = campaign.segments.map(({ id }) => id);
  const [readiness, estimate, content, gateway] = await Promise.all([
    readReadiness(context, campaign.id),
    countAudience(context, segments, PATIENCE_MS),
    readContent(context.db, campaign),
    gatewayName(context.gatewayWatch, campaign),
  ]);
  return { ...readiness, estimate, content, gateway };
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
