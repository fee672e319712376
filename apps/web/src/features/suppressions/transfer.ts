import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import type { Cursor } from "../../db/keyset.ts";
import type { Database, Queryable } from "../../db/open.ts";
import { parseAddress } from "../contacts/address.ts";
import { parsePasted, type PastedAddresses } from "../segments/pasted-addresses.ts";
import { selectNewest, type SuppressionReason } from "./queries.ts";
import { suppress } from "./suppressions.ts";

const COLUMNS = ["email", "reason", "origin", "since"];
const AT_ONCE = 2_000;

/** Every suppressed address as CSV (RFC 4180), the newest first, as fast as it is read. What is read back by `readList`. */
export async function* exportSuppressions(db: Queryable): AsyncGenerator<string> {
  yield csvOf([COLUMNS]);
  let after: Cursor | undefined;
  for (;;) {
    const { items, next } = await selectNewest(db, { limit: AT_ONCE, ...(after && { after }) });
    if (items.length > 0)
      yield csvOf(
        items.map(({ canonical_email, reason, origin, created_at }) => [
          canonical_email,
          reason,
          origin,
          created_at.toISOString(),
        ]),
      );
    const last = items.at(-1);
    if (next === undefined || last === undefined) return;
    after = { key: "", id: last.id };
  }
}

function csvOf(rows: string[][]): string {
  return stringify(rows, { escape_formulas: true, record_delimiter: "windows" });
}

/** Addresses by why they must not be mailed, and what in the list is none. */
export interface SuppressionEntries {
  groups: { reason: SuppressionReason; origin: string; addresses: string[] }[];
  faults: PastedAddresses["faults"];
}

const REASONS: ReadonlySet<string> = new Set<SuppressionReason>([
  "manual",
  "unsubscribed",
  "bounced",
  "complained",
]);

const NO_REASON = `The reason has to be one of ${[...REASONS].join(", ")}.`;

/**
 * Reads a list of addresses, however people keep them; or a CSV whose first line names its columns, of which it takes `email`,
 * `reason` and `origin`, as an export has them. Where no reason or origin stands, it is `manual`, and by `origin`.
 */
export function readList(text: string, origin: string): SuppressionEntries {
  const rows = csvRows(text);
  if (rows === undefined) {
    const { addresses, faults } = parsePasted(text);
    return { groups: [{ reason: "manual", origin, addresses: [...addresses.keys()] }], faults };
  }
  const groups = new Map<string, SuppressionEntries["groups"][number]>();
  const faults: PastedAddresses["faults"] = [];
  for (const row of rows) {
    const { email = "", reason: given = "" } = row;
    const address = parseAddress(email);
    const reason = given === "" ? "manual" : given.toLowerCase();
    if (!address.ok) faults.push({ text: email, message: address.message });
    else if (!isReason(reason)) faults.push({ text: `${email}, ${given}`, message: NO_REASON });
    else {
      const by = unescaped(row["origin"] ?? "").slice(0, 300) || origin;
      const key = JSON.stringify([reason, by]);
      const group = groups.get(key) ?? { reason, origin: by, addresses: [] };
      group.addresses.push(address.canonical);
      groups.set(key, group);
    }
  }
  return { groups: [...groups.values()], faults };
}

/** Suppresses everything in a list, all of it or nothing. */
export async function suppressList(
  db: Database,
  { groups }: Pick<SuppressionEntries, "groups">,
): Promise<{ added: number; already: number }> {
  return db.transaction(async (tx) => {
    const sum = { added: 0, already: 0 };
    for (const { addresses, ...why } of groups) {
      const { added, already } = await suppress(tx, addresses, why);
      sum.added += added;
      sum.already += already;
    }
    return sum;
  });
}

/** The rows of a CSV whose first line names a column `email`; undefined for any other text. */
function csvRows(text: string): Record<string, string>[] | undefined {
  const [first = ""] = text.replace(/^\ufeff/, "").split(/\r?\n/, 1);
  const names = first.split(/[,;\t]/).map((name) => name.trim().replaceAll('"', "").toLowerCase());
  if (!names.includes("email")) return undefined;
  try {
    return parse(text, {
      bom: true,
      columns: (header: string[]) => header.map((name) => name.trim().toLowerCase()),
      delimiter: [",", ";", "\t"],
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as Record<string, string>[];
  } catch {
    // A quote that is never closed: then it is no CSV, and each line stands for itself.
    return undefined;
  }
}

/** What an export wrote with an apostrophe before it, so that no spreadsheet takes it for a formula. */
function unescaped(text: string): string {
  return text.replace(/^'(?=[=+\-@\t\r])/, "");
}

function isReason(text: string): text is SuppressionReason {
  return REASONS.has(text);
}
