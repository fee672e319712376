import type { Queryable } from "../../db/open.ts";
import { forgetGateway, type GatewayContext, type Removed } from "./changes.ts";
import type { Gateway } from "./gateways.ts";
import { countRequeueable, type GatewayCampaign, selectCampaignsOf } from "./queries.ts";

export type { GatewayCampaign } from "./queries.ts";

/** What goes through a gateway. Of each list some are named, and all are counted. */
export interface GatewayUse {
  /** On their way: without it their emails would wait for ever. */
  running: Campaigns;
  drafts: Campaigns;
  /** Ended campaigns whose failed and uncertain emails could be sent again through it. */
  requeueable: number;
}

interface Campaigns {
  campaigns: GatewayCampaign[];
  total: number;
}

/** So many are named; the rest is a number. */
const MOST_NAMED = 5;

export async function readUse(
  db: Queryable,
  gateway: Pick<Gateway, "id" | "default">,
): Promise<GatewayUse> {
  const [running, drafts, requeueable] = await Promise.all([
    selectCampaignsOf(
      db,
      { id: gateway.id, default: false },
      ["launching", "sending", "paused", "cancelling"],
      MOST_NAMED,
    ),
    selectCampaignsOf(db, gateway, ["draft"], MOST_NAMED),
    countRequeueable(db, gateway.id),
  ]);
  return { running, drafts, requeueable };
}

/**
 * Removes a gateway that no running campaign goes through. One that is in use is refused: the emails on their way would
 * neither be sent nor end.
 */
export async function removeGateway(
  context: GatewayContext & { db: Queryable },
  gateway: Pick<Gateway, "id" | "default">,
): Promise<Removed> {
  const { running } = await readUse(context.db, gateway);
  return running.total > 0
    ? { kind: "refused", why: inUse(running) }
    : forgetGateway(context, gateway.id);
}

function inUse({ campaigns, total }: Campaigns): string {
  const names = campaigns.map(({ name }) => `“${name}”`).join(", ");
  const more = total - campaigns.length;
  return `Campaigns are on their way through it: ${names}${more > 0 ? ` and ${more} more` : ""}. Wait until they have ended, or cancel them.`;
}
