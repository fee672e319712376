import type { Database, Queryable } from "../../db/open.ts";
import { retried } from "../../db/retry.ts";
import {
  type Belongings,
  countBelongings,
  deleteContacts,
  eraseAddresses,
  eraseRejects,
  holdFreezes,
} from "./erasure-queries.ts";
import { spellingsOf } from "./spellings.ts";

export type { Belongings } from "./erasure-queries.ts";

/**
 * Erases contacts for good; answers how many there were. Their memberships go. Emails they were sent stay counted in
 * their campaigns, without the address; those that wait to be handed over are skipped in their turn. Rows of imports that were
 * not taken go. That they must not be mailed, if it is so, stays: somebody who unsubscribed is not mailed when a later import
 * brings them back.
 */
export async function eraseContacts(db: Database, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  return retried(() =>
    db.transaction(async (tx) => {
      await holdFreezes(tx);
      const { ids: erased, addresses } = await deleteContacts(tx, ids);
      await eraseAddresses(tx, erased);
      await eraseRejects(tx, addresses.flatMap(spellingsOf));
      return erased.length;
    }),
  );
}

/** What goes with contacts and what stays, for whoever is about to delete them. */
export function belongingsOf(db: Queryable, ids: readonly string[]): Promise<Belongings> {
  return countBelongings(db, ids);
}
