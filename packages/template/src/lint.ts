import { tagsOf } from "./attributes.ts";
import { compileSource } from "./compile.ts";
import type { Problem, TemplateSource } from "./content.ts";
import { type LiquidPiece, type Protected, protect } from "./protect.ts";
import { createRenderer } from "./render.ts";
import { didYouMean } from "./suggest.ts";
import {
  CONTACT_FIELDS,
  contactVariables,
  NAMES,
  type VariableUse,
  variableUses,
} from "./variables.ts";

/** Gmail cuts messages off at 102 KB of html, and with them the end of the email. */
const CLIPPED_AT_BYTES = 100 * 1024;

/** More than this nobody reads; they return once the first are mended. */
const MAX_PROBLEMS = 50;

/**
 * Names what is wrong with a template, errors first, each with its line where it has one. `knownAttributes` are the
 * keys of the custom attributes that contacts have. A template without errors can be sent.
 */
export function lintTemplate(
  source: TemplateSource,
  knownAttributes: readonly string[],
): Problem[] {
  const compiled = compileSource(source);
  const problems = [
    ...(compiled.ok ? [] : compiled.problems),
    ...emptySubject(source, compiled.ok),
    ...unknownVariables(source, knownAttributes),
    ...oldPlaceholders(source, knownAttributes),
  ];
  if (compiled.ok && source.kind !== "text") problems.push(...unsafeMarkup(source.body));
  if (compiled.ok) problems.push(...clipped(compiled.content.html ?? compiled.content.text));
  return problems
    .toSorted((a, b) => rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0))
    .slice(0, MAX_PROBLEMS);
}

function rank({ severity, part }: Problem): number {
  return (severity === "error" ? 0 : 2) + (part === "subject" ? 0 : 1);
}

function* emptySubject({ subject }: TemplateSource, compiles: boolean): Generator<Problem> {
  if (subject.trim() === "") {
    yield { severity: "error", part: "subject", message: "Write a subject: an email needs one." };
  } else if (compiles && isEmptyForSome(subject)) {
    yield {
      severity: "warning",
      part: "subject",
      message:
        "It comes out empty for a contact without a name and attributes. Say what stands there then: “{{ contact.first_name | default: 'News for you' }}”.",
    };
  }
}

/** Whether nothing is left of a subject for somebody of whom the address alone is known. */
function isEmptyForSome(subject: string): boolean {
  const common = { campaign: { name: "News" }, sender: { name: "Shop", email: "a@example.com" } };
  const rendered = createRenderer(
    { subject, html: null, text: "" },
    common,
  )(contactVariables({ id: "1", email: "b@example.com" }));
  return rendered.ok && rendered.subject === "";
}

function unknownVariables(source: TemplateSource, attributes: readonly string[]): Problem[] {
  const known = { ...NAMES, contact: [...CONTACT_FIELDS, ...attributes] };
  const seen = new Set<string>();
  return [...usesIn(source, "subject"), ...usesIn(source, "body")].flatMap(
    ({ part, path, line }) => {
      const fault = faultOf(path, known);
      const key = `${part} ${line} ${path.join(".")}`;
      if (fault === undefined || seen.has(key)) return [];
      seen.add(key);
      return [{ part, line, ...fault }];
    },
  );
}

type Part = Problem["part"];

function usesIn(source: TemplateSource, part: Part): (VariableUse & { part: Part })[] {
  return variableUses(source[part]).map((use) => ({ ...use, part }));
}

function faultOf(
  [root = "", field]: string[],
  known: Readonly<Record<string, readonly string[]>>,
): Pick<Problem, "severity" | "message"> | undefined {
  const fields = Object.hasOwn(known, root) ? known[root] : undefined;
  if (fields === undefined) {
    const hint = known["contact"]?.includes(root)
      ? ` Did you mean “contact.${root}”?`
      : didYouMean(root, Object.keys(known));
    return { severity: "error", message: `There is no “${root}”.${hint}` };
  }
  if (field === undefined || fields.includes(field)) return undefined;
  return {
    severity: root === "contact" ? "warning" : "error",
    message:
      root === "contact"
        ? `No contact has the attribute “${field}”, so nothing is shown there.${didYouMean(field, fields)}`
        : `“${root}” has no “${field}”.${didYouMean(field, fields)}`,
  };
}

/** Placeholders that this system's predecessor filled in, and what they are called now. */
const OLD_NAMES = ["user_id", ...CONTACT_FIELDS];

function oldPlaceholders(source: TemplateSource, attributes: readonly string[]): Problem[] {
  const names = new Set([...OLD_NAMES, ...attributes]);
  return (["subject", "body"] as const).flatMap((part) =>
    [...source[part].matchAll(/(?<![{%$\w])\{([A-Za-z_]\w*)\}(?!\})/g)]
      .filter(([, name = ""]) => names.has(name))
      .map(({ index, 0: placeholder, 1: name = "" }) => ({
        severity: "warning" as const,
        part,
        line: lineAt(source[part], index),
        message: `“${placeholder}” is sent as it stands. Write “{{ contact.${name === "user_id" ? "id" : name} }}” for the contact's value.`,
      })),
  );
}

function unsafeMarkup(body: string): Problem[] {
  const hidden = protect(body);
  return [...scripts(hidden), ...unquotedOutputs(hidden), ...rawOutputs(hidden)];
}

function* scripts(hidden: Protected): Generator<Problem> {
  const script = tagsOf(hidden.text).find(({ name }) => name === "script");
  if (script === undefined) return;
  yield {
    severity: "warning",
    part: "body",
    line: lineAt(hidden.restore(hidden.text.slice(0, script.start)), Infinity),
    message: "No mail client runs scripts, and many treat an email with one as spam. Remove it.",
  };
}

function* unquotedOutputs(hidden: Protected): Generator<Problem> {
  for (const { attributes } of tagsOf(hidden.text)) {
    for (const { name, value, quoted } of attributes) {
      const piece = quoted ? undefined : printingPiece(hidden, `${name} ${value}`);
      if (piece === undefined) continue;
      yield {
        severity: "error",
        part: "body",
        line: piece.line,
        message: `${shortened(piece)} stands in a tag without quotes around it, so a contact's data could change the tag. Put it in quotes.`,
      };
    }
  }
}

function* rawOutputs({ pieces }: Protected): Generator<Problem> {
  for (const piece of pieces) {
    if (!/\|\s*raw\s*-?\}\}$/.test(piece.source)) continue;
    yield {
      severity: "warning",
      part: "body",
      line: piece.line,
      message: `${shortened(piece)} is put into the email as HTML, whatever it holds. Leave “raw” out unless you wrote the value yourself.`,
    };
  }
}

function printingPiece(hidden: Protected, text: string): LiquidPiece | undefined {
  return [...text.matchAll(hidden.pattern)]
    .map(([, index]) => hidden.pieces[Number(index)])
    .find((piece) => piece?.prints);
}

function shortened({ source }: LiquidPiece): string {
  const line = source.replace(/\s+/g, " ");
  return `“${line.length <= 60 ? line : `${line.slice(0, 59)}…`}”`;
}

function* clipped(content: string): Generator<Problem> {
  const bytes = Buffer.byteLength(content);
  if (bytes <= CLIPPED_AT_BYTES) return;
  yield {
    severity: "warning",
    part: "body",
    message: `The email has ${Math.ceil(bytes / 1024)} KB. Gmail cuts off what goes beyond 102 KB, so shorten it.`,
  };
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
