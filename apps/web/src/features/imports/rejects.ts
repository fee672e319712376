import type { Queryable } from "../../db/open.ts";
import { foreignCell } from "../contacts/cells.ts";
import { csvRows } from "../contacts/csv.ts";
import { REJECT_HEADINGS } from "./columns.ts";
import type { Import } from "./queries.ts";
import { type RejectedRow, selectRejects } from "./reject-queries.ts";

export type { RejectedRow } from "./reject-queries.ts";

/** Rows that a page shows; all of them are in the file. */
export const SHOWN_REJECTS = 20;
/** So many rows are read at once. */
const STRIDE = 1_000;

/** The first rows of an import that were not taken. */
export async function readRejects(
  db: Queryable,
  { id, rejected }: Pick<Import, "id" | "rejected">,
  most: number,
): Promise<RejectedRow[]> {
  return rejected === 0 ? [] : selectRejects(db, id, 0, most);
}

/**
 * The rows that were not taken as a CSV, piece by piece: the line of the file each begins on, why, and then its cells as
 * they stood, under their own headings. Mended, it can be imported as it is: the first two columns are left out then.
 */
export async function* exportRejects(
  db: Queryable,
  { id, headings }: Pick<Import, "id" | "headings">,
): AsyncGenerator<string> {
  yield csvRows([[...REJECT_HEADINGS, ...headings.map(foreignCell)]]);
  for (let line = 0; ;) {
    const rows = await selectRejects(db, id, line, STRIDE);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield csvRows(rows.map((row) => cellsOf(row, headings.length)));
    line = last.line;
  }
}

/** As many cells as there are headings, at least: a row of a CSV has as many as the first. */
function cellsOf({ line, reason, cells }: RejectedRow, width: number): string[] {
  const missing = Array<string>(Math.max(0, width - cells.length)).fill("");
  return [String(line), reason, ...cells.map(foreignCell), ...missing];
}
