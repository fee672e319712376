import type { Log } from "@mailwright/platform";
import type { Paged, PageRequest } from "../../db/keyset.ts";
import type { Database, Queryable } from "../../db/open.ts";
import { retried } from "../../db/retry.ts";
import { parseAddress } from "../contacts/address.ts";
import type { SuppressionEntry } from "./entry.ts";
import {
  countPassing,
  deleteChosen,
  deleteReason,
  deleteSuppressions,
  insertSuppressions,
  mergeSuppressions,
  readSuppressionTally,
  restoreFormer,
  selectChosen,
  selectPage,
  selectSuppression,
  type Suppression,
} from "./queries.ts";
import type { SuppressionReason } from "./reasons.ts";
import { soughtTexts } from "./search.ts";

export type { Suppression } from "./queries.ts";
export type { SuppressionReason } from "./reasons.ts";

/** So many are written in one statement. */
const AT_ONCE = 10_000;

/**
 * Has one address never mailed again because a person or a program says so, and nothing else with it; see `suppress`. It may meet
 * somebody who suppresses several one after the other: these hold the count of all of them meanwhile, for which it waits while
 * they wait for its address. Whichever Postgres then gives up is done again.
 */
export function suppressByHand(
  db: Database,
  address: string,
  why: { reason: SuppressionReason; origin: string },
): Promise<{ added: number; already: number }> {
  return retried(() => suppress(db, [address], why));
}

/**
 * Has addresses, by their canonical form, never mailed again, whoever has them. One that is suppressed already keeps its
 * reason unless the new one weighs more: a person's own word (unsubscribed, complained) over ours. The other is kept beside
 * it, for `takeBack`. Emails that wait in a campaign are skipped when their turn comes, also those that wait at the email
 * client, which is told within a second. `origin` says to a person who or what did it. Whoever calls this does it again when
 * Postgres asks for that (`retried`), with all else in their transaction.
 */
export async function suppress(
  db: Queryable,
  addresses: readonly string[],
  why: { reason: SuppressionReason; origin: string },
): Promise<{ added: number; already: number }> {
  const each = [...new Set(addresses)];
  let added = 0;
  for (let at = 0; at < each.length; at += AT_ONCE)
    added += await insertSuppressions(db, each.slice(at, at + AT_ONCE), why);
  return { added, already: each.length - added };
}

/**
 * Suppresses what a list or a file says, each address once in it; answers how many were not suppressed yet, and of the
 * others how many were changed. See `mergeSuppressions`: nothing that is there is weakened. To be called in a transaction: what
 * stands beside a reason comes after all reasons.
 */
export async function addEntries(
  db: Queryable,
  entries: readonly SuppressionEntry[],
): Promise<{ added: number; changed: number }> {
  // In the order in which everybody takes them, over all statements.
  const sorted = entries.toSorted((a, b) => (a.canonical < b.canonical ? -1 : 1));
  const sum = { added: 0, changed: 0 };
  for (let at = 0; at < sorted.length; at += AT_ONCE) {
    const { added, changed } = await mergeSuppressions(db, sorted.slice(at, at + AT_ONCE));
    sum.added += added;
    sum.changed += changed;
  }
  const beside = sorted.flatMap(({ former, ...entry }) =>
    former ? [{ ...entry, ...former }] : [],
  );
  if (beside.length > 0) await addEntries(db, beside);
  return sum;
}

/** Allows addresses, by their canonical form, to be mailed again; answers how many were suppressed. */
export function lift(db: Queryable, addresses: readonly string[]): Promise<number> {
  return addresses.length === 0 ? Promise.resolve(0) : deleteSuppressions(db, addresses);
}

/**
 * Takes a `reason` back by which addresses are suppressed: what else suppresses one of them, since before or after, does so from
 * now on, and the others may be mailed.
 */
export async function takeBack(
  db: Queryable,
  addresses: readonly string[],
  reason: SuppressionReason,
): Promise<void> {
  // In this order: what comes beside the reason between the two is restored, and not deleted with it.
  await deleteReason(db, addresses, reason);
  await restoreFormer(db, addresses, reason);
}

/** Why an address must not be mailed, in any spelling; undefined when it may be, and for what is no address. */
export async function readSuppression(
  db: Queryable,
  email: string,
): Promise<Suppression | undefined> {
  const address = parseAddress(email);
  return address.ok ? selectSuppression(db, address.canonical) : undefined;
}

/** What is looked for in the list. */
export interface SuppressionSearch {
  /** Any part of an address or a domain; blank for all. */
  text?: string | undefined;
  reason?: SuppressionReason | undefined;
}

export interface SuppressionList extends Paged<Suppression> {
  /** How many pass; `more` says there are at least so many. */
  total: { suppressions: number; more: boolean };
  /** How many there are, whatever is looked for. */
  all: number;
}

/** So many are counted of those that pass: some 5 ms. */
const COUNTED = 10_000;

/** One page of those that are looked for, the last that came about first. */
export async function listSuppressions(
  db: Queryable,
  { text = "", reason }: SuppressionSearch,
  page: PageRequest,
): Promise<SuppressionList> {
  const filter = { texts: soughtTexts(text), reason };
  const list = await selectPage(db, filter, page);
  const all = await readSuppressionTally(db);
  const exactly = (suppressions: number) => ({
    ...list,
    all,
    total: { suppressions, more: false },
  });
  if (filter.texts.length === 0 && reason === undefined) return exactly(all);
  // The whole list is in sight: to look for more would mean to read every address once again.
  if (list.next === undefined && list.previous === undefined) return exactly(list.items.length);
  const counted = await countPassing(db, filter, COUNTED + 1);
  const more = counted > COUNTED;
  return { ...list, all, total: { suppressions: Math.min(counted, COUNTED), more } };
}

/** Suppressions that somebody chose, by their ids; those that are gone are left out. */
export function readChosen(db: Queryable, ids: readonly string[]): Promise<Suppression[]> {
  return ids.length === 0 ? Promise.resolve([]) : selectChosen(db, ids);
}

/**
 * Allows what somebody chose to be mailed again, and answers the addresses. Only what is suppressed for one of the reasons
 * that they were told: a complaint that came meanwhile stays. Who did it is logged. As `suppressByHand`, it is done again if need be.
 */
export async function liftByHand(
  { db, log }: { db: Database; log: Log },
  by: { kind: string; id: string },
  { ids, reasons }: { ids: readonly string[]; reasons: readonly SuppressionReason[] },
): Promise<string[]> {
  if (ids.length === 0 || reasons.length === 0) return [];
  const lifted = await retried(() => deleteChosen(db, ids, reasons));
  if (lifted.length > 0)
    log.info(
      { by: `${by.kind} ${by.id}`, lifted: lifted.length, reasons },
      "suppressions were lifted",
    );
  return lifted;
}
