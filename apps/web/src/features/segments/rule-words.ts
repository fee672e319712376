import { type Condition, type Group, matchOf, partsOf, type SegmentRule } from "./rule.ts";
import { attributeOf, type BuiltInField, isBuiltIn, type Operator } from "./rule-vocabulary.ts";

const FIELD_WORDS: Record<BuiltInField, string> = {
  email: "Email address",
  domain: "Email domain",
  name: "Name",
  first_name: "First name",
  last_name: "Last name",
  created_at: "Date added",
  segment: "Segment",
};

const OPERATOR_WORDS: Record<Operator, string> = {
  equals: "is",
  not_equals: "is not",
  contains: "contains",
  not_contains: "does not contain",
  begins_with: "begins with",
  set: "is set",
  not_set: "is not set",
  greater_than: "is more than",
  less_than: "is less than",
  before: "is before",
  after: "is after",
  in_last_days: "is in the last … days",
  not_in_last_days: "is not in the last … days",
  in: "is",
  not_in: "is not",
};

/** What a field is called on a page. */
export function fieldInWords(field: string): string {
  return isBuiltIn(field) ? FIELD_WORDS[field] : (attributeOf(field) ?? field);
}

/** What an operator is called on a page; `…` stands where its value belongs. */
export function operatorInWords(operator: Operator): string {
  return OPERATOR_WORDS[operator];
}

/** A rule as a person reads it: lines, and lists of lines. */
export type RuleInWords = string | { heading: string; lines: RuleInWords[] };

/** `names` are those of the segments that the rule asks for, by id. */
export function ruleInWords(
  rule: SegmentRule,
  names: ReadonlyMap<string, string>,
): { heading: string; lines: RuleInWords[] } {
  const group: Group = "field" in rule ? { all: [rule] } : rule;
  return {
    heading: matchOf(group) === "all" ? "All of these hold" : "At least one of these holds",
    lines: partsOf(group).map((part) =>
      "field" in part ? conditionInWords(part, names) : ruleInWords(part, names),
    ),
  };
}

function conditionInWords(condition: Condition, names: ReadonlyMap<string, string>): string {
  const { field, is, value } = condition;
  const words = OPERATOR_WORDS[is as Operator];
  const subject = fieldInWords(field);
  if (field === "segment") return `${subject} ${words} “${names.get(String(value)) ?? "?"}”`;
  if (value === undefined) return `${subject} ${words}`;
  if (words.includes("…")) return `${subject} ${words.replace("…", String(value))}`;
  return typeof value === "string" && is !== "before" && is !== "after"
    ? `${subject} ${words} “${value}”`
    : `${subject} ${words} ${value}`;
}
