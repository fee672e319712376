import type { Log } from "@mailwright/platform";
import type { CampaignState } from "../../campaign-words.ts";
import type { Database, Queryable } from "../../db/open.ts";
import { retried } from "../../db/retry.ts";
import { CHECK_VIOLATION, codeOf, FOREIGN_KEY_VIOLATION } from "../../db/sqlstate.ts";
import { amendActivity, noteActivity } from "./activity.ts";
import type { Campaign } from "./campaigns.ts";
import {
  abandonedRequeues,
  advanceRequeue,
  countNamed,
  endRequeue,
  insertRequeue,
  lockRequeue,
  type Requeueable,
  requeueEmails,
  type RequeueOrder,
} from "./requeue-queries.ts";
import { mayRequeue } from "./standing.ts";
import { stateOf } from "./steering-queries.ts";

/** What became of an order to send emails again. `refused` says in which state of the campaign that cannot be. */
export type Requeue =
  | { kind: "requeued"; emails: number }
  | { kind: "unknown" }
  | { kind: "refused"; state: CampaignState; why: string };

/** How many emails an order would send again as things are now: of all of a campaign's, or of those named. */
export async function countRequeueable(
  db: Queryable,
  { id, counts }: Pick<Campaign, "id" | "counts">,
  states: readonly Requeueable[],
  emails: readonly string[] | "all" = "all",
): Promise<number> {
  return emails === "all"
    ? states.reduce((sum, state) => sum + counts[state], 0)
    : countNamed(db, id, states, emails);
}

/**
 * Writes down that what failed or is uncertain is to be sent again: all of a campaign's, or the emails named. From then on
 * it is going to be done, whatever dies: by `carryOutRequeue`, and by `continueRequeues` where that did not get to its end.
 */
export async function orderRequeue(
  db: Database,
  campaign: string,
  actor: string,
  states: Requeueable[],
  emails: string[] | "all" = "all",
): Promise<{ kind: "ordered"; id: string } | Exclude<Requeue, { kind: "requeued" }>> {
  const state = await stateOf(db, campaign);
  if (state === undefined) return { kind: "unknown" };
  if (!mayRequeue(state)) return refused(state);
  try {
    return { kind: "ordered", id: await insertRequeue(db, { campaign, actor, states, emails }) };
  } catch (error) {
    if (codeOf(error) !== FOREIGN_KEY_VIOLATION) throw error;
    return { kind: "unknown" };
  }
}

/**
 * Sends again what an order names. For an uncertain email this is the marketer's choice to rather send twice than never. A
 * finished campaign sends again until it is finished anew. Each email is taken once, however soon it fails again. Many
 * are taken a few thousand at a time, so that reports never wait long for the campaign. Any number of webs may be at it.
 * `signal` breaks it off between two slices: it throws then, and somebody else goes on.
 */
export async function carryOutRequeue(
  db: Database,
  id: string,
  signal?: AbortSignal,
): Promise<Requeue> {
  try {
    for (;;) {
      signal?.throwIfAborted();
      const standing = await retried(() => db.transaction((tx) => requeueSome(tx, id)));
      if (standing === undefined) return { kind: "unknown" };
      if ("kind" in standing) return standing;
      if (standing.ended) return { kind: "requeued", emails: standing.taken };
    }
  } catch (error) {
    // It was deleted meanwhile, and what is noted of it would belong to nobody.
    if (codeOf(error) === FOREIGN_KEY_VIOLATION) return { kind: "unknown" };
    const state = cancelledTo(error);
    if (state === undefined) throw error;
    await endRequeue(db, id);
    return refused(state);
  }
}

/** The state of a campaign that was cancelled while a slice was taken, by what that failed with. */
function cancelledTo(error: unknown): CampaignState | undefined {
  if (error instanceof OvertakenError) return error.state;
  // The database lets no email of an ended campaign be opened again.
  return codeOf(error) === CHECK_VIOLATION ? "cancelled" : undefined;
}

/**
 * Goes on with what was ordered and is not moving: the web that was at it has died, or Postgres was away. Answers how many
 * came to their end; one that cannot be carried out keeps no other from it, and is tried again at the next look.
 */
export async function continueRequeues(
  db: Database,
  log: Log,
  signal?: AbortSignal,
): Promise<number> {
  let ended = 0;
  for (const id of await abandonedRequeues(db, ABANDONED_AFTER_S)) {
    try {
      await carryOutRequeue(db, id, signal);
      ended++;
    } catch (error) {
      signal?.throwIfAborted();
      log.error({ requeue: id, err: error }, "a requeue could not be carried on yet");
    }
  }
  return ended;
}

/** A slice is less than a second's work. */
const ABANDONED_AFTER_S = 5;

/** Emails requeued in one transaction: less than a second's work. */
const AT_ONCE = 5_000;

/**
 * Requeues the next emails of an order; undefined when it went with its campaign. One that is being cancelled ends it: what is in
 * doubt would end as cancelled there, as if it had never been sent.
 */
async function requeueSome(
  tx: Queryable,
  id: string,
): Promise<{ ended: boolean; taken: number } | Refused | undefined> {
  const order = await lockRequeue(tx, id);
  if (order === undefined || order.ended) return order;
  const { campaign, states, emails, after } = order;
  const state = await stateOf(tx, campaign);
  if (state !== undefined && !mayRequeue(state)) {
    await endRequeue(tx, id);
    return refused(state);
  }
  const { found, requeued, last } = await requeueEmails(tx, campaign, {
    states,
    emails: emails ?? "all",
    after: after ?? undefined,
    most: AT_ONCE,
  });
  // It may have been cancelled since it was looked at. Its counts have moved, so nobody can do that now until this is over.
  const since = await stateOf(tx, campaign);
  if (requeued > 0 && since !== undefined && !mayRequeue(since)) throw new OvertakenError(since);
  const ended = found < AT_ONCE;
  if (ended) await endRequeue(tx, id);
  if (last === null) return { ended, taken: order.taken };
  const taken = order.taken + requeued;
  const activity = requeued === 0 ? order.activity : await tell(tx, order, taken);
  await advanceRequeue(tx, id, { taken, last, activity });
  return { ended, taken };
}

/** The campaign was cancelled before its counts moved: the slice has to be rolled back. */
class OvertakenError extends Error {
  override readonly name = "OvertakenError";

  constructor(readonly state: CampaignState) {
    super(`the campaign is ${state}`);
  }
}

/** Tells of what an order came to so far, in one entry of the campaign's activity; answers which. */
async function tell(tx: Queryable, order: RequeueOrder, emails: number): Promise<string> {
  const { campaign, actor, activity } = order;
  const detail = { emails, states: order.states.join(", ") };
  if (activity === null) return noteActivity(tx, campaign, actor, "requeued", detail);
  await amendActivity(tx, activity, detail);
  return activity;
}

type Refused = Extract<Requeue, { kind: "refused" }>;

function refused(state: CampaignState): Refused {
  return { kind: "refused", state, why: WHY_NOT };
}

const WHY_NOT =
  "Only the emails of a campaign that is sending, paused or finished can be requeued.";
