import { Type } from "@sinclair/typebox";
import { EMAIL_STATES } from "@mailwright/email_machine";
import { ID_PATTERN } from "@mailwright/platform";
import {
  Changes,
  Input,
  Moment,
  oneOf,
  optionalLine,
  parseForm,
  Revision,
  SeenRevision,
} from "../../http/forms.ts";
import { ListQuery } from "../../http/paging.ts";
import { sortedBy } from "../../http/sorting.ts";
import { addressField } from "./address-field.ts";
import { type AttributeValue, type Attributes, checkAttributes, readValue } from "./attributes.ts";
import type { AttributeRow, TypedContact } from "./typed-contact.ts";

const fields = {
  email: addressField("Email"),
  name: optionalLine("Name"),
  first_name: optionalLine("First name"),
  last_name: optionalLine("Last name"),
};

/** What a contact's page posts: attributes are pairs of `key` and `value`, in their order. */
const ContactForm = Input({
  ...fields,
  key: Type.Array(Type.String()),
  value: Type.Array(Type.String()),
});

export type PostedContact = {
  typed: TypedContact;
  /** Adds what only the domain knows: faults by `email`, `attributes`, `attributes.city`. */
  refuse(faults: Readonly<Record<string, string>>): TypedContact;
} & (
  | { ok: false }
  | {
      ok: true;
      details: Record<keyof typeof fields, string> & { attributes: Record<string, AttributeValue> };
    }
);

/** Reads the form of a contact that has had the attributes `before`. All that is wrong with it is told at once. */
export function readContactForm(form: URLSearchParams, before: Attributes): PostedContact {
  const posted = parseForm(ContactForm, form);
  const { rows, attributes } = typedAttributes(form.getAll("key"), form.getAll("value"), before);
  const refuse = (faults: Readonly<Record<string, string>>): TypedContact => ({
    unsaved: true,
    values: valuesOf(form),
    errors: Object.fromEntries(Object.entries(faults).filter(([name]) => name in fields)),
    rows: rows.map((row) => ({ ...row, error: row.error ?? faults[`attributes.${row.key}`] })),
    rowsFault: faults["attributes"],
  });
  const faults = Object.fromEntries(
    Object.entries(checkAttributes(attributes).faults).map(([key, message]) => [
      `attributes.${key}`,
      message,
    ]),
  );
  const typed = refuse({ ...faults, ...(!posted.ok && posted.errors) });
  if (!posted.ok || typed.rows.some(({ error }) => error !== undefined))
    return { ok: false, typed, refuse };
  const { key: _key, value: _value, ...details } = posted.value;
  return { ok: true, typed, refuse, details: { ...details, attributes } };
}

/** The rows that were posted, blank ones left out, and the attributes they come to; a key that comes twice is a fault. */
function typedAttributes(
  keys: string[],
  values: string[],
  before: Attributes,
): { rows: AttributeRow[]; attributes: Record<string, AttributeValue> } {
  const seen = new Set<string>();
  const rows: AttributeRow[] = [];
  const typed: [string, AttributeValue][] = [];
  for (const [index, untrimmed] of keys.entries()) {
    const key = untrimmed.trim();
    const value = (values[index] ?? "").replaceAll("\r\n", "\n").trim();
    if (key === "" && value === "") continue;
    const error = seen.has(key) ? `“${key}” stands above already: keep one of the two.` : undefined;
    seen.add(key);
    rows.push({ key, value, error });
    // What shows as it did was not touched: a text that looks like a number stays a text.
    const kept = Object.hasOwn(before, key) ? before[key] : undefined;
    typed.push([key, typeof kept === "string" && kept === value ? kept : readValue(value)]);
  }
  return { rows, attributes: Object.fromEntries(typed) };
}

function valuesOf(form: URLSearchParams): Record<string, string> {
  return Object.fromEntries(Object.keys(fields).map((name) => [name, form.get(name) ?? ""]));
}

