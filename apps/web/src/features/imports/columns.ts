import { parseAddress } from "../contacts/address.ts";
import { KEY_LENGTH, keyFault, keyOf } from "../contacts/attributes.ts";
import { RecordReader } from "./record-reader.ts";

/** The fields that a column can fill; any other column fills an attribute, which is named by its key, or nothing. */
export const FIELDS = ["email", "name", "first_name", "last_name"] as const;
export type Field = (typeof FIELDS)[number];

/** Column of the file, by position, to field or attribute key; null leaves the column out. */
export type Mapping = readonly (string | null)[];

/** What the beginning of a file says of its columns. */
export interface Layout {
  separator: string;
  /** Whether the first row names the columns. */
  hasHeader: boolean;
  columns: Column[];
}

export interface Column {
  /** As it stands in the file, or "Column 3". */
  heading: string;
  /** Some of the first values, blank ones left out. */
  samples: string[];
}

/** Rows that are looked at, and values that are shown of them. */
const LOOKED_AT = 100;
const SHOWN = 4;
const SEPARATORS = [",", ";", "\t", "|"];
/**
 * A file with more columns than this is none of contacts. An export has one for each attribute that anybody ever had, which may
 * be many more than one contact has room for; the page that asks what they are shows them all.
 */
export const MOST_COLUMNS = 1_000;

/** The layout of a file by its beginning; undefined for one without a row. `isWhole` says that there is no more of it. */
export function readLayout(
  beginning: string,
  isWhole: boolean,
  given: { separator?: string; hasHeader?: boolean } = {},
): Layout | undefined {
  const separator = given.separator ?? guessSeparator(beginning, isWhole);
  const [first, ...rest] = firstRecords(beginning, isWhole, separator);
  if (first === undefined) return undefined;
  const hasHeader = given.hasHeader ?? !first.some((cell) => parseAddress(cell).ok);
  const rows = hasHeader ? rest : [first, ...rest];
  const width = hasHeader ? first.length : Math.max(...rows.map((cells) => cells.length));
  // One more than are taken says that there are too many: a wrong separator finds a hundred thousand.
  const columns = Array.from({ length: Math.min(width, MOST_COLUMNS + 1) }, (_, index) => ({
    heading: (hasHeader && first[index]?.trim()) || `Column ${index + 1}`,
    samples: rows.flatMap((cells) => cells[index]?.trim() || []).slice(0, SHOWN),
  }));
  return { separator, hasHeader, columns };
}

/** The separator with which the first rows have the same number of cells, and most of them. */
function guessSeparator(beginning: string, isWhole: boolean): string {
  const scored = SEPARATORS.map((separator) => {
    const [first, ...rest] = firstRecords(beginning, isWhole, separator);
    const width = first?.length ?? 0;
    const alike = rest.filter((cells) => cells.length === width).length;
    const share = rest.length === 0 ? 1 : alike / rest.length;
    return { separator, score: width < 2 ? 0 : share * Math.min(width, MOST_COLUMNS) };
  });
  const best = Math.max(...scored.map(({ score }) => score));
  return scored.find(({ score }) => score === best)?.separator ?? ",";
}

function firstRecords(beginning: string, isWhole: boolean, separator: string): string[][] {
  const reader = new RecordReader(separator);
  reader.push(beginning, isWhole);
  const records: string[][] = [];
  while (records.length < LOOKED_AT) {
    const cells = reader.next();
    if (cells === undefined) break;
    if (reader.fault === undefined && !isBlank(cells)) records.push(cells);
  }
  return records;
}

export function isBlank(cells: readonly string[]): boolean {
  return cells.every((cell) => cell.trim() === "");
}

/** Headings as people write them, without anything but letters. */
const HEADINGS: Readonly<Record<Field, RegExp>> = {
  email:
    /^(e?mail(s|address|addresses|adresse|adresses|id)?|primaryemail|contactemail|adresemail|adressemail|adresseemail|correo(electronico)?|courriel)$/,
  first_name: /^(first|fname|firstname|given|givenname|forename|vorname|prenom|nombre|imie)$/,
  last_name: /^(last|lname|lastname|surname|family|familyname|nachname|nom|apellidos?|nazwisko)$/,
  name: /^(name|fullname|displayname|contactname|contact|username)$/,
};

/** The headings that stand before the columns of a file of rejected rows: see `rejects.ts`. */
export const REJECT_HEADINGS = ["line", "reason"] as const;

