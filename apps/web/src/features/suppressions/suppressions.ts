import type { Paged, PageRequest } from "../../db/keyset.ts";
import type { Queryable } from "../../db/open.ts";
import { parseAddress } from "../contacts/address.ts";
import {
  deleteSuppressions,
  insertSuppressions,
  readSuppressionTally,
  selectByAddress,
  selectNewest,
  selectSuppression,
  type Suppression,
  type SuppressionReason,
} from "./queries.ts";

export type { Suppression, SuppressionReason } from "./queries.ts";

/** So many are written in one statement. */
const AT_ONCE = 10_000;

/**
 * Has addresses, by their canonical form, never mailed again, whoever has them. One that is suppressed already keeps its
 * reason unless the new one weighs more: a person's own word (unsubscribed, complained) over ours. Emails that wait in a
 * campaign are skipped when their turn comes, also those that wait at the email client, which is told within a second.
 * `origin` says to a person who or what did it.
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
 * Allows addresses, by their canonical form, to be mailed again, all or those that are suppressed for this `reason`; answers how
 * many were suppressed.
 */
export function lift(
  db: Queryable,
  addresses: readonly string[],
  reason?: SuppressionReason,
): Promise<number> {
  return addresses.length === 0 ? Promise.resolve(0) : deleteSuppressions(db, addresses, reason);
}

/** Why an address must not be mailed, in any spelling; undefined when it may be, and for what is no address. */
export async function readSuppression(
  db: Queryable,
  email: string,
): Promise<Suppression | undefined> {
  const address = parseAddress(email);
  return address.ok ? selectSuppression(db, address.canonical) : undefined;
}

export interface SuppressionList extends Paged<Suppression> {
  /** Of all that there are. */
  total: number;
}

/** One page: of those whose address begins with `search`, by address; without a search of all, the newest first. */
export async function listSuppressions(
  db: Queryable,
  search: string,
  page: PageRequest,
): Promise<SuppressionList> {
  const prefix = search.trim().toLowerCase().normalize("NFC");
  const list =
    prefix === "" ? await selectNewest(db, page) : await selectByAddress(db, prefix, page);
  return { ...list, total: await readSuppressionTally(db) };
}
