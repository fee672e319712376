import { newId } from "@mailwright/platform";
import type { Database, Queryable } from "../../db/open.ts";
import { retried } from "../../db/retry.ts";
import { codeOf, UNIQUE_VIOLATION } from "../../db/sqlstate.ts";
import { liftStatementTimeout } from "../../db/statement-timeout.ts";
import { addNewcomers } from "../segments/newcomers.ts";
import { addToSegment } from "../segments/segments.ts";
import type { Batch, Reject } from "./file-reader.ts";
import { endImport } from "./queries.ts";
import { cellsOf, NO_ROOM, type Row } from "./rows.ts";
import {
  advanceImport,
  type ClaimedImport,
  commitLater,
  countAdded,
  countLater,
  holdImport,
  type IdentifiedRow,
  insertContacts,
  insertNewContacts,
  insertRejects,
  knownContacts,
  updateContacts,
} from "./work-queries.ts";

/** `lost`: the import was cancelled, or another web has written this batch; there is nothing more to do here. */
export type Written = "written" | "lost";

/**
 * Writes the batches of one import, each in one transaction together with the place it leads to. Two may be in the making
 * at once: the later one writes its contacts while the earlier one ends, and then waits for it.
 */
export class BatchWriter {
  readonly #db: Database;
  readonly #import: Pick<ClaimedImport, "id" | "on_duplicate" | "mapping">;
  /**
   * Whether contacts with the addresses of a batch are looked for first. A file of nobody but new people does without,
   * which spares a seventh of the work; one batch that meets somebody is written twice, and the others look.
   */
  #looksFirst = true;
  #hasMetSomebody = false;

  constructor(db: Database, claimed: Pick<ClaimedImport, "id" | "on_duplicate" | "mapping">) {
    this.#db = db;
    this.#import = claimed;
  }

  /** `before` is the batch before this one, on its way; none of its addresses may be in this one. */
  async write(batch: Batch<Row>, before: Promise<Written>): Promise<Written> {
    for (let isContested = false; ;) {
      try {
        return await retried(() => this.#attempt(batch, before, isContested));
      } catch (error) {
        if (error instanceof LostError) return "lost";
        if (error instanceof WaitedTooLongError) {
          // Not in a transaction any more: whoever waited for this one goes on, and with them the batch before.
          if ((await before) === "lost") return "lost";
          continue;
        }
        // Somebody has one of the addresses: they were not looked for, or came in the very moment.
        if (codeOf(error) !== UNIQUE_VIOLATION || isContested) throw error;
        isContested = true;
        this.#hasMetSomebody = true;
        this.#looksFirst = true;
      }
    }
  }

  #attempt(batch: Batch<Row>, before: Promise<Written>, isContested: boolean): Promise<Written> {
    const { id, on_duplicate } = this.#import;
    return this.#db.transaction(async (tx): Promise<Written> => {
      await liftStatementTimeout(tx);
      await countLater(tx);
      if (!batch.isLast) await commitLater(tx);
      const { fresh, met, full } = await this.#writeContacts(tx, batch.rows, isContested);
      const held =
        (await inTime(before)) === "lost" ? undefined : await holdImport(tx, id, batch.from);
      // What was written until here goes with the transaction.
      if (held === undefined) throw new LostError();
      await countAdded(tx, fresh.length);
      if (held.segment_id !== null) await join(tx, held.segment_id, fresh, met);
      const noRoom = withoutRoom(batch, full, this.#import.mapping);
      const rejects = [...batch.rejects, ...noRoom];
      await insertRejects(tx, id, rejects);
      const matched = met.length + batch.repeated - (noRoom.length - full.length);
      const updates = on_duplicate === "update";
      await advanceImport(
        tx,
        id,
        { bytes: batch.to, lines: batch.nextLine - 1 },
        {
          rows: batch.rows.length + batch.repeated + batch.rejects.length,
          inserted: fresh.length,
          updated: updates ? matched : 0,
          skipped: updates ? 0 : matched,
          rejected: rejects.length,
        },
      );
      if (batch.isLast) await endImport(tx, id, { state: "done" });
      return "written";
    });
  }

  /** The rows by whether they met a contact that was there already, and those whose contact was full. */
  async #writeContacts(
    tx: Queryable,
    rows: readonly Row[],
    isContested: boolean,
  ): Promise<Record<"fresh" | "met" | "full", IdentifiedRow[]>> {
    const updates = this.#import.on_duplicate === "update";
    const known = this.#looksFirst
      ? await knownContacts(tx, rows, { hold: updates })
      : new Map<number, string>();
    if (known.size > 0) this.#hasMetSomebody = true;
    this.#looksFirst = this.#hasMetSomebody;
    const met = identified(rows, known);
    let fresh = rows.flatMap((row, position) =>
      known.has(position) ? [] : [{ ...row, id: newId() }],
    );
    if (isContested) {
      const { added, found } = await addOrFind(tx, fresh, { hold: updates });
      fresh = added;
      met.push(...found);
    } else {
      await insertContacts(tx, fresh);
    }
    // Nothing of theirs is written, so whoever changes their address may as well have done it after the batch.
    if (!updates) return { fresh, met, full: [] };
    const isFull = await updateContacts(tx, met);
    const { full = [], updated = [] } = Object.groupBy(met, ({ id }) =>
      isFull.has(id) ? "full" : "updated",
    );
    return { fresh, met: updated, full };
  }
}

