import { CONTACT_FIELDS } from "@mailwright/template";
export type AttributeValue = string | number | boolean;
/** By key. Null is what a contact may still hold that was made before; it is no value. */
export type Attributes = Record<string, AttributeValue | null>;

/** What an attribute may be called: what Liquid can name after `contact.`, and no field that every contact has. */
const KEY_PATTERN = "^[a-z][a-z0-9_]{0,49}$";
export const KEY_LENGTH = 50;
/** Of one text, in characters. */
export const VALUE_LENGTH = 2_000;
export const MOST_ATTRIBUTES = 100;
/** Of all attributes of a contact, as JSON: 500 of them travel together when they are mailed. */
export const ATTRIBUTES_LENGTH = 16_000;

const KEY = new RegExp(KEY_PATTERN);
const FIELDS: ReadonlySet<string> = new Set(CONTACT_FIELDS);

/** What is wrong with a key, for the person who chose it; undefined for a good one. */
export function keyFault(key: string): string | undefined {
  if (FIELDS.has(key)) return `“${key}” is a field of every contact: choose another name.`;
  return KEY.test(key)
    ? undefined
    : "Use small letters a to z, digits and underscores, a letter first, at most 50 in all.";
}

/** A key out of whatever heads a column: "Postal code" is `postal_code`, "Größe" is `grosse`, "2nd" is `x_2nd`. */
export function keyOf(heading: string): string | undefined {
  const plain = heading
    .replaceAll("ß", "ss")
    .replaceAll(/[łŁ]/g, "l")
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
  if (plain === "") return undefined;
  const key = (/^[a-z]/.test(plain) ? plain : `x_${plain}`).slice(0, KEY_LENGTH);
  return FIELDS.has(key) ? `${key}_2` : key;
}

/** Attributes as they are kept, the keys that were given without a value, and what is wrong, by key. */
export interface CheckedAttributes {
  kept: Record<string, AttributeValue>;
  blank: string[];
  faults: Record<string, string>;
}

/**
 * Checks attributes. White space around a text is no part of it, its lines end alike, and what is blank or null is no value: its key is not
 * kept, and is taken away from a contact that has it.
 */
export function checkAttributes(given: Readonly<Record<string, unknown>>): CheckedAttributes {
  const kept: [string, AttributeValue][] = [];
  const blank: string[] = [];
  const faults: [string, string][] = [];
  for (const [key, value] of Object.entries(given)) {
    const fault = keyFault(key) ?? valueFault(value);
    const trimmed = typeof value === "string" ? value.trim().replaceAll(/\r\n?/g, "\n") : value;
    if (fault !== undefined) faults.push([key, fault]);
    else if (trimmed === null || trimmed === "") blank.push(key);
    else kept.push([key, trimmed as AttributeValue]);
  }
  // Assigned one by one, a key like __proto__ would be lost without a word.
  return { kept: Object.fromEntries(kept), blank, faults: Object.fromEntries(faults) };
}

/** What is wrong with all of them together; undefined when nothing is. */
export function sizeFault(attributes: Attributes): string | undefined {
  if (Object.keys(attributes).length > MOST_ATTRIBUTES)
    return `A contact has at most ${MOST_ATTRIBUTES} attributes: leave some out.`;
  return JSON.stringify(attributes).length > ATTRIBUTES_LENGTH
    ? `The attributes are too long together: at most ${ATTRIBUTES_LENGTH} characters. Shorten some.`
    : undefined;
}

function valueFault(value: unknown): string | undefined {
  switch (typeof value) {
    case "string":
      return value.length > VALUE_LENGTH
        ? `Use at most ${VALUE_LENGTH} characters; these are ${value.length}.`
        : undefined;
    case "number":
    case "boolean":
      return undefined;
    default:
      return value === null ? undefined : "Use a text, a number, true, false or null.";
  }
}

const BOOLEAN = /^(?:true|false)$/i;

/**
 * What somebody means who types a value or has it in a file: 42 and true are a number and a yes, for templates and rules
 * to reckon with; 0049 and 1.50 stay the texts that they are.
 */
export function readValue(text: string): AttributeValue {
  if (!isTyped(text)) return text;
  return BOOLEAN.test(text) ? text.toLowerCase() === "true" : Number(text);
}

/** Whether a text reads as a boolean, or as a number that is written as we would write it and loses no digit. */
export function isTyped(text: string): boolean {
  return BOOLEAN.test(text) || (/^-?\d/.test(text) && String(Number(text)) === text);
}
