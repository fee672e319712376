import { parseAddress } from "../contacts/address.ts";
import {
  ATTRIBUTES_LENGTH,
  MOST_ATTRIBUTES,
  sizeFault,
  VALUE_LENGTH,
} from "../contacts/attributes.ts";
import { textOfCell, valueOfCell } from "../contacts/cells.ts";
import { oneLine } from "../contacts/one-line.ts";
import type { Mapping } from "./columns.ts";
import { LONGEST } from "./record-reader.ts";

/** A contact as a row of the file has it. What is blank says nothing. */
export interface Row {
  email: string;
  canonical: string;
  name: string;
  first_name: string;
  last_name: string;
  /** As JSON: it is on its way to Postgres, and rarely looked at. */
  attributes: string;
}

/** A row that cannot be taken, and why, for the person who uploaded the file. */
export interface Refused {
  refused: string;
}

/** What the rows of a file are read as. */
export interface RowKind<R extends { canonical: string }> {
  /** At most so many of them are written in one transaction. */
  batch: number;
  read(cells: readonly string[]): R | Refused;
  /** What two rows of one address come to, or why the later one cannot be taken. */
  merge(before: R, row: R): R | Refused;
}

/**
 * Ten times as many are no quicker (28 µs of processor time a row either way), and take 150 MB more at the peak.
 */
export const BATCH = 2_000;

/** Rows as contacts. Of two with one address the later one adds to the earlier, or is passed over. */
export function contactRows(mapping: Mapping, onDuplicate: "update" | "skip"): RowKind<Row> {
  return {
    batch: BATCH,
    read: rowReader(mapping),
    merge: onDuplicate === "update" ? mergeRows : (before) => before,
  };
}

const NAME_LENGTH = 200;
const NO_ATTRIBUTES = "{}";

/** Makes the function that reads a row by a mapping. A million rows a second pass it, so little is done for each. */
function rowReader(mapping: Mapping): (cells: readonly string[]) => Row | Refused {
  const email = mapping.indexOf("email");
  const name = mapping.indexOf("name");
  const first = mapping.indexOf("first_name");
  const last = mapping.indexOf("last_name");
  const fields = new Set([email, name, first, last]);
  const attributes = mapping.flatMap((key, index) =>
    key === null || fields.has(index) ? [] : [{ key, index, prefix: `${JSON.stringify(key)}:` }],
  );

  return (cells) => {
    const address = parseAddress(textOfCell(cells[email] ?? ""));
    if (!address.ok)
      return {
        refused:
          (cells[email] ?? "").trim() === "" ? "There is no email address." : address.message,
      };
    const row: Row = {
      email: address.email,
      canonical: address.canonical,
      name: nameOf(cells[name]),
      first_name: nameOf(cells[first]),
      last_name: nameOf(cells[last]),
      attributes: NO_ATTRIBUTES,
    };
    if (Math.max(row.name.length, row.first_name.length, row.last_name.length) > NAME_LENGTH)
      return { refused: `A name is longer than ${NAME_LENGTH} characters.` };
    let json = "";
    let many = 0;
    for (const { key, index, prefix } of attributes) {
      const text = cells[index]?.trim() ?? "";
      if (text === "") continue;
      if (text.length > VALUE_LENGTH)
        return { refused: `The attribute “${key}” is longer than ${VALUE_LENGTH} characters.` };
      json += (json === "" ? "" : ",") + prefix + JSON.stringify(valueOfCell(text));
      many += 1;
    }
    if (many > MOST_ATTRIBUTES)
      return { refused: `A contact has at most ${MOST_ATTRIBUTES} attributes; these are ${many}.` };
    if (json.length > ATTRIBUTES_LENGTH)
      return {
        refused: `The attributes are longer than ${ATTRIBUTES_LENGTH} characters together.`,
      };
    if (json !== "") row.attributes = `{${json}}`;
    return row;
  };
}

/**
 * The cells of a row by its mapping, blank where a column is left out. To keep the cells of every row, in case its contact has
 * no room, would cost some 15 MB at the peak of an import.
 */
export function cellsOf(row: Row, mapping: Mapping): string[] {
  const attributes = JSON.parse(row.attributes) as Record<string, unknown>;
  const { email, name, first_name, last_name } = row;
  const values: Record<string, unknown> = { ...attributes, email, name, first_name, last_name };
  return mapping.map((key) => (key === null ? "" : String(values[key] ?? "")));
}

function nameOf(cell: string | undefined): string {
  if (cell === undefined || cell === "") return "";
  const text = textOfCell(cell);
  return text.includes("\n") ? oneLine(text) : text.trim();
}

/** Why a row is not taken that a contact has no room for. */
export const NO_ROOM = `With those that the contact has already, these would be more than ${MOST_ATTRIBUTES} attributes, or longer than ${ATTRIBUTES_LENGTH} characters together.`;

/** What a row says of a contact that an earlier one spoke of already: what is not blank in it wins. */
function mergeRows(before: Row, row: Row): Row | Refused {
  const attributes = mergeAttributes(before.attributes, row.attributes);
  if (attributes === undefined) return { refused: NO_ROOM };
  return {
    email: row.email,
    canonical: row.canonical,
    name: row.name || before.name,
    first_name: row.first_name || before.first_name,
    last_name: row.last_name || before.last_name,
    attributes,
  };
}

function mergeAttributes(before: string, attributes: string): string | undefined {
  if (before === NO_ATTRIBUTES) return attributes;
  if (attributes === NO_ATTRIBUTES) return before;
  const merged = { ...JSON.parse(before), ...JSON.parse(attributes) };
  return sizeFault(merged) === undefined ? JSON.stringify(merged) : undefined;
}

/** What is wrong with a row of more cells than there are columns, unless they are blank. */
export function widthFault(cells: readonly string[], width: number): string | undefined {
  return cells.length > width && cells.slice(width).some((cell) => cell.trim() !== "")
    ? `The row has ${cells.length} cells, and there ${width === 1 ? "is 1 column" : `are ${width} columns`}: is a separator in a cell that has no quotes around it?`
    : undefined;
}

/** Why a record cannot be read at all. */
export function faultReason(fault: "unclosed" | "too long"): string {
  return fault === "unclosed"
    ? "A quotation mark is opened here and never closed."
    : `The row is longer than ${LONGEST} characters.`;
}
