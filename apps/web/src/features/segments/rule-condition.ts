import { type SQL, sql } from "drizzle-orm";
import { domainToASCII } from "node:url";
import { canonicalBeginning, parseAddress } from "../contacts/address.ts";
import { type Condition, matchOf, partsOf, type SegmentRule } from "./rule.ts";
import { attributeOf, isBuiltIn, type Operator } from "./rule-vocabulary.ts";

/**
 * The condition on `contact` that holds for whoever satisfies a rule. What a person typed is always a bound value: nothing
 * of it is ever part of the statement. It is true or false, never null, so it can be negated and combined.
 */
export function ruleCondition(rule: SegmentRule): SQL {
  if ("field" in rule) return conditionOf(rule);
  const parts = partsOf(rule).map(ruleCondition);
  // A group of nothing would hold for nobody or everybody, depending on who reads it: it holds for nobody.
  if (parts.length === 0) return sql`FALSE`;
  return sql`(${sql.join(parts, matchOf(rule) === "all" ? sql` AND ` : sql` OR `)})`;
}

function conditionOf({ field, is, value = "" }: Condition): SQL {
  const operator = is as Operator;
  const attribute = attributeOf(field);
  if (attribute !== undefined) return attributeCondition(attribute, operator, value);
  if (!isBuiltIn(field)) throw new Error(`a rule was stored that asks for ${field}`);
  switch (field) {
    case "email":
      return spelledCondition(ADDRESS, operator, String(value), addressOf(String(value), operator));
    case "domain":
      return spelledCondition(DOMAIN, operator, String(value), domainOf(String(value)));
    case "name":
      return textCondition(NAME, operator, String(value));
    case "first_name":
      return textCondition(FIRST_NAME, operator, String(value));
    case "last_name":
      return textCondition(LAST_NAME, operator, String(value));
    case "created_at":
      return createdCondition(operator, value);
    case "segment":
      return segmentCondition(operator, String(value));
  }
}

interface AddressText {
  canonical: SQL;
  /** The same as it was typed, in lower case. */
  typed: SQL;
}

/** Texts in lower case, never null. The spelling of each is that of its index, where it has one. */
const ADDRESS: AddressText = {
  canonical: sql`"contact"."canonical_email"`,
  typed: sql`(lower("contact"."email") COLLATE "C")`,
};
const DOMAIN: AddressText = {
  canonical: sql`split_part("contact"."canonical_email", '@', 2)`,
  typed: sql`(split_part(lower("contact"."email"), '@', 2) COLLATE "C")`,
};
const NAME = sql`"contact"."shown_name"`;
const FIRST_NAME = sql`(lower("contact"."first_name") COLLATE "C")`;
const LAST_NAME = sql`"contact"."sought_last_name"`;

/**
 * Compares an address, or its domain, in its canonical form. What is cut out of a name in another script, `münch` of
 * `münchen.example`, has no form in ASCII that stands there, so it is sought in what was typed as well.
 */
function spelledCondition(
  { canonical, typed }: AddressText,
  operator: Operator,
  value: string,
  canonicalValue: string,
): SQL {
  const condition = textCondition(canonical, operator, canonicalValue);
  const isPart =
    operator === "contains" || operator === "not_contains" || operator === "begins_with";
  if (!isPart || !/[^\0-\x7f]/.test(value)) return condition;
  const asTyped = textCondition(typed, operator, value.trim().normalize("NFC"));
  return operator === "not_contains"
    ? sql`(${condition} AND ${asTyped})`
    : sql`(${condition} OR ${asTyped})`;
}

/** Compares a text without regard to case. There are no patterns, so no character of a value means anything but itself. */
function textCondition(text: SQL, operator: Operator, value: string): SQL {
  const sought = sql`lower(${value}::text)`;
  switch (operator) {
    case "equals":
      return sql`${text} = ${sought}`;
    case "not_equals":
      return sql`${text} <> ${sought}`;
    case "contains":
      return sql`strpos(${text}, ${sought}) > 0`;
    case "not_contains":
      return sql`strpos(${text}, ${sought}) = 0`;
    case "begins_with":
      return beginsWith(text, value);
    case "set":
      return sql`${text} <> ''`;
    case "not_set":
      return sql`${text} = ''`;
    default:
      throw new Error(`a rule was stored that asks a text whether it is ${operator}`);
  }
}

/**
 * Whether a text in lower case begins with a value. An index by bytes serves a range: what begins with a text lies between
 * it and it with the last character that there is, as often as nobody has it in a row.
 */
function beginsWith(text: SQL, value: string): SQL {
  const sought = sql`lower(${value}::text)`;
  return sql`(${text} >= ${sought} COLLATE "C" AND ${text} < (${sought} || repeat(chr(1114111), 99)) COLLATE "C" AND starts_with(${text}, ${sought}))`;
}

