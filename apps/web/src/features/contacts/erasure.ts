import type { Database, Queryable } from "../../db/open.ts";
import { retried } from "../../db/retry.ts";
import { liftStatementTimeout } from "../../db/statement-timeout.ts";
import { takingTurns, type Turns } from "../../turns.ts";
import {
  type Address,
  type Belongings,
  countBelongings,
  deleteContacts,
  eraseAddresses,
  eraseAnswers,
  eraseRejects,
  holdFreezes,
  selectAddresses,
} from "./erasure-queries.ts";
import { spellingsOf } from "./spellings.ts";

export type { Belongings } from "./erasure-queries.ts";

/**
 * Erases contacts for good; answers how many there were. Their memberships go. Emails they were sent stay counted in
 * their campaigns, without the address; those that wait to be handed over are skipped in their turn, and the email client is
 * told not to begin with those that it has. Rows of imports that were not taken go, and so do answers that were kept of calls.
 * That they must not be mailed, if it is so, stays: somebody who unsubscribed is not mailed when a later import brings them
 * back.
 */
export async function eraseContacts(db: Database, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const turns = lines.get(db) ?? takingTurns(AT_ONCE);
  lines.set(db, turns);
  return turns(() => eraseInTurn(db, ids));
}

/** So many erasures one web carries out at once. Each may wait for an audience to be frozen, and has a connection then. */
const AT_ONCE = 2;

/** Who waits for a turn to erase something in each database: without a connection, which pages need. */
const lines = new WeakMap<Database, Turns>();

async function eraseInTurn(db: Database, ids: readonly string[]): Promise<number> {
  const known = await selectAddresses(db, ids);
  if (known.length === 0) return 0;
  // Outside the transaction, since it may scan millions of rows. It runs before the deletion, because a crash afterwards would
  // leave no address to look for; and again after it, for what arrived meanwhile.
  await eraseMentions(db, known);
  const erased = await retried(() =>
    db.transaction(async (tx) => {
      await holdFreezes(tx);
      const deleted = await deleteContacts(tx, ids);
      await eraseAddresses(tx, deleted.ids);
      return deleted;
    }),
  );
  await eraseMentions(db, erased.addresses);
  return erased.ids.length;
}

/** Erases what is kept that names an address. */
async function eraseMentions(db: Database, addresses: readonly Address[]): Promise<void> {
  const spellings = addresses.flatMap(spellingsOf);
  if (spellings.length === 0) return;
  await retried(() =>
    db.transaction(async (tx) => {
      await liftStatementTimeout(tx);
      await eraseRejects(tx, spellings);
      await eraseAnswers(tx, spellings);
    }),
  );
}

/** What goes with contacts and what stays, for whoever is about to delete them. */
export function belongingsOf(db: Queryable, ids: readonly string[]): Promise<Belongings> {
  return countBelongings(db, ids);
}
