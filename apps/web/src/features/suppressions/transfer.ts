import { parse } from "csv-parse/sync";
import type { Database, Queryable } from "../../db/open.ts";
import { textCell } from "../contacts/cells.ts";
import { csvRows } from "../contacts/csv.ts";
import { MOST_COLUMNS } from "../imports/columns.ts";
import { parsePasted, type PastedAddresses } from "../segments/pasted-addresses.ts";
import {
  ENTRY_FIELDS,
  type EntryDefaults,
  mergeEntries,
  readEntry,
  type SuppressionEntry,
} from "./entry.ts";
import { selectExported } from "./queries.ts";
import { addEntries } from "./suppressions.ts";

const AT_ONCE = 2_000;

/** Every suppressed address as CSV (RFC 4180), as fast as it is read. An import of it gives the same suppressions. */
export async function* exportSuppressions(db: Queryable): AsyncGenerator<string> {
  yield csvRows([ENTRY_FIELDS]);
  for (let after: string | undefined; ;) {
    const rows = await selectExported(db, after, AT_ONCE);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield csvRows(
      rows.map(({ canonical_email, reason, origin, since }) =>
        [canonical_email, reason, origin, since].map(textCell),
      ),
    );
    after = last.id;
  }
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
  const rows = tableIn(text);
  if (rows === "too wide") return { entries: [], faults: [tooWide(text)] };
  if (rows === undefined) {
    const { addresses, faults } = parsePasted(text);
    const entries = [...addresses.keys()].map((canonical) => ({
      canonical,
      ...defaults,
      since: undefined,
    }));
    return { entries, faults };
  }
  const entries = new Map<string, SuppressionEntry>();
  const faults: PastedAddresses["faults"] = [];
  for (const row of rows) {
    const entry = readEntry(row, defaults);
    if ("refused" in entry) faults.push({ text: shown(row), message: entry.refused });
    else {
      const before = entries.get(entry.canonical);
      entries.set(entry.canonical, before ? mergeEntries(before, entry) : entry);
    }
  }
  return { entries: [...entries.values()], faults };
}

function shown(row: Record<string, string>): string {
  return ENTRY_FIELDS.flatMap((field) => row[field] || []).join(", ");
}

/** Suppresses everything in a list, all of it or nothing. */
export async function suppressList(
  db: Database,
  { entries }: Pick<SuppressionEntries, "entries">,
): Promise<{ added: number; already: number }> {
  const { added } = await db.transaction((tx) => addEntries(tx, entries));
  return { added, already: entries.length - added };
}

function tooWide(text: string): PastedAddresses["faults"][number] {
  return {
    text: text.slice(0, 100).split(/\r?\n/, 1)[0] ?? "",
    message: `The table has more than ${MOST_COLUMNS.toLocaleString("en-US")} columns. Delete all but ${ENTRY_FIELDS.join(", ")}.`,
  };
}

const NAMES_EMAIL = /(?:^|[,;\t])[\s"]*email[\s"]*(?:[,;\t]|$)/i;

/**
 * The rows of a CSV whose first line names a column `email`; undefined for any other text. Of one with too many columns no
 * row is read: 900,000 of them took csv-parse seconds for the first line alone, and minutes with some thousand rows.
 */
function tableIn(text: string): Record<string, string>[] | "too wide" | undefined {
  const [first = ""] = text.replace(/^\ufeff/, "").split(/\r?\n/, 1);
  if (!NAMES_EMAIL.test(first)) return undefined;
  if (first.split(/[,;\t]/, MOST_COLUMNS + 1).length > MOST_COLUMNS) return "too wide";
  // Only the one that stands between the names: a semicolon in an origin is none.
  const [delimiter = ","] = /[,;\t]/.exec(first) ?? [];
  try {
    return parse(text, {
      bom: true,
      columns: (header: string[]) => header.map((name) => name.trim().toLowerCase()),
      delimiter,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as Record<string, string>[];
  } catch {
    // A quote that is never closed: then it is no CSV, and each line stands for itself.
    return undefined;
  }
}
