import { type Group, type Match, matchOf, partsOf, type SegmentRule } from "./rule.ts";
import { isOperatorOf, kindOf, operatorsOf, valueKindOf } from "./rule-vocabulary.ts";

/** A condition while it is being written: what stands in its three fields, whether it makes sense or not. */
export interface DraftCondition {
  field: string;
  is: string;
  value: string;
}

export interface DraftGroup {
  match: Match;
  conditions: DraftCondition[];
}

/** A rule while it is being written: the fields of the form, put in order. */
export interface RuleDraft {
  match: Match;
  parts: (DraftCondition | DraftGroup)[];
}

const BLANK: DraftCondition = { field: "email", is: "contains", value: "" };

/** What a new rule begins with. */
export function newDraft(): RuleDraft {
  return { match: "all", parts: [{ ...BLANK }] };
}

export function draftOf(rule: SegmentRule): RuleDraft {
  const group: Group = "field" in rule ? { all: [rule] } : rule;
  return {
    match: matchOf(group),
    parts: partsOf(group).map((part) =>
      "field" in part
        ? draftCondition(part)
        : { match: matchOf(part), conditions: partsOf(part).flatMap(conditionsIn) },
    ),
  };
}

/** More than a rule may have, so that too many are refused and not cut off; and a bound for what is read at all. */
const MOST_READ = 40;

/**
 * The rule that a posted form holds: `rule.match`, and of each part `rule.2.field`, `.is` and `.value`, or for a group
 * `rule.3.match` and `rule.3.0.field` and so on. Whatever does not belong to one is passed over.
 */
export function readDraft(form: URLSearchParams): RuleDraft {
  const text = (name: string) => (form.get(name) ?? "").trim();
  const condition = (at: string) => ({
    field: text(`${at}.field`),
    is: text(`${at}.is`),
    value: text(`${at}.value`),
  });
  return {
    match: matchIn(text("rule.match")),
    parts: placesUnder(form, "rule").map((at) =>
      form.has(`${at}.match`)
        ? { match: matchIn(text(`${at}.match`)), conditions: placesUnder(form, at).map(condition) }
        : condition(at),
    ),
  };
}

/** `rule.0`, `rule.2`, … in the order of their numbers, as far as the form has fields of them. */
function placesUnder(form: URLSearchParams, prefix: string): string[] {
  const numbers = new Set<number>();
  for (const name of form.keys()) {
    const [, number] = /^(\d{1,3})\./.exec(name.slice(prefix.length + 1)) ?? [];
    if (number !== undefined && name.startsWith(`${prefix}.`)) numbers.add(Number(number));
  }
  return [...numbers]
    .toSorted((a, b) => a - b)
    .slice(0, MOST_READ)
    .map((number) => `${prefix}.${number}`);
}

/** The commands of the form's buttons: `add`, `add-group`, `add 2` to a group, `remove 2`, `remove 2.0`. */
export function editDraft(draft: RuleDraft, command: string): RuleDraft {
  const [verb = "", place = ""] = command.split(" ");
  const [index, sub] = place.split(".").map(Number);
  const parts = draft.parts.map(fitted);
  switch (verb) {
    case "add":
      if (place === "") return { ...draft, parts: [...parts, { ...BLANK }] };
      return { ...draft, parts: inGroup(parts, index, (list) => [...list, { ...BLANK }]) };
    case "add-group":
      return { ...draft, parts: [...parts, { match: "any", conditions: [{ ...BLANK }] }] };
    case "remove":
      if (sub === undefined) return { ...draft, parts: parts.filter((_, at) => at !== index) };
      return {
        ...draft,
        parts: inGroup(parts, index, (list) => list.filter((_, at) => at !== sub)).filter(
          (part) => "field" in part || part.conditions.length > 0,
        ),
      };
    default:
      return { ...draft, parts };
  }
}

/** What a draft comes to, for `parseRule`: numbers are numbers where a number belongs and is one. */
export function inputOf({ match, parts }: RuleDraft): unknown {
  return {
    [match]: parts.map((part) =>
      "field" in part
        ? conditionInput(part)
        : { [part.match]: part.conditions.map(conditionInput) },
    ),
  };
}

/** The form's field that a fault belongs to: `rule.all.1.any.0.value` is told at `rule.1.0.value`. */
export function fieldOfFault(place: string): string {
  return place.replaceAll(/\.(all|any)(?=\.|$)/g, "");
}

/** Brings the comparison and the value of a condition in line with its field, once another was chosen. */
function fitted(part: DraftCondition | DraftGroup): DraftCondition | DraftGroup {
  if (!("field" in part)) return { ...part, conditions: part.conditions.map(fittedCondition) };
  return fittedCondition(part);
}

function fittedCondition({ field, is, value }: DraftCondition): DraftCondition {
  const kind = kindOf(field);
  if (kind === undefined) return { ...BLANK };
  if (isOperatorOf(kind, is))
    return { field, is, value: fitsItself(value, valueKindOf(is)) ? value : "" };
  return { field, is: operatorsOf(kind)[0] ?? "", value: "" };
}

/** Whether a value typed for another comparison can stand for this one. */
function fitsItself(value: string, kind: ReturnType<typeof valueKindOf>): boolean {
  switch (kind) {
    case "number":
    case "days":
      return isNumber(value);
    case "day":
      return /^\d{4}-\d\d-\d\d$/.test(value);
    case "segment":
      return /^[0-9a-f-]{36}$/.test(value);
    case "none":
      return false;
    case "text":
      return true;
  }
}

/** What a field for numbers takes (HTML, "valid floating-point number"), and a sign before it. */
function isNumber(text: string): boolean {
  return /^[+-]?(\d+(\.\d+)?|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text));
}

function conditionInput({ field, is, value }: DraftCondition): unknown {
  const kind = kindOf(field);
  if (kind === undefined || !isOperatorOf(kind, is)) return { field, is, value };
  switch (valueKindOf(is)) {
    case "none":
      return { field, is };
    case "number":
    case "days":
      return { field, is, value: isNumber(value) ? Number(value) : value };
    default:
      return { field, is, value };
  }
}

function conditionsIn(part: SegmentRule): DraftCondition[] {
  return "field" in part ? [draftCondition(part)] : [];
}

function draftCondition({
  field,
  is,
  value,
}: {
  field: string;
  is: string;
  value?: string | number | boolean;
}): DraftCondition {
  return { field, is, value: value === undefined ? "" : String(value) };
}

function inGroup(
  parts: RuleDraft["parts"],
  index: number | undefined,
  change: (conditions: DraftCondition[]) => DraftCondition[],
): RuleDraft["parts"] {
  return parts.map((part, at) =>
    at === index && !("field" in part) ? { ...part, conditions: change(part.conditions) } : part,
  );
}

function matchIn(text: string): Match {
  return text === "any" ? "any" : "all";
}
