import type { Clock } from "@mailwright/platform";
import type { Database } from "../../db/open.ts";
import type { SegmentRule } from "./rule.ts";
import { ruleCondition } from "./rule-condition.ts";
import { countContacts, within } from "./timed-queries.ts";

/** How many contacts a rule holds for, or that it takes longer to say than anybody would wait. */
export type Size = { kind: "counted"; contacts: number } | { kind: "too long" };

export interface CountContext {
  db: Database;
  clock: Clock;
}

/** So long a count may take. At a million contacts the usual rules take 0.2 to 1.6 s on two busy cores. */
export const COUNT_MS = 4_000;
/** So long a count is shown again. */
const FRESH_MS = 30_000;
/** So many counts one web runs at once: each of them occupies a processor of Postgres. */
const AT_ONCE = 2;
/** So many counts are kept; a rule is counted again when it is edited, so old ones are soon of no use. */
const KEPT = 500;

interface Kept {
  at: number;
  size: Promise<Size>;
}

/** What was counted with each database, the newest last, and who waits for a turn. */
const shelves = new WeakMap<Database, { kept: Map<string, Kept>; turns: Turns }>();

/**
 * The size of what a rule decides: counted when asked for, and good for half a minute. An `urgent` one, which somebody
 * waits for, is counted before those that only fill a list.
 */
export function sizeOf(
  { db, clock }: CountContext,
  rule: SegmentRule,
  { urgent = true }: { urgent?: boolean } = {},
): Promise<Size> {
  const shelf = shelves.get(db) ?? { kept: new Map<string, Kept>(), turns: takingTurns(AT_ONCE) };
  shelves.set(db, shelf);
  const key = JSON.stringify(rule);
  const known = shelf.kept.get(key);
  if (known !== undefined && clock.now() - known.at < FRESH_MS) return known.size;
  const size = shelf.turns(() => count(db, rule), urgent);
  shelf.kept.delete(key);
  shelf.kept.set(key, { at: clock.now(), size });
  // A count that failed says nothing about the next.
  size.catch(() => shelf.kept.delete(key));
  const [oldest] = shelf.kept.keys();
  if (shelf.kept.size > KEPT && oldest !== undefined) shelf.kept.delete(oldest);
  return size;
}

async function count(db: Database, rule: SegmentRule): Promise<Size> {
  const counted = await within(db, COUNT_MS, (tx) => countContacts(tx, ruleCondition(rule)));
  return counted.kind === "in time" ? { kind: "counted", contacts: counted.value } : counted;
}

type Turns = <T>(run: () => Promise<T>, urgent: boolean) => Promise<T>;

/** Runs at most `most` at once; the others wait, the urgent ones before the rest. */
function takingTurns(most: number): Turns {
  const urgent: (() => void)[] = [];
  const others: (() => void)[] = [];
  let running = 0;
  return async (run, isUrgent) => {
    const line = isUrgent ? urgent : others;
    if (running >= most) await new Promise<void>((resolve) => void line.push(resolve));
    else running += 1;
    try {
      return await run();
    } finally {
      // The turn is handed on, so nobody who comes later gets in between.
      const next = urgent.shift() ?? others.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
