import { and, count, desc, eq, inArray, isNull, or, sql } from "drizzle-orm";
import type { Queryable } from "../../db/open.ts";
import { campaign } from "../../db/schema/campaigns.ts";

/** A campaign that is sent, or would be, through a gateway. */
export interface GatewayCampaign {
  id: string;
  name: string;
  state: (typeof campaign.$inferSelect)["state"];
}

/** Some of the campaigns in these states that go through a gateway, the newest first, and how many there are. */
export async function selectCampaignsOf(
  db: Queryable,
  gateway: { id: string; default: boolean },
  states: GatewayCampaign["state"][],
  most: number,
): Promise<{ campaigns: GatewayCampaign[]; total: number }> {
  // A draft that names none goes through the default one.
  const named = eq(campaign.gateway_id, gateway.id);
  const condition = and(
    inArray(campaign.state, states),
    gateway.default ? or(named, isNull(campaign.gateway_id)) : named,
  );
  const [campaigns, [counted]] = await Promise.all([
    db
      .select({ id: campaign.id, name: campaign.name, state: campaign.state })
      .from(campaign)
      .where(condition)
      .orderBy(desc(campaign.id))
      .limit(most),
    db.select({ total: count() }).from(campaign).where(condition),
  ]);
  return { campaigns, total: counted?.total ?? 0 };
}

/** How many ended campaigns have emails that could still be sent again through a gateway. */
export async function countRequeueable(db: Queryable, gateway: string): Promise<number> {
  const [counted] = await db
    .select({ total: count() })
    .from(campaign)
    .where(
      and(
        eq(campaign.gateway_id, gateway),
        eq(campaign.state, "finished"),
        sql`${campaign.failed} + ${campaign.uncertain} > 0`,
      ),
    );
  return counted?.total ?? 0;
}
