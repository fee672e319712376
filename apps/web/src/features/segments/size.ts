import { within } from "../../db/within.ts";
import { isFound, type Ruled } from "./audience.ts";
import { type CountContext, countOnce } from "./counts.ts";
import { countContacts } from "./size-queries.ts";

/** How many contacts a rule found at a time (milliseconds), or that it takes longer to say than anybody would wait. */
export type Size = { kind: "counted"; contacts: number; at: number } | { kind: "too long" };

/** So long a count may take. At a million contacts the usual rules take 0.2 to 1.6 s on two busy cores. */
const COUNT_MS = 4_000;

/** So long a page shows a size once more while it is counted anew for the next look: nobody waits for what is nearly the same. */
export const SHOWN_MS = 120_000;

/**
 * The size of what a rule decides: counted when asked for, and good for half a minute, or shown up to an age of `staleMs`. An
 * `urgent` one, which somebody waits for, is counted before those that only fill a list.
 */
export function sizeOf(
  context: CountContext,
  { id, rule, has_opt_outs }: Ruled,
  options: { urgent?: boolean; staleMs?: number } = {},
): Promise<Size> {
  const key = JSON.stringify([id, rule, has_opt_outs]);
  return countOnce(
    context,
    key,
    (urgent) => count(context, { id, rule, has_opt_outs }, urgent),
    options,
  );
}

async function count({ db, clock }: CountContext, ruled: Ruled, urgent: boolean): Promise<Size> {
  const at = clock.now();
  const counted = await within(db, COUNT_MS, (tx) => countContacts(tx, isFound(ruled)), {
    parallel: urgent,
  });
  return counted.kind === "in time" ? { kind: "counted", contacts: counted.value, at } : counted;
}