/**
 * Which column fills what, guessed from headings, and from values where not one heading says which is the address. Every
 * other column becomes an attribute. Nothing is filled twice.
 */
export function guessMapping({ columns }: Pick<Layout, "columns">): (string | null)[] {
  const skipped = isRejects(columns) ? REJECT_HEADINGS.length : 0;
  const email = namedAddressColumn(columns, skipped);
  const taken = new Set<string>();
  const mapping = columns.map(({ heading }, index) => {
    if (index < skipped) return null;
    const field = fieldOf(heading);
    if (field === undefined || taken.has(field)) return undefined;
    if (field === "email" && index !== email) return undefined;
    taken.add(field);
    return field;
  });
  if (email === -1) {
    const index = addressColumn(columns, mapping);
    if (index !== -1) mapping[index] = "email";
  }
  return mapping.map((target, index) =>
    target === undefined ? attributeFor(columns[index], index, taken) : target,
  );
}

/** Whether these are the columns of a file of rejected rows. */
export function isRejects(columns: readonly Pick<Column, "heading">[]): boolean {
  return REJECT_HEADINGS.every((word, at) => columns[at]?.heading === word);
}

/** The field that a heading names in usual words. */
export function fieldOf(heading: string): Field | undefined {
  const letters = (keyOf(heading) ?? "").replaceAll(/[^a-z]/g, "");
  // `keyOf` keeps the names of fields for the fields.
  const plain = letters === "" ? heading.trim().toLowerCase() : letters;
  return FIELDS.find(
    (field) => field === heading.trim().toLowerCase() || HEADINGS[field].test(plain),
  );
}

/**
 * The column whose heading names the address; of several the one with addresses in it, or else the first. -1 where none does.
 * The first `skipped` are no question.
 */
export function namedAddressColumn(columns: readonly Column[], skipped: number): number {
  const others = columns.map(({ heading }, index) =>
    index < skipped || fieldOf(heading) !== "email" ? null : undefined,
  );
  const best = addressColumn(columns, others);
  return best === -1 ? others.indexOf(undefined) : best;
}

/**
 * The column that is not taken and has the most addresses in it, at least in every other row; of two alike the one with fewer
 * blanks.
 */
export function addressColumn(columns: readonly Column[], mapping: readonly unknown[]): number {
  return addressColumns(columns, mapping)[0] ?? -1;
}

/** All columns that are not taken and have an address in at least every other row, the one that is most likely meant first. */
export function addressColumns(columns: readonly Column[], mapping: readonly unknown[]): number[] {
  return columns
    .map(({ samples }, index) => ({
      index,
      samples: samples.length,
      share: samples.filter((sample) => parseAddress(sample).ok).length / samples.length,
    }))
    .filter(({ index, share }) => mapping[index] === undefined && share >= 0.5)
    .toSorted((a, b) => b.share - a.share || b.samples - a.samples)
    .map(({ index }) => index);
}

/** A key that no other column has; null for a column without a heading and without a value. */
function attributeFor(
  column: Column | undefined,
  index: number,
  taken: Set<string>,
): string | null {
  if (column === undefined || (column.samples.length === 0 && /^Column \d+$/.test(column.heading)))
    return null;
  const wanted = keyOf(column.heading) ?? `column_${index + 1}`;
  let key = wanted;
  for (let n = 2; taken.has(key); n++)
    key = `${wanted.slice(0, KEY_LENGTH - String(n).length - 1)}_${n}`;
  taken.add(key);
  return key;
}

/** What is wrong with a mapping, by the position of the column; the whole of it under -1. */
export function mappingFaults(mapping: Mapping): Map<number, string> {
  const faults = new Map<number, string>();
  const seen = new Map<string, number>();
  for (const [index, target] of mapping.entries()) {
    if (target === null) continue;
    const before = seen.get(target);
    const isField = (FIELDS as readonly string[]).includes(target);
    const fault = isField ? undefined : keyFault(target);
    if (before !== undefined)
      faults.set(
        index,
        `Column ${before + 1} goes there already: choose another place, or leave one out.`,
      );
    else if (fault !== undefined) faults.set(index, fault);
    seen.set(target, before ?? index);
  }
  if (!seen.has("email")) faults.set(-1, "Choose the column that holds the email address.");
  return faults;
}
