import {
  ENTRY_FIELDS,
  type EntryDefaults,
  mergeEntries,
  readEntry,
  type SuppressionEntry,
} from "../suppressions/entry.ts";
import {
  addressColumns,
  fieldOf,
  isRejects,
  type Layout,
  type Mapping,
  namedAddressColumn,
  REJECT_HEADINGS,
} from "./columns.ts";
import type { RowKind } from "./rows.ts";

/** Rows of four short columns, in three indexes: some 0.2 s of one transaction. */
const BATCH = 10_000;

/** Rows as suppressions. Where one says nothing of reason, origin or time, `defaults` does. */
export function suppressionRows(
  mapping: Mapping,
  defaults: EntryDefaults,
): RowKind<SuppressionEntry> {
  const places = ENTRY_FIELDS.map((field) => [field, mapping.indexOf(field)] as const);
  return {
    batch: BATCH,
    read: (cells) =>
      readEntry(
        Object.fromEntries(places.map(([field, index]) => [field, cells[index] ?? ""])),
        defaults,
      ),
    merge: mergeEntries,
  };
}

/**
 * Which column is which, by the headings of an export, and the address by any usual one or by the values. Every other
 * column is left out, so a file of contacts does as well as one of nothing but addresses.
 */
export function guessSuppressionMapping({ columns }: Pick<Layout, "columns">): (string | null)[] {
  const skipped = isRejects(columns) ? REJECT_HEADINGS.length : 0;
  const email = namedAddressColumn(columns, skipped);
  const taken = new Set<string>();
  const mapping = columns.map(({ heading }, index) => {
    const word = heading.trim().toLowerCase();
    const field =
      fieldOf(heading) === "email" ? "email" : ENTRY_FIELDS.find((each) => each === word);
    if (index < skipped || field === undefined || taken.has(field)) return undefined;
    if (field === "email" && index !== email) return undefined;
    taken.add(field);
    return field;
  });
  // Nobody is asked, so of several that may be meant none is taken: the senders may stand beside the recipients.
  const [address, ...others] = email === -1 ? addressColumns(columns, mapping) : [];
  if (others.length > 0) return mapping.map((field) => field ?? null);
  return mapping.map((field, index) => (index === address ? "email" : (field ?? null)));
}
