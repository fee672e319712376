import type { CampaignAction, CampaignState } from "../../campaign-words.ts";
import type { Database } from "../../db/open.ts";
import { noteActivity, SYSTEM } from "./activity.ts";
import { lockState, setState } from "./steering-queries.ts";

/** What became of an order to a campaign. `refused` says why it cannot be obeyed in the state the campaign is in. */
export type Steering =
  { kind: "done" } | { kind: "unknown" } | { kind: "refused"; state: CampaignState; why: string };

/**
 * The orders that can be given to a launched campaign. They are written in Postgres, and the dispatcher tells the email
 * client until it has acknowledged: whatever dies in between, the order stands.
 */
export function pauseCampaign(db: Database, id: string, actor: string): Promise<Steering> {
  return steer(db, id, actor, "paused", (state) => {
    if (state === "sending") return { to: "paused" };
    return {
      why:
        state === "paused"
          ? "It is paused already."
          : "Only a campaign that is sending can be paused.",
    };
  });
}

export function resumeCampaign(db: Database, id: string, actor: string): Promise<Steering> {
  return steer(db, id, actor, "resumed", (state) => {
    if (state === "paused") return { to: "sending" };
    return { why: "Only a paused campaign can be resumed." };
  });
}

/** Pauses a campaign for what somebody has to see to first. Answers whether it was sending. */
export async function pauseBecause(db: Database, id: string, why: string): Promise<boolean> {
  const steering = await steer(db, id, SYSTEM, "paused", (state) =>
    state === "sending" ? { to: "paused", because: why } : { why: "It does not send." },
  );
  return steering.kind === "done";
}

/** Nothing more goes out. What was sent stays sent; what was under way ends as it does; the rest becomes cancelled. */
export function cancelCampaign(db: Database, id: string, actor: string): Promise<Steering> {
  return steer(db, id, actor, "cancelled", (state) => {
    if (state === "sending" || state === "paused") return { to: "cancelling" };
    // Its audience is not frozen yet, so nobody has to be told: it is a draft again.
    if (state === "launching") return { to: "draft" };
    return {
      why:
        state === "draft" ? "It was never launched; delete it instead." : "It has ended already.",
    };
  });
}

async function steer(
  db: Database,
  id: string,
  actor: string,
  action: CampaignAction,
  decide: (state: CampaignState) => { to: CampaignState; because?: string } | { why: string },
): Promise<Steering> {
  return db.transaction(async (tx): Promise<Steering> => {
    const state = await lockState(tx, id);
    if (state === undefined) return { kind: "unknown" };
    const decision = decide(state);
    if ("why" in decision) return { kind: "refused", state, why: decision.why };
    const { to, because } = decision;
    await setState(tx, id, to, because);
    await noteActivity(tx, id, actor, action, because === undefined ? {} : { why: because });
    return { kind: "done" };
  });
}
