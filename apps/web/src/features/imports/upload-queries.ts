import { and, eq, sql } from "drizzle-orm";
import type { Queryable } from "../../db/open.ts";
import { contactImport, importChunk } from "../../db/schema/imports.ts";
import type { SuppressionReason } from "../suppressions/reasons.ts";
import type { Encoding } from "./transcoder.ts";

/** An upload that says nothing for so long has broken off. */
const PATIENCE = sql`now() + interval '10 minutes'`;

/** What a person says of a file that they send. */
export interface UploadAbout {
  fileName: string;
  createdBy: string;
  /** Its rows are suppressions and not contacts; those that give no reason have this one. */
  suppressing?: { reason: SuppressionReason };
}

/** Begins an import whose file is on its way; answers its id. */
export async function insertUpload(
  db: Queryable,
  { fileName, createdBy, suppressing }: UploadAbout,
): Promise<string> {
  const [row] = await db
    .insert(contactImport)
    .values({
      state: "uploading",
      file_name: fileName,
      created_by: createdBy,
      ...(suppressing && { kind: "suppressions", default_reason: suppressing.reason }),
      leased_until: PATIENCE,
    })
    .returning({ id: contactImport.id });
  if (row === undefined) throw new Error("an import was inserted and is not there");
  return row.id;
}

/** Keeps one piece of the file. False when the import is gone: whoever cleared it away took it for broken off. */
export async function insertChunk(
  db: Queryable,
  id: string,
  position: number,
  bytes: Uint8Array,
): Promise<boolean> {
  const kept = await db.execute(sql`
    WITH "held" AS (
      UPDATE "import" SET "leased_until" = ${PATIENCE}, "bytes" = "bytes" + ${bytes.byteLength}
      WHERE "id" = ${id} AND "state" = 'uploading' RETURNING "id"
    )
    INSERT INTO "import_chunk" ("import_id", "position", "bytes")
    SELECT "id", ${position}, ${bytes}::bytea FROM "held" RETURNING "position"
  `);
  return kept.length > 0;
}

export interface UploadEnd {
  encoding: Encoding;
  separator: string;
  has_header: boolean;
  headings: string[];
  mapping: (string | null)[];
  /** `mapping`: somebody may say what its columns are. `running`: that is known. */
  state: "mapping" | "running";
}

/** The file is here whole. */
export async function finishUpload(db: Queryable, id: string, end: UploadEnd): Promise<void> {
  const started = end.state === "running" && { started_at: sql`now()` };
  await db
    .update(contactImport)
    .set({ ...end, ...started, leased_until: null })
    .where(and(eq(contactImport.id, id), eq(contactImport.state, "uploading")));
}

/** Forgets an import that has not begun, with its file. */
export async function deleteUpload(db: Queryable, id: string): Promise<void> {
  await db.delete(contactImport).where(eq(contactImport.id, id));
}

/** One piece of the file; undefined past its end. */
export async function selectChunk(
  db: Queryable,
  id: string,
  position: number,
): Promise<Uint8Array | undefined> {
  const [row] = await db
    .select({ bytes: importChunk.bytes })
    .from(importChunk)
    .where(and(eq(importChunk.import_id, id), eq(importChunk.position, position)));
  return row?.bytes;
}