/** What the list can be sorted by. */
export const CONTACT_SORTS = { added: "id", address: "text", name: "text" } as const;

export const ContactsQuery = Type.Object({
  q: Type.String({ default: "", maxLength: 1_000 }),
  segment: Type.Optional(Type.String({ pattern: ID_PATTERN })),
  standing: Type.Optional(oneOf(["mailable", "suppressed"])),
  sort: oneOf(["added", "address", "name"], { default: "added" }),
  direction: Type.Optional(oneOf(["ascending", "descending"])),
});

/** As many as one page of the list holds, several times over; an address of a page holds them all. */
const chosen = Type.Array(Type.String({ pattern: ID_PATTERN }), {
  title: "Contacts",
  minItems: 1,
  maxItems: 200,
  error: "Select at least one contact.",
});
const segmentId = Type.String({ pattern: ID_PATTERN, error: "Choose a segment." });

/** Contacts that were selected in the list. */
export const ChosenForm = Input({ contact_id: chosen });
export const ChosenQuery = Type.Object({
  contact_id: { ...chosen, default: [] },
  return_to: Type.String({ default: "", maxLength: 3_000 }),
});
/** The same, and a segment to add them to or to remove them from. */
export const SelectionForm = Input({ contact_id: chosen, segment_id: segmentId });
export const SegmentChoiceForm = Input({ segment_id: segmentId });

const attributes = Type.Record(
  Type.String(),
  Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
  { title: "Attributes", default: {}, error: "Use an object of texts, numbers and booleans." },
);

/** What the API takes; a PATCH takes any of it. */
export const ContactBody = Input({ ...fields, attributes });
export const ContactChanges = Changes(Input({ ...ContactBody.properties, revision: SeenRevision }));

/** Which contacts a call is about. */
export const ContactFilterQuery = Type.Object({
  search: Type.Optional(
    Type.String({
      maxLength: 1_000,
      description: "The beginning of an address, a name, a first or a last name; or `@domain`.",
    }),
  ),
  segment_id: Type.Optional(
    Type.String({ pattern: ID_PATTERN, description: "Only the contacts of this segment." }),
  ),
  suppressed: Type.Optional(
    Type.Boolean({ description: "Only those whose address is suppressed, or only the others." }),
  ),
});

export const ContactListQuery = Type.Composite([
  ListQuery,
  Type.Object(sortedBy(CONTACT_SORTS)),
  ContactFilterQuery,
]);

export const ContactView = Type.Object({
  id: Type.String(),
  email: Type.String(),
  name: Type.String(),
  first_name: Type.String(),
  last_name: Type.String(),
  attributes: Type.Record(
    Type.String(),
    Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
  ),
  suppressed: Type.Union([Type.String(), Type.Null()], {
    description: "Why the address must not be mailed; null when it may.",
  }),
  created_at: Type.String(),
  updated_at: Type.String(),
  revision: Revision,
});

export const PastEmailView = Type.Object({
  id: Type.String(),
  campaign_id: Type.String(),
  campaign_name: Type.Union([Type.String(), Type.Null()], {
    description: "Null when the campaign was deleted.",
  }),
  state: oneOf(EMAIL_STATES),
  attempt: Type.Integer(),
  changed_at: Type.String(),
  error_code: Type.Union([Type.String(), Type.Null()]),
  error_detail: Type.Union([Type.String(), Type.Null()]),
});

/** The dynamic segments that a contact has opted out of. */
export const OptOutsView = Type.Object({
  items: Type.Array(
    Type.Object({
      segment_id: Type.String(),
      segment_name: Type.String(),
      email_id: Type.String({ description: "The email by whose link they opted out." }),
      campaign_id: Type.Union([Type.String(), Type.Null()], {
        description: "Null when the campaign was deleted.",
      }),
      campaign_name: Type.Union([Type.String(), Type.Null()]),
      created_at: Moment,
    }),
  ),
});