function attributeCondition(key: string, operator: Operator, value: Condition["value"]): SQL {
  const text = sql`("contact"."attributes" ->> ${key}::text)`;
  switch (operator) {
    case "greater_than":
      return sql`coalesce(${numberIn(text)} > ${String(value)}::numeric, FALSE)`;
    case "less_than":
      return sql`coalesce(${numberIn(text)} < ${String(value)}::numeric, FALSE)`;
    case "before":
      return sql`(${isDay(text)} AND ${dayIn(text)} < ${String(value)})`;
    case "after":
      return sql`(${isDay(text)} AND ${dayIn(text)} > ${String(value)})`;
    case "in_last_days":
      return sql`(${isDay(text)} AND ${dayIn(text)} BETWEEN ${daysAgo(value)} AND ${TOMORROW})`;
    case "not_in_last_days":
      // Of a date in another form, `28.11.2026`, nobody can say that it is not: whoever has one is in neither.
      return sql`(coalesce(${text}, '') = ''
        OR (${isDay(text)} AND NOT ${dayIn(text)} BETWEEN ${daysAgo(value)} AND ${TOMORROW}))`;
    default:
      return textCondition(sql`lower(coalesce(${text}, ''))`, operator, String(value));
  }
}

/**
 * Imports may bring numbers as text, so a text that is a number is one. CASE keeps the cast from what is none. At a
 * million contacts this takes 1.7 s on one core; with a bound in the pattern (`\d{1,30}`) it took 3.6 s.
 */
function numberIn(text: SQL): SQL {
  return sql`CASE WHEN ${text} ~ '^[-+]?[0-9]+(\\.[0-9]+)?$' AND length(${text}) < 60 THEN ${text}::numeric END`;
}

/** Whether a text begins with a day, `2026-11-24`; never null. */
function isDay(text: SQL): SQL {
  return sql`coalesce(${text} LIKE '____-__-__%' AND translate(left(${text}, 10), '0123456789', '') = '--', FALSE)`;
}

/** Days in this form sort as texts as they do in time, and need not be parsed: that takes half as long again. */
function dayIn(text: SQL): SQL {
  return sql`left(${text}, 10) COLLATE "C"`;
}

/** A contact's day has no time zone, and somewhere on Earth it is today already: in Sydney from 13:00 UTC on. */
const TOMORROW = daysAgo(-1);

/** The day so many days ago, in UTC: a subquery, so that it is worked out once and not for each contact. */
function daysAgo(days: Condition["value"] | number): SQL {
  return sql`(SELECT to_char((now() AT TIME ZONE 'UTC')::date - ${String(days)}::integer, 'YYYY-MM-DD'))`;
}

function createdCondition(operator: Operator, value: Condition["value"]): SQL {
  const at = sql`"contact"."created_at"`;
  const midnight = sql`(${String(value)}::date::timestamp AT TIME ZONE 'UTC')`;
  switch (operator) {
    case "before":
      return sql`${at} < ${midnight}`;
    case "after":
      return sql`${at} >= ${midnight} + interval '24 hours'`;
    case "in_last_days":
      return sql`${at} > now() - ${String(value)}::integer * interval '24 hours'`;
    case "not_in_last_days":
      return sql`${at} <= now() - ${String(value)}::integer * interval '24 hours'`;
    default:
      throw new Error(`a rule was stored that asks a time whether it is ${operator}`);
  }
}

function segmentCondition(operator: Operator, id: string): SQL {
  const member = isMember([id]);
  return operator === "not_in" ? sql`NOT ${member}` : member;
}

/**
 * Whether the contact is listed in one of the static segments. EXISTS, since `IN (SELECT …)` beside an OR is looked up by
 * reading the whole list for every contact once it is too large for work_mem: minutes instead of a second, at a million.
 */
export function isMember(segments: readonly string[]): SQL {
  return sql`EXISTS (
    SELECT FROM "segment_contact" WHERE "segment_contact"."contact_id" = "contact"."id"
      AND "segment_contact"."segment_id" = ANY(${sql.param(segments)}::uuid[])
  )`;
}

/** An address is compared in the form in which two spellings are one; of a part of one, so is what follows its @. */
function addressOf(typed: string, operator: Operator): string {
  const isWhole = operator === "equals" || operator === "not_equals";
  const parsed = isWhole ? parseAddress(typed) : undefined;
  return parsed?.ok === true ? parsed.canonical : canonicalBeginning(typed);
}

/** `@Example.com` and `münchen.example` as they stand in a canonical address. */
function domainOf(typed: string): string {
  const name = typed.trim().replace(/^@/, "");
  // What is no name, or the beginning of one, has no other form.
  return domainToASCII(name) || name;
}
