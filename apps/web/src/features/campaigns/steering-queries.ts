import { type SQL, sql } from "drizzle-orm";
import type { CampaignState } from "../../campaign-words.ts";
import type { Queryable } from "../../db/open.ts";

export async function stateOf(db: Queryable, id: string): Promise<CampaignState | undefined> {
  const rows = await db.execute<{ state: CampaignState }>(
    sql`SELECT "state" FROM "campaign" WHERE "id" = ${id}`,
  );
  return rows[0]?.state;
}

/** The state of a campaign, its row locked until the transaction ends. */
export async function lockState(tx: Queryable, id: string): Promise<CampaignState | undefined> {
  const rows = await tx.execute<{ state: CampaignState }>(
    sql`SELECT "state" FROM "campaign" WHERE "id" = ${id} FOR UPDATE`,
  );
  return rows[0]?.state;
}

/** A campaign that is a draft again names the gateway that its editor chose, not the default of when it was launched. */
export async function setState(
  tx: Queryable,
  id: string,
  state: CampaignState,
  reason: string | null = null,
): Promise<void> {
  await tx.execute(sql`
    UPDATE "campaign" SET "state" = ${state}::"campaign_state", "state_reason" = ${reason}, "updated_at" = now(),
      "refused_in_a_row" = 0, "sender_refusals" = NULL,
      "resumed_at" = ${state === "sending" ? sql`now()` : sql`"resumed_at"`}, "finished_at" = ${endedAt(state)},
      "launched_at" = ${state === "draft" ? sql`NULL` : sql`"launched_at"`},
      "gateway_id" = ${state === "draft" ? sql`CASE WHEN NOT "gateway_by_default" THEN "gateway_id" END` : sql`"gateway_id"`}
    WHERE "id" = ${id}
  `);
}

function endedAt(state: CampaignState): SQL {
  return state === "finished" || state === "cancelled" ? sql`now()` : sql`NULL`;
}
