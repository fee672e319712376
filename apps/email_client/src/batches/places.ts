import type { Clock } from "@mailwright/platform";
import type { Choice, OpenGateway } from "../gateways/registry.ts";
import { drawn } from "../gateways/route.ts";

/** A place at a gateway until it is left, and which others would have been next. */
export interface Place {
  kind: "place";
  open: OpenGateway;
  leave: () => void;
  others: OpenGateway[];
}

/** None had a place in time; `othersWait` says whether others of the campaign wait for one. */
export interface Full {
  kind: "full";
  othersWait: boolean;
}

/**
 * Takes a place at one of these gateways, drawn by weight among those that have one, and otherwise the first that comes free
 * within so many milliseconds. An email has not begun while it waits for it: it holds no slot, nothing is written of it, and its
 * deadline does not run.
 */
export async function takePlace(
  choices: readonly Choice[],
  campaign: string,
  patienceMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<Place | Full> {
  const order = (choices.length === 1 ? choices : drawn(choices, Math.random)).map(
    ({ open }) => open,
  );
  for (const [index, open] of order.entries()) {
    const leave = placeAt(open, campaign);
    if (leave !== undefined) return { kind: "place", open, leave, others: order.slice(index + 1) };
  }
  return firstPlace(order, campaign, patienceMs, clock, signal);
}

/** Undefined when it makes as many attempts as it can. */
export function placeAt({ places }: OpenGateway, campaign: string): (() => void) | undefined {
  return places === undefined ? () => {} : places.tryAcquire(campaign);
}

/** Stands in line at all of them at once. */
async function firstPlace(
  full: readonly OpenGateway[],
  campaign: string,
  patienceMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<Place | Full> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const lines = full.map(async (open): Promise<Place | undefined> => {
    const leave = await open.places?.acquire(campaign, either).catch(() => undefined);
    return leave && { kind: "place", open, leave, others: [] };
  });
  const alarm = clock.sleep(patienceMs, either).catch(() => undefined);
  await Promise.race([...lines, alarm]);
  over.abort();
  // Several may have come free at once.
  const [first, ...further] = (await Promise.all(lines)).filter((place) => place !== undefined);
  for (const { leave } of further) leave();
  if (signal.aborted) first?.leave();
  signal.throwIfAborted();
  return (
    first ?? { kind: "full", othersWait: full.some(({ places }) => places?.isWaiting(campaign)) }
  );
}
