import { parse } from "csv-parse/sync";
import type { Database, Queryable } from "../../db/open.ts";
import { retried } from "../../db/retry.ts";
import { textCell } from "../contacts/cells.ts";
import { csvRows } from "../contacts/csv.ts";
import { MOST_COLUMNS } from "../imports/columns.ts";
import { widthFault } from "../imports/rows.ts";
import { parsePasted, type PastedAddresses } from "../segments/pasted-addresses.ts";
import {
  ENTRY_FIELDS,
  type EntryDefaults,
  type EntryField,
  mergeEntries,
  readEntry,
  type SuppressionEntry,
} from "./entry.ts";
import { type ExportedSuppression, selectExported } from "./queries.ts";
import { addEntries } from "./suppressions.ts";

const AT_ONCE = 2_000;

/**
 * Every suppressed address as CSV (RFC 4180), as fast as it is read. An import of it gives the same suppressions: one with another
 * reason beside its own has a second row for that.
 */
export async function* exportSuppressions(db: Queryable): AsyncGenerator<string> {
  yield csvRows([ENTRY_FIELDS]);
  for (let after: string | undefined; ;) {
    const rows = await selectExported(db, after, AT_ONCE);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield csvRows(rows.flatMap(exportedRows));
    after = last.id;
  }
}

function exportedRows(suppression: ExportedSuppression): string[][] {
  const { canonical_email, reason, origin, since, former_reason, former_origin } = suppression;
  const rows = [[canonical_email, reason, origin, since]];
  if (former_reason !== null)
    rows.push([canonical_email, former_reason, former_origin ?? "", since]);
  return rows.map((cells) => cells.map(textCell));
}

/** Who must not be mailed by a list, each once, and what in the list cannot be taken. */
export interface SuppressionEntries {
  entries: SuppressionEntry[];
  faults: PastedAddresses["faults"];
}

/**
 * Reads a list of addresses, however people keep them; or a CSV whose first line names its columns, of which it takes
 * `email`, `reason`, `origin` and `since`, as an export has them. Where one of them is blank, `defaults` says it.
 */
export function readList(text: string, defaults: EntryDefaults): SuppressionEntries {
  const table = tableIn(text);
  if (table === undefined) {
    const { addresses, faults } = parsePasted(text);
    const entries = [...addresses.keys()].map((canonical) => ({
      canonical,
      ...defaults,
      since: undefined,
    }));
    return { entries, faults };
  }
  if ("fault" in table) return { entries: [], faults: [table.fault] };
  const entries = new Map<string, SuppressionEntry>();
  const faults: PastedAddresses["faults"] = [];
  for (const cells of table.rows) {
    const entry = entryIn(table.headings, cells, defaults);
    if ("refused" in entry)
      faults.push({ text: cells.filter((cell) => cell !== "").join(", "), message: entry.refused });
    else {
      const before = entries.get(entry.canonical);
      entries.set(entry.canonical, before ? mergeEntries(before, entry) : entry);
    }
  }
  return { entries: [...entries.values()], faults };
}

function entryIn(
  headings: readonly string[],
  cells: readonly string[],
  defaults: EntryDefaults,
): SuppressionEntry | { refused: string } {
  // What no heading stands over may be an address, and nothing is left out without a word.
  const refused = widthFault(cells, headings.length);
  if (refused !== undefined) return { refused };
  const at = (field: EntryField) => cells[headings.indexOf(field)] ?? "";
  return readEntry(Object.fromEntries(ENTRY_FIELDS.map((field) => [field, at(field)])), defaults);
}

/** Suppresses everything in a list, all of it or nothing; again when a deadlock ends at its cost, as `suppressByHand`. */
export async function suppressList(
  db: Database,
  { entries }: Pick<SuppressionEntries, "entries">,
): Promise<{ added: number; already: number }> {
  const { added } = await retried(() => db.transaction((tx) => addEntries(tx, entries)));
  return { added, already: entries.length - added };
}

/** A table, its headings in lower case, or why no row of it is read. */
type Table =
  { headings: string[]; rows: string[][] } | { fault: PastedAddresses["faults"][number] };

const NAMES_EMAIL = /(?:^|[,;\t])[\s"]*email[\s"]*(?:[,;\t]|$)/i;

/**
 * The rows of a CSV whose first line names a column `email`; undefined for any other text. Of one with too many columns no
 * row is read: 900,000 of them took csv-parse seconds for the first line alone, and minutes with some thousand rows.
 */
function tableIn(text: string): Table | undefined {
  const [first = ""] = text.replace(/^\ufeff/, "").split(/\r?\n/, 1);
  if (!NAMES_EMAIL.test(first)) return undefined;
  const refused = (message: string) => ({ fault: { text: first.slice(0, 100), message } });
  if (first.split(/[,;\t]/, MOST_COLUMNS + 1).length > MOST_COLUMNS)
    return refused(
      `The table has more than ${MOST_COLUMNS.toLocaleString("en-US")} columns. Delete all but ${ENTRY_FIELDS.join(", ")}.`,
    );
  const [header = [], ...rows] = recordsIn(text, first) ?? [];
  const headings = header.map((name) => name.trim().toLowerCase());
  const twice = ENTRY_FIELDS.find(
    (field) => headings.indexOf(field) !== headings.lastIndexOf(field),
  );
  if (twice !== undefined)
    return refused(`Two columns are named ${twice}: rename or delete all but one.`);
  return headings.length === 0 ? undefined : { headings, rows };
}

function recordsIn(text: string, first: string): string[][] | undefined {
  // Only the one that stands between the names: a semicolon in an origin is none.
  const [delimiter = ","] = /[,;\t]/.exec(first) ?? [];
  try {
    return parse(text, {
      bom: true,
      delimiter,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    });
  } catch {
    // A quote that is never closed: then it is no CSV, and each line stands for itself.
    return undefined;
  }
}
