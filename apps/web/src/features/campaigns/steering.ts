import type { Database, Queryable } from "../../db/open.ts";
import { codeOf, retried } from "../../db/retry.ts";
import { type Action, amendActivity, noteActivity } from "./activity.ts";
import { type Requeueable, requeueEmails } from "./requeue-queries.ts";
import { mayRequeue } from "./standing.ts";
import { type CampaignState, lockState, setState, stateOf } from "./steering-queries.ts";

export type { CampaignState } from "./steering-queries.ts";

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
  action: Action,
  decide: (state: CampaignState) => { to: CampaignState } | { why: string },
): Promise<Steering> {
  return db.transaction(async (tx): Promise<Steering> => {
    const state = await lockState(tx, id);
    if (state === undefined) return { kind: "unknown" };
    const decision = decide(state);
    if ("why" in decision) return { kind: "refused", state, why: decision.why };
    await setState(tx, id, decision.to);
    await noteActivity(tx, id, actor, action);
    return { kind: "done" };
  });
}

export type Requeue =
  | { kind: "requeued"; emails: number }
  | { kind: "unknown" }
  | { kind: "refused"; state: CampaignState; why: string };

/**
 * Sends again what failed or is uncertain: all of a campaign's, or the emails named. For an uncertain one this is the
 * marketer's choice to rather send twice than never. A finished campaign sends again until it is finished anew. Each
 * email is taken once, however soon it fails again. Many are taken a few thousand at a time, so that reports never wait
 * long for the campaign; what is not taken yet when web dies stays as it was.
 */
export async function requeueCampaign(
  db: Database,
  id: string,
  actor: string,
  states: Requeueable[],
  emails: string[] | "all" = "all",
): Promise<Requeue> {
  const state = await stateOf(db, id);
  if (state === undefined) return { kind: "unknown" };
  if (!mayRequeue(state)) return { kind: "refused", state, why: WHY_NOT_REQUEUED };
  let done: RequeueProgress = { emails: 0, last: undefined, note: undefined };
  try {
    for (;;) {
      const next = await retried(() =>
        db.transaction((tx) => requeueSome(tx, id, actor, states, emails, done)),
      );
      if (next === undefined) return { kind: "requeued", emails: done.emails };
      done = next;
    }
  } catch (error) {
    // It was deleted meanwhile, and what is noted of it would belong to nobody.
    if (codeOf(error) === FOREIGN_KEY_VIOLATION) return { kind: "unknown" };
    // It was cancelled meanwhile: the database lets no email of an ended campaign be opened again.
    if (codeOf(error) !== CHECK_VIOLATION) throw error;
    return { kind: "refused", state: "cancelled", why: WHY_NOT_REQUEUED };
  }
}

/** How far a requeue has come: how many emails, the last of them, and the entry that tells of it. */
interface RequeueProgress {
  emails: number;
  last: string | undefined;
  note: string | undefined;
}

/** Emails requeued in one transaction: less than a second's work. */
const AT_ONCE = 5_000;

/** The next emails; undefined when there are none left. */
async function requeueSome(
  tx: Queryable,
  id: string,
  actor: string,
  states: Requeueable[],
  emails: string[] | "all",
  done: RequeueProgress,
): Promise<RequeueProgress | undefined> {
  const slice = { states, emails, after: done.last, most: AT_ONCE };
  const { requeued, last } = await requeueEmails(tx, id, slice);
  if (last === null) return undefined;
  const total = done.emails + requeued;
  const detail = { emails: total, states: states.join(", ") };
  if (done.note !== undefined) await amendActivity(tx, done.note, detail);
  const note = done.note ?? (await noteActivity(tx, id, actor, "requeued", detail));
  return { emails: total, last, note };
}

const WHY_NOT_REQUEUED =
  "Only the emails of a campaign that is sending, paused or finished can be requeued.";
const CHECK_VIOLATION = "23514";
const FOREIGN_KEY_VIOLATION = "23503";