/** The rows of a batch whose contacts are full, each as it was read. */
function withoutRoom(
  { rows, lines, repeats }: Batch<Row>,
  full: readonly Row[],
  mapping: ClaimedImport["mapping"],
): Reject[] {
  const addresses = new Set(full.map(({ canonical }) => canonical));
  return rows
    .flatMap((row, position) =>
      addresses.has(row.canonical)
        ? (repeats.get(row.canonical) ?? [{ row, line: lines[position] as number }])
        : [],
    )
    .map(({ row, line }) => ({ line, reason: NO_ROOM, cells: cellsOf(row, mapping) }));
}

/**
 * Adds those that nobody has added meanwhile and finds the others: what several imports of the same people come to, who
 * would otherwise be too late again and again. It goes on only while somebody is deleted or gets another address between
 * the two.
 */
async function addOrFind(
  tx: Queryable,
  rows: readonly IdentifiedRow[],
  { hold }: { hold: boolean },
): Promise<{ added: IdentifiedRow[]; found: IdentifiedRow[] }> {
  const added: IdentifiedRow[] = [];
  const found: IdentifiedRow[] = [];
  for (let open = rows; open.length > 0;) {
    const isNew = await insertNewContacts(tx, open);
    added.push(...open.filter(({ id }) => isNew.has(id)));
    const late = open.filter(({ id }) => !isNew.has(id));
    const known = await knownContacts(tx, late, { hold });
    found.push(...identified(late, known));
    open = late.filter((_, position) => !known.has(position));
  }
  return { added, found };
}

/** The rows whose contact is known, with its id. */
function identified(rows: readonly Row[], known: ReadonlyMap<number, string>): IdentifiedRow[] {
  return rows.flatMap((row, position) => {
    const id = known.get(position);
    return id === undefined ? [] : [{ ...row, id }];
  });
}

/** A segment that is deleted or given a rule meanwhile takes nobody in; the contacts are there all the same. */
async function join(
  tx: Queryable,
  segment: string,
  fresh: readonly IdentifiedRow[],
  met: readonly IdentifiedRow[],
): Promise<void> {
  await addNewcomers(tx, segment, idsOf(fresh));
  if (met.length > 0) await addToSegment(tx, segment, idsOf(met));
}

function idsOf(rows: readonly IdentifiedRow[]): string[] {
  return rows.map(({ id }) => id);
}

/** A batch takes a second or less. */
const PATIENCE_MS = 5_000;

/**
 * What became of the batch before. It may be waiting for somebody who waits for this one, and Postgres cannot see that
 * this one waits too: so it gives up in the end.
 */
async function inTime(before: Promise<Written>): Promise<Written> {
  const tooLong = Promise.withResolvers<never>();
  const timer = setTimeout(() => tooLong.reject(new WaitedTooLongError()), PATIENCE_MS);
  try {
    return await Promise.race([before, tooLong.promise]);
  } finally {
    clearTimeout(timer);
  }
}

class WaitedTooLongError extends Error {
  override readonly name = "WaitedTooLongError";
}

/** Ends a transaction whose batch is none of this web's any more. */
class LostError extends Error {
  override readonly name = "LostError";
}
