import type { Work } from "../../work.ts";
import type { DispatchContext } from "../dispatch/context.ts";
import { syncControl } from "../dispatch/control.ts";
import { howManyMayHaveArrived } from "../emails/arrivals.ts";
import { type LinksContext, linksObstacle } from "./links-obstacle.ts";
import { carryOutRequeue, orderRequeue, type Requeue } from "./requeue.ts";
import type { Requeueable } from "./requeue-queries.ts";
import { mayRequeue } from "./standing.ts";
import { cancelCampaign, pauseCampaign, resumeCampaign, type Steering } from "./steering.ts";
import { stateOf } from "./steering-queries.ts";

export type Order = "pause" | "resume" | "cancel";

/** Emails may not go out as things are now; `message` says why and what to do. What was ordered is not done. */
interface Obstructed {
  kind: "obstructed";
  message: string;
}

/** What became of an order; when it was given, whether the email client has confirmed that it obeys. */
export type Ordered =
  Exclude<Steering, { kind: "done" }> | Obstructed | { kind: "done"; confirmed: boolean };

type OrderContext = DispatchContext & LinksContext & { work: Work };

const ORDERS = {
  pause: pauseCampaign,
  resume: resumeCampaign,
  cancel: cancelCampaign,
} as const satisfies Record<Order, unknown>;

/** So long a person waits for the email client to confirm. The order stands without it: the dispatcher goes on telling. */
const PATIENCE_MS = 2_000;

/** Gives an order to a launched campaign, and tells the email client at once, so that it is obeyed when this answers. */
export async function giveOrder(
  context: OrderContext,
  order: Order,
  id: string,
  actor: string,
): Promise<Ordered> {
  if (order === "resume" && (await stateOf(context.db, id)) === "paused") {
    const message = await linksObstacle(context.db, context, id);
    if (message !== undefined) return { kind: "obstructed", message };
  }
  const steering = await ORDERS[order](context.db, id, actor);
  if (steering.kind !== "done") return steering;
  const confirmed = await confirmedInTime(context, id);
  context.work.announce();
  return { kind: "done", confirmed };
}

async function confirmedInTime(context: DispatchContext, id: string): Promise<boolean> {
  const enough = new AbortController();
  const told = syncControl(context, id).catch((error: unknown) => {
    context.log.warn(
      { campaign: id, err: error },
      "an order will be told to the email client later",
    );
    return false;
  });
  const waited = context.clock.sleep(PATIENCE_MS, enough.signal).then(
    () => false,
    () => false,
  );
  const confirmed = await Promise.race([told, waited]);
  enough.abort();
  return confirmed;
}

/** So long a person waits for a requeue to be through. A hundred thousand emails take some seconds. */
const REQUEUE_PATIENCE_MS = 10_000;

/** What became of a requeue; `under way` when it goes on after this has answered. */
export type Requeued = Requeue | Obstructed | { kind: "under way" };

/** Has emails sent again, and leaves it to go on by itself when there are very many of them, or Postgres goes away. */
export async function requeueInTime(
  context: OrderContext,
  id: string,
  actor: string,
  states: Requeueable[],
  emails: string[] | "all" = "all",
  patienceMs = REQUEUE_PATIENCE_MS,
): Promise<Requeued> {
  const { db, clock, log, work } = context;
  const state = await stateOf(db, id);
  if (state !== undefined && mayRequeue(state)) {
    const message = await linksObstacle(db, context, id);
    if (message !== undefined) return { kind: "obstructed", message };
  }
  const order = await orderRequeue(db, id, actor, states, emails);
  if (order.kind !== "ordered") return order;
  const enough = new AbortController();
  const carriedOut = carryOutRequeue(db, order.id)
    .catch((error: unknown) => {
      log.error({ campaign: id, err: error }, "a requeue was broken off and goes on soon");
      return UNDER_WAY;
    })
    .finally(() => work.announce());
  const patience = clock.sleep(patienceMs, enough.signal).then(
    () => UNDER_WAY,
    () => UNDER_WAY,
  );
  const outcome = await Promise.race([carriedOut, patience]);
  enough.abort();
  // What is queued by now need not wait for the rest.
  work.announce();
  return outcome;
}

/**
 * The same for whoever has not said that it may arrive twice: `perhaps twice` when some of the emails may have arrived before,
 * or it takes too long to look. Then nothing is sent again, and they are to be asked. What becomes known after the look is not
 * waited for.
 */
export async function requeueUnlessTwice(
  context: OrderContext,
  id: string,
  actor: string,
  states: Requeueable[],
  emails: string[] | "all" = "all",
): Promise<Requeued | { kind: "perhaps twice"; emails: number | "too long" }> {
  const arrived = await howManyMayHaveArrived(context.db, id, { states, emails });
  if (arrived !== 0) return { kind: "perhaps twice", emails: arrived };
  return requeueInTime(context, id, actor, states, emails);
}

const UNDER_WAY = { kind: "under way" } as const;
