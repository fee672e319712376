import type postgres from "postgres";
import type { Queryable } from "../../db/open.ts";
import { textCell, valueCell } from "./cells.ts";
import { csvRows } from "./csv.ts";
import { type ExportedRow, streamContacts } from "./export-queries.ts";
import { conditionOf, type ContactFilter } from "./listing.ts";
import { selectKeys } from "./queries.ts";

/**
 * The contacts that pass a filter as a CSV, piece by piece: the fields, then a column for each attribute that anybody ever
 * had. An import of it gives the same contacts, as long as these are no more columns than an import takes.
 */
export async function* exportContacts(
  { db, streams }: { db: Queryable; streams: postgres.Sql },
  filter: ContactFilter,
): AsyncGenerator<string> {
  const keys = await selectKeys(db);
  yield csvRows([["email", "name", "first_name", "last_name", ...keys]]);
  for await (const rows of streamContacts(streams, await conditionOf(db, filter)))
    yield csvRows(rows.map((row) => cellsOf(row, keys)));
}

function cellsOf(row: ExportedRow, keys: readonly string[]): string[] {
  return [
    ...[row.email, row.name, row.first_name, row.last_name].map(textCell),
    ...keys.map((key) => valueCell(row.attributes[key])),
  ];
}
