import type { Database } from "../../db/open.ts";
import { retried } from "../../db/retry.ts";
import { liftStatementTimeout } from "../../db/statement-timeout.ts";
import type { SuppressionEntry } from "../suppressions/entry.ts";
import { addEntries } from "../suppressions/suppressions.ts";
import type { Written } from "./batch-writer.ts";
import type { Batch } from "./file-reader.ts";
import { endImport } from "./queries.ts";
import {
  advanceImport,
  type ClaimedImport,
  commitLater,
  holdImport,
  insertRejects,
} from "./work-queries.ts";

/**
 * Writes the batches of one import of suppressions, one after the other, each in one transaction together with the place
 * it leads to. The email client is told of whoever is new as of any other suppression: see `announceSuppressions`.
 */
export class SuppressionWriter {
  readonly #db: Database;
  readonly #import: Pick<ClaimedImport, "id">;

  constructor(db: Database, claimed: Pick<ClaimedImport, "id">) {
    this.#db = db;
    this.#import = claimed;
  }

  /** `before` is the batch before this one, on its way. */
  async write(batch: Batch<SuppressionEntry>, before: Promise<Written>): Promise<Written> {
    return (await before) === "lost" ? "lost" : retried(() => this.#attempt(batch));
  }

  #attempt(batch: Batch<SuppressionEntry>): Promise<Written> {
    const { id } = this.#import;
    return this.#db.transaction(async (tx): Promise<Written> => {
      await liftStatementTimeout(tx);
      if (!batch.isLast) await commitLater(tx);
      if ((await holdImport(tx, id, batch.from)) === undefined) return "lost";
      const { added, changed } = await addEntries(tx, batch.rows);
      await insertRejects(tx, id, batch.rejects);
      await advanceImport(
        tx,
        id,
        { bytes: batch.to, lines: batch.nextLine - 1 },
        {
          rows: batch.rows.length + batch.repeated + batch.rejects.length,
          inserted: added,
          updated: changed,
          skipped: batch.rows.length - added - changed + batch.repeated,
          rejected: batch.rejects.length,
        },
      );
      if (batch.isLast) await endImport(tx, id, { state: "done" });
      return "written";
    });
  }
}
