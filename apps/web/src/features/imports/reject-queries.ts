import { and, asc, eq, gt } from "drizzle-orm";
import type { Queryable } from "../../db/open.ts";
import { importReject } from "../../db/schema/imports.ts";

export interface RejectedRow {
  line: number;
  reason: string;
  cells: string[];
}

/** Rejected rows in the order of the file, after a line. */
export async function selectRejects(
  db: Queryable,
  id: string,
  afterLine: number,
  most: number,
): Promise<RejectedRow[]> {
  return db
    .select({ line: importReject.line, reason: importReject.reason, cells: importReject.cells })
    .from(importReject)
    .where(and(eq(importReject.import_id, id), gt(importReject.line, afterLine)))
    .orderBy(asc(importReject.line))
    .limit(most);
}
