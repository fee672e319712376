import { isId } from "@mailwright/platform";
import type { SegmentRule } from "../../db/schema/segments.ts";
import {
  BUILT_IN_FIELDS,
  type FieldKind,
  isOperatorOf,
  kindOf,
  type Operator,
  operatorsOf,
  valueKindOf,
} from "./rule-vocabulary.ts";

export type { SegmentRule } from "../../db/schema/segments.ts";

export type Condition = Extract<SegmentRule, { field: string }>;
export type Group = Exclude<SegmentRule, Condition>;
export type Match = "all" | "any";

/** A rule is a group of conditions and of groups of conditions: two levels, which is what a person can read. */
const DEEPEST = 2;
/** In one group; and in a whole rule, which bounds what one may cost Postgres. */
const MOST_IN_GROUP = 30;
const MOST_CONDITIONS = 60;
const TEXT_LIMIT = 500;
/** A hundred years. */
const DAYS_LIMIT = 36_500;

/** A rule, or what is wrong with it by the place: `all.1.value`. The empty place is the rule as a whole. */
export type ParsedRule =
  { ok: true; rule: Group } | { ok: false; faults: Readonly<Record<string, string>> };

/**
 * Takes a rule from outside: a tree of `{all: […]}`, `{any: […]}` and `{field, is, value}`. Every field and operator is one
 * of those listed and every value fits its operator; whatever else there is, is refused. A single condition becomes a
 * group of one. Whether the attributes and segments it names exist is for whoever has the database to say.
 */
export function parseRule(input: unknown): ParsedRule {
  const faults: Record<string, string> = {};
  const rule = readGroup(
    isGroup(input) ? input : { all: [input] },
    isGroup(input) ? "" : undefined,
  );
  if (conditionsOf(rule).length > MOST_CONDITIONS)
    faults[""] ??= `Use at most ${MOST_CONDITIONS} conditions in a rule.`;
  return Object.keys(faults).length === 0 ? { ok: true, rule } : { ok: false, faults };

  /** `at` is undefined for a condition that stands alone: its place is the rule's. */
  function readGroup(group: object, at: string | undefined, depth = 1): Group {
    const [match = "all", ...others] = Object.keys(group);
    const list: unknown = Object.values(group)[0];
    const place = at === undefined || at === "" ? match : `${at}.${match}`;
    if (others.length > 0 || !Array.isArray(list)) {
      faults[at ?? ""] = "A group is {all: […]} or {any: […]}, and nothing else.";
      return { all: [] };
    }
    if (list.length === 0) faults[place] = "Add at least one condition.";
    if (list.length > MOST_IN_GROUP)
      faults[place] = `Use at most ${MOST_IN_GROUP} conditions in a group.`;
    const parts = list.slice(0, MOST_IN_GROUP).map((part: unknown, index): SegmentRule => {
      const spot = at === undefined ? "" : `${place}.${index}`;
      if (!isGroup(part)) return readCondition(part, spot);
      if (depth < DEEPEST) return readGroup(part, spot, depth + 1);
      faults[spot] = "Groups can stand in a rule, but not in another group.";
      return { all: [] };
    });
    return match === "any" ? { any: parts } : { all: parts };
  }

  function readCondition(input: unknown, at: string): Condition {
    const place = (name: string) => (at === "" ? name : `${at}.${name}`);
    const { field, is, value, ...others } = isRecord(input) ? input : {};
    const condition = { field: String(field), is: String(is) };
    const kind = typeof field === "string" ? kindOf(field) : undefined;
    const [other] = Object.keys(others);
    if (!isRecord(input)) {
      faults[at] = "A condition is {field, is, value}.";
    } else if (other !== undefined) {
      faults[at] = "A condition has a field, is and a value, and nothing else.";
    } else if (kind === undefined) {
      faults[place("field")] =
        `Choose a field: ${BUILT_IN_FIELDS.join(", ")}, or attributes.<key>.`;
    } else if (typeof is !== "string" || !isOperatorOf(kind, is)) {
      faults[place("is")] = `Choose one of: ${operatorsOf(kind).join(", ")}.`;
    } else {
      const fault = valueFault(kind, is, value);
      if (fault === undefined) return value === undefined ? condition : withValue(condition, value);
      faults[place("value")] = fault;
    }
    return condition;
  }
}

/** Every condition of a rule with its place, `any.1.all.0`. */
export function placesOf(rule: SegmentRule, at = ""): { at: string; condition: Condition }[] {
  if ("field" in rule) return [{ at, condition: rule }];
  const place = at === "" ? matchOf(rule) : `${at}.${matchOf(rule)}`;
  return partsOf(rule).flatMap((part, index) => placesOf(part, `${place}.${index}`));
}

/** Every condition of a rule, whatever group it stands in. */
export function conditionsOf(rule: SegmentRule): Condition[] {
  return placesOf(rule).map(({ condition }) => condition);
}

export function matchOf(group: Group): Match {
  return "all" in group ? "all" : "any";
}

export function partsOf(group: Group): SegmentRule[] {
  return "all" in group ? group.all : group.any;
}

/** The ids of the segments that a rule asks for. */
export function segmentsIn(rule: SegmentRule): string[] {
  const ids = conditionsOf(rule)
    .filter(({ field }) => field === "segment")
    .map(({ value }) => String(value));
  return [...new Set(ids)];
}

function valueFault(kind: FieldKind, operator: Operator, value: unknown): string | undefined {
  switch (valueKindOf(operator)) {
    case "none":
      return value === undefined ? undefined : "Leave the value out: there is nothing to compare.";
    case "text":
      return textFault(kind, value);
    case "number":
      return typeof value === "number" && Number.isFinite(value) ? undefined : "Use a number.";
    case "day":
      return isDay(value) ? undefined : "Choose a day, like 2026-11-24.";
    case "days":
      return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= DAYS_LIMIT
        ? undefined
        : `Use a number of days from 1 to ${DAYS_LIMIT}.`;
    case "segment":
      return isId(value) ? undefined : "Choose a segment.";
  }
}

function textFault(kind: FieldKind, value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return undefined;
  if (typeof value !== "string" || value.trim() === "")
    return isOperatorOf(kind, "not_set")
      ? "Fill in what to compare with. For “nothing is there”, choose “is not set”."
      : "Fill in what to compare with.";
  return value.length > TEXT_LIMIT ? `Use at most ${TEXT_LIMIT} characters.` : undefined;
}

/** A day that the calendar has. */
function isDay(value: unknown): value is string {
  if (typeof value !== "string" || !/^(?!0000)\d{4}-\d\d-\d\d$/.test(value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

function withValue(condition: Condition, value: unknown): Condition {
  return { ...condition, value: value as string | number | boolean };
}

function isGroup(input: unknown): input is object {
  return isRecord(input) && ("all" in input || "any" in input);
}

function isRecord(input: unknown): input is Record<string, unknown> {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}
