import { and, eq, getTableColumns, inArray, lt, or, sql } from "drizzle-orm";
import { keyset, type Paged, type PageRequest, toPage } from "../../db/keyset.ts";
import type { Queryable } from "../../db/open.ts";
import { contactImport, importChunk } from "../../db/schema/imports.ts";
import { segment } from "../../db/schema/segments.ts";

type Stored = typeof contactImport.$inferSelect;

/** One CSV on its way into the contacts or the suppressions, or arrived there. */
export interface Import extends Omit<Stored, "leased_until"> {
  /** The segment that its contacts join; null for none, and for one that was deleted since. */
  segment_name: string | null;
}

export type ImportState = Stored["state"];

const { leased_until: _lease, ...OWN_COLUMNS } = getTableColumns(contactImport);

const COLUMNS = { ...OWN_COLUMNS, segment_name: segment.name };

export async function selectImport(db: Queryable, id: string): Promise<Import | undefined> {
  const [row] = await db
    .select(COLUMNS)
    .from(contactImport)
    .leftJoin(segment, eq(segment.id, contactImport.segment_id))
    .where(eq(contactImport.id, id));
  return row;
}

/** One page of the imports that came as far as to have their file here, the newest first. */
export async function selectImportPage(db: Queryable, page: PageRequest): Promise<Paged<Import>> {
  const slice = keyset({ id: contactImport.id, direction: "descending" }, page);
  const rows = await db
    .select(COLUMNS)
    .from(contactImport)
    .leftJoin(segment, eq(segment.id, contactImport.segment_id))
    .where(and(sql`${contactImport.state} <> 'uploading'`, slice.where))
    .orderBy(...slice.orderBy)
    .limit(slice.limit);
  return toPage(rows, page, ({ id }) => ({ key: "", id }));
}

export interface ImportPlan {
  separator: string;
  has_header: boolean;
  headings: string[];
  mapping: (string | null)[];
  on_duplicate: "update" | "skip";
  segment_id: string | null;
}

/** Lets an import run whose columns are known now. False when it is not one that waits for that. */
export async function markRunning(db: Queryable, id: string, plan: ImportPlan): Promise<boolean> {
  const started = await db
    .update(contactImport)
    .set({ ...plan, state: "running", started_at: sql`now()` })
    .where(and(eq(contactImport.id, id), eq(contactImport.state, "mapping")))
    .returning({ id: contactImport.id });
  return started.length === 1;
}

/** Ends an import that has not ended, and deletes its file. What it has written stays. */
export async function endImport(
  tx: Queryable,
  id: string,
  end: { state: "done" | "failed" | "cancelled"; error?: string },
): Promise<boolean> {
  const ended = await tx
    .update(contactImport)
    .set({ ...end, finished_at: sql`now()`, leased_until: null })
    .where(
      and(
        eq(contactImport.id, id),
        inArray(contactImport.state, ["uploading", "mapping", "running"]),
      ),
    )
    .returning({ id: contactImport.id });
  if (ended.length === 0) return false;
  await tx.delete(importChunk).where(eq(importChunk.import_id, id));
  return true;
}

/**
 * Deletes imports that nobody will go on with: uploads that broke off, and files whose columns nobody has named for
 * `idleMs`. Answers how many.
 */
export async function deleteAbandoned(db: Queryable, idleMs: number): Promise<number> {
  const idle = sql`now() - make_interval(secs => ${idleMs / 1_000})`;
  const gone = await db
    .delete(contactImport)
    .where(
      or(
        and(eq(contactImport.state, "uploading"), lt(contactImport.leased_until, sql`now()`)),
        and(eq(contactImport.state, "mapping"), lt(contactImport.created_at, idle)),
      ),
    )
    .returning({ id: contactImport.id });
  return gone.length;
}

/**
 * Deletes up to `most` rejected rows of imports that ended longer ago than `keptMs`; answers how many. Their count stays with
 * the import.
 */
export async function deleteOldRejects(
  db: Queryable,
  keptMs: number,
  most: number,
): Promise<number> {
  const gone = await db.execute(sql`
    DELETE FROM "import_reject" WHERE ("import_id", "line") IN (
      SELECT "import_id", "line" FROM "import_reject" JOIN "import" ON "import"."id" = "import_id"
      WHERE "finished_at" < now() - make_interval(secs => ${keptMs / 1_000}) LIMIT ${most}
    )
    RETURNING "line"
  `);
  return gone.length;
}
