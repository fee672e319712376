import type { Clock } from "@mailwright/platform";
import type { Database } from "../../db/open.ts";
import { takingTurns, type Turns } from "../../turns.ts";

export interface CountContext {
  db: Database;
  clock: Clock;
}

/** So long a count is shown again. */
const FRESH_MS = 30_000;
/** So many counts one web runs at once: each of them occupies a processor of Postgres. */
const AT_ONCE = 2;
/** So many counts are kept; a rule is counted again when it is edited, so old ones are soon of no use. */
const KEPT = 500;

interface Kept {
  at: number;
  count: Promise<unknown>;
}

/** What was counted in each database, the newest last, and who waits for a turn. */
const shelves = new WeakMap<Database, Shelf>();

interface Shelf {
  kept: Map<string, Kept>;
  turns: Turns;
}

/**
 * One count for all who ask for what has this key, good for half a minute: what many look at costs the same as for one. An
 * `urgent` one, which somebody waits for, comes before the others. Up to the age of `staleMs` a count is shown once more
 * while it is made anew for whoever looks next.
 */
export function countOnce<T>(
  { db, clock }: CountContext,
  key: string,
  count: () => Promise<T>,
  { urgent = true, staleMs = FRESH_MS }: { urgent?: boolean; staleMs?: number } = {},
): Promise<T> {
  const shelf = shelfOf(db);
  const known = shelf.kept.get(key);
  // The clock may have been set back.
  const age = known === undefined ? Infinity : Math.abs(clock.now() - known.at);
  if (known !== undefined && age < FRESH_MS) return known.count as Promise<T>;
  const counted = shelf.turns(count, urgent);
  keep(shelf, key, { at: clock.now(), count: counted });
  // A count that failed says nothing about the next.
  counted.catch(() => {
    if (shelf.kept.get(key)?.count === counted) shelf.kept.delete(key);
  });
  return known !== undefined && age < staleMs ? (known.count as Promise<T>) : counted;
}

/**
 * A count as of now: what somebody decides by may not be of before. Who looks later is shown it, but nobody waits for it who has
 * something to be shown, for it may take longer than they would.
 */
export async function countNow<T>(
  { db, clock }: CountContext,
  key: string,
  count: () => Promise<T>,
): Promise<T> {
  const shelf = shelfOf(db);
  return shelf.turns(async () => {
    const at = clock.now();
    const counted = await count();
    keep(shelf, key, { at, count: Promise.resolve(counted) });
    return counted;
  });
}

function shelfOf(db: Database): Shelf {
  const shelf = shelves.get(db) ?? { kept: new Map<string, Kept>(), turns: takingTurns(AT_ONCE) };
  shelves.set(db, shelf);
  return shelf;
}

function keep({ kept }: Shelf, key: string, one: Kept): void {
  kept.delete(key);
  kept.set(key, one);
  const [oldest] = kept.keys();
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
}
