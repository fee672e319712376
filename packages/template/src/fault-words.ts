import { type Liquid, LiquidError } from "liquidjs";
import { FORBIDDEN_TAGS } from "./engine.ts";
import { didYouMean } from "./suggest.ts";

/** What LiquidJS says, and what a marketer is told in its place: what is wrong and what to do, in whole sentences. */
type Words = readonly [RegExp, (matched: string[], engine: Liquid) => string];

/** A text as LiquidJS quotes it: JSON of its first 32 characters. */
const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';

const MISSING_VALUE = new RegExp(
  `^(?:invalid value expression: (${QUOTED})|unexpected token (${QUOTED}), value expected)$`,
);

const IN_BOTH: readonly Words[] = [
  [
    /^undefined filter: (.+)$/,
    ([name = ""], engine) =>
      `There is no filter “${name}”.${didYouMean(name, Object.keys(engine.filters))}`,
  ],
  [
    /^Maximum call stack size exceeded\.?$/,
    () => "The Liquid is nested too deeply. Take out some of the blocks that stand in one another.",
  ],
];

/** Of LiquidJS 10: every fault that its tokenizer and its tags can find while they read, but those of forbidden tags. */
const READING: readonly Words[] = [
  ...IN_BOTH,
  [/^tag "(.+)" not found$/, ([name = ""], engine) => unknownTag(name, Object.keys(engine.tags))],
  [
    /^illegal (?:tag syntax, tag name expected|liquid tag syntax)$/,
    () => "A tag has no name. Say first what it is to do, as {% if contact.city %} does.",
  ],
  [
    new RegExp(`^tag (${QUOTED}) not closed$`),
    ([begun]) => `The tag “${unquoted(begun)}” has no end. Close it with “%}”.`,
  ],
  [
    /^tag ([^]+) not closed$/,
    ([tag = ""]) =>
      `“${piece(tag)}” has no “{% end${nameOf(tag)} %}”. Write that where the block is to end.`,
  ],
  [
    new RegExp(`^output (${QUOTED}) not closed$`),
    ([begun]) =>
      `“${unquoted(begun)}” has no end. Close it with “}}”, and each quotation mark in it with another.`,
  ],
  [
    /^raw "[^]*" not closed$/,
    () =>
      "“{% raw %}” has no “{% endraw %}”. Write that where the text ends that is to stay as it is.",
  ],
  [MISSING_VALUE, ([initial, inside]) => missingValue(unquoted(initial ?? inside))],
  [
    /^expected "\|" before filter$/,
    () =>
      "Something that does not belong there comes after a value. Put “|” before a filter, quotation marks around a text, and an operator such as “==” between two values.",
  ],
  [
    /^expected filter name$/,
    () => "After “|” the name of a filter is missing. Write one, or take the “|” out.",
  ],
  [
    /^expected ":" after filter name$/,
    () =>
      'Something that does not belong there comes after a filter. Put “:” before what it is given, as in | default: "there", and “|” before the next filter.',
  ],
  [
    new RegExp(`^unexpected character (${QUOTED})$`),
    ([rest]) =>
      `“${unquoted(rest)}” does not belong after what a filter is given. Put “,” between two values, and “|” before the next filter.`,
  ],
  [
    /^\[ not closed$/,
    () => 'A “[” has no “]”. Close it after the name in it, as in contact["city"].',
  ],
  [
    /^invalid range syntax$/,
    () =>
      "Parentheses can hold nothing but a range, as (1..5) does. Take them out, and put one condition inside the other where they were to group some.",
  ],
  [
    /^expected variable name$/,
    () =>
      '“assign” has no name to keep its value under. Write one, as in {% assign greeting = "Hello" %}.',
  ],
  [
    /^expected "="$/,
    () =>
      'In “assign” a “=” is missing after the name, which has no dots and no spaces in it. Write it as in {% assign greeting = "Hello" %}.',
  ],
  [
    /^illegal tag: ([^]+)$/,
    ([tag = ""]) =>
      `“${piece(tag)}” does not say what to go through. Write it as in {% ${nameOf(tag)} item in contact.items %}.`,
  ],
  [
    /^invalid capture name$/,
    () => "“capture” has no name to keep its text under. Write one, as in {% capture greeting %}.",
  ],
  [
    /^empty candidates: /,
    () =>
      '“cycle” has nothing to take turns with. Write its values, as in {% cycle "odd", "even" %}.',
  ],
  [
    /^unexpected elsif after else$/,
    () => "An “elsif” stands after the “else”. Move it before that: “else” comes last.",
  ],
  [
    /^duplicated else$/,
    () => "An “if” has two “else”. Leave one, or make the first an “elsif” with its condition.",
  ],
  [
    new RegExp(`^unexpected (${QUOTED})$`),
    ([rest]) =>
      `“${unquoted(rest)}” does not belong there: “else” and what ends a block stand alone. A further condition is an “elsif”.`,
  ],
  [
    /^every line of an inline comment must start with a '#' character$/,
    () =>
      "A comment that begins with “#” goes over several lines. Begin each of them with “#”, or write {% comment %}…{% endcomment %} around them.",
  ],
];

/** What filters find wrong with a contact's values, told without the values. */
const RENDERING: readonly Words[] = [
  ...IN_BOTH,
  [
    /^invalid base64 provided to base64_decode$/,
    () => "The value is not Base64. Use “base64_decode” only where every contact's value is.",
  ],
  [
    /^URI (?:error|malformed)$/,
    () =>
      "The value has a “%” in it that begins no encoded character. Use “url_decode” only where every contact's value is encoded.",
  ],
  [
    /illegal UTF-16 sequence/,
    () =>
      "The value ends or begins with half a character: something cut it in an emoji. Encode it before it is cut.",
  ],
  [
    /^invalid time zone: /,
    () =>
      '“date” is given a time zone that there is not. Name one, such as "Europe/Berlin", or its offset in minutes.',
  ],
  [
    /^(append|prepend) expect 2 arguments$/,
    ([name]) => `“${name}” takes one text, no more and no less. Write it as in | ${name}: "!".`,
  ],
  [
    /^(?:No default value|Cannot convert object to primitive value)$/,
    () => "The value cannot be shown as a text. Show a part of it.",
  ],
];

/** What is wrong with a template that cannot be read. */
export function readingFault(error: unknown, engine: Liquid): string {
  const message = plainMessage(error);
  return (
    told(READING, message, engine) ??
    `This Liquid cannot be read (“${message}”). Look for a slip in it, or write it in another way.`
  );
}

/** What went wrong with a piece of a template for one contact. */
export function renderingFault(error: unknown, engine: Liquid): string {
  const message = plainMessage(error);
  return (
    told(RENDERING, message, engine) ??
    `It failed (“${message}”). Write it in another way, or take it out.`
  );
}

function told(table: readonly Words[], message: string, engine: Liquid): string | undefined {
  for (const [pattern, words] of table) {
    const [matched, ...groups] = pattern.exec(message) ?? [];
    if (matched !== undefined) return words(groups, engine);
  }
  return undefined;
}

/** The message without LiquidJS's line, which counts in the compiled source and not in what the marketer wrote. */
export function plainMessage(error: unknown): string {
  const cause = LiquidError.is(error) ? (error.originalError ?? error) : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.replace(/, (?:line:\d+, col:\d+|file:.*)$/, "");
}

const LEFT_OVER = /^(?:end\w+|else|elsif|when)$/;

/** Whether a fault is no more than the end of a block whose beginning is at fault itself. */
export function isLeftOver(error: unknown): boolean {
  return LEFT_OVER.test(/^tag "(.+)" not found$/.exec(plainMessage(error))?.[1] ?? "");
}

function unknownTag(tag: string, known: string[]): string {
  if (FORBIDDEN_TAGS.some((name) => name === tag))
    return `The tag “${tag}” is not allowed: an email is one template and cannot pull in others.`;
  if (LEFT_OVER.test(tag)) return `“${tag}” has no tag before it that it could belong to.`;
  return `There is no tag “${tag}”.${didYouMean(tag, known)}`;
}

function missingValue(rest: string): string {
  const where = rest === "" ? "A value is missing" : `Before “${rest}” a value is missing`;
  return `${where}. Write a name such as contact.city, a number, or a text in quotation marks.`;
}

function unquoted(text = '""'): string {
  return piece((JSON.parse(text) as string).replace(/\.\.\.$/, "…"));
}

/** `if` of `{%- if x %}`, and of a line of `{% liquid %}`, which has no braces. */
function nameOf(tag: string): string {
  return /\w+/.exec(tag)?.[0] ?? "";
}

const LONGEST_PIECE = 60;

function piece(liquid: string): string {
  const line = liquid.replaceAll(/\s+/g, " ").trim();
  return line.length > LONGEST_PIECE ? `${line.slice(0, LONGEST_PIECE)}…` : line;
}
