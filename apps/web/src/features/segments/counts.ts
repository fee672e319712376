import type { Clock } from "@mailwright/platform";
import type { Database } from "../../db/open.ts";
import { takingTurns, type Turns } from "../../turns.ts";

export interface CountContext {
  db: Database;
  clock: Clock;
}

/** So long a count is shown again. */
const FRESH_MS = 30_000;
/** So many counts one web runs at once, and one of those that nobody waits for: each occupies a processor of Postgres. */
const AT_ONCE = 2;
/** So many counts are kept; a rule is counted again when it is edited, so old ones are soon of no use. */
const KEPT = 500;

interface Kept {
  /** The last count, and when it was asked for. */
  last?: { at: number; counted: unknown };
  /** The one that will be the last, while it is made. */
  next?: Promise<unknown> | undefined;
}

/** What was counted in each database, the newest last, and who waits for a turn. */
const shelves = new WeakMap<Database, Shelf>();

interface Shelf {
  kept: Map<string, Kept>;
  turns: Turns;
}

/**
 * One count for all who ask for what has this key, good for half a minute: what many look at costs the same as for one. An
 * `urgent` one, which somebody waits for, comes before the others, and `count` is told so. Up to the age of `staleMs` a count
 * is shown while it is made anew, which nobody waits for.
 */
export async function countOnce<T>(
  { db, clock }: CountContext,
  key: string,
  count: (urgent: boolean) => Promise<T>,
  { urgent = true, staleMs = FRESH_MS }: { urgent?: boolean; staleMs?: number } = {},
): Promise<T> {
  const shelf = shelfOf(db);
  const one: Kept = shelf.kept.get(key) ?? {};
  const { last } = one;
  // The clock may have been set back.
  const age = last === undefined ? Infinity : Math.abs(clock.now() - last.at);
  if (last !== undefined && age < FRESH_MS) return last.counted as T;
  const shown = last !== undefined && age < staleMs;
  one.next ??= make(urgent && !shown);
  keep(shelf, key, one);
  if (!shown) return one.next as Promise<T>;
  // Whoever looks once it is too old to be shown asks again, and hears of it.
  one.next.catch(() => {});
  return last.counted as T;

  async function make(isUrgent: boolean): Promise<T> {
    const at = clock.now();
    try {
      const counted = await shelf.turns(() => count(isUrgent), isUrgent);
      one.last = { at, counted };
      return counted;
    } finally {
      // A count that failed says nothing about the next.
      one.next = undefined;
    }
  }
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
    keep(shelf, key, { last: { at, counted } });
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
