/** What a kind of field can be asked for. The order is that of the form's choices. */
const OPERATORS = {
  address: ["equals", "not_equals", "contains", "not_contains", "begins_with"],
  text: ["equals", "not_equals", "contains", "not_contains", "begins_with", "set", "not_set"],
  time: ["in_last_days", "not_in_last_days", "before", "after"],
  attribute: [
    "equals",
    "not_equals",
    "contains",
    "not_contains",
    "begins_with",
    "set",
    "not_set",
    "greater_than",
    "less_than",
    "before",
    "after",
    "in_last_days",
    "not_in_last_days",
  ],
  segment: ["in", "not_in"],
} as const satisfies Record<string, readonly string[]>;

export type FieldKind = keyof typeof OPERATORS;
export type Operator = (typeof OPERATORS)[FieldKind][number];

/** What has to be given with an operator. A `day` is `2026-11-24`, in UTC; `days` is a number of them. */
export type ValueKind = "text" | "number" | "day" | "days" | "segment" | "none";

/** The fields that every contact has, besides `attributes.<key>` for each custom attribute. */
const FIELDS = {
  email: "address",
  domain: "address",
  name: "text",
  first_name: "text",
  last_name: "text",
  created_at: "time",
  segment: "segment",
} as const satisfies Record<string, FieldKind>;

export type BuiltInField = keyof typeof FIELDS;
export const BUILT_IN_FIELDS = Object.keys(FIELDS) as BuiltInField[];

const ATTRIBUTE = "attributes.";

/** The key of the custom attribute that a field names; undefined for another field. */
export function attributeOf(field: string): string | undefined {
  return field.startsWith(ATTRIBUTE) && field.length > ATTRIBUTE.length
    ? field.slice(ATTRIBUTE.length)
    : undefined;
}

export function attributeField(key: string): string {
  return ATTRIBUTE + key;
}

export function isBuiltIn(field: string): field is BuiltInField {
  return Object.hasOwn(FIELDS, field);
}

/** What kind of field this is; undefined for what is none. */
export function kindOf(field: string): FieldKind | undefined {
  if (isBuiltIn(field)) return FIELDS[field];
  return attributeOf(field) === undefined ? undefined : "attribute";
}

export function operatorsOf(kind: FieldKind): readonly Operator[] {
  return OPERATORS[kind];
}

export function isOperatorOf(kind: FieldKind, word: string): word is Operator {
  return operatorsOf(kind).some((operator) => operator === word);
}

/** Exhaustive by its type: a new operator has to say here what it takes. */
const VALUES: Record<Operator, ValueKind> = {
  equals: "text",
  not_equals: "text",
  contains: "text",
  not_contains: "text",
  begins_with: "text",
  set: "none",
  not_set: "none",
  greater_than: "number",
  less_than: "number",
  before: "day",
  after: "day",
  in_last_days: "days",
  not_in_last_days: "days",
  in: "segment",
  not_in: "segment",
};

export function valueKindOf(operator: Operator): ValueKind {
  return VALUES[operator];
}
