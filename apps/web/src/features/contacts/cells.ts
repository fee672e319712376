import type { AttributeValue } from "./attributes.ts";
import { isTyped, readValue } from "./attributes.ts";

/**
 * Contacts as cells of a CSV, and back. A spreadsheet runs what begins like a formula, so such a text goes out behind an
 * apostrophe, as spreadsheets themselves mark a text, and so does one that would come back as a number. What begins with
 * apostrophes before such a thing gets one more: an export that is imported again gives the same contacts.
 */
const FORMULA = /^'*[=+\-@\t\r＝＋－＠]/;

/** The cell of an address or a name. */
export function textCell(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

export function textOfCell(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}

/** The cell of an attribute. A number is never a formula, not even a negative one. */
export function valueCell(value: AttributeValue | null | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return String(value);
  return isMarked(value) ? `'${value}` : value;
}

export function valueOfCell(cell: string): AttributeValue {
  return cell.startsWith("'") && isMarked(cell) ? cell.slice(1) : readValue(cell);
}

/** A cell of somebody else's file, given back as it stood, safe to open. */
export function foreignCell(cell: string): string {
  return cell.startsWith("'") ? cell : textCell(cell);
}

function isMarked(text: string): boolean {
  return FORMULA.test(text) || isTyped(text.replace(/^'+/, ""));
}
