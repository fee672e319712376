import { analyzeSync, LiquidError, Output, type Template, Value } from "liquidjs";
import { MAX_LIQUID_LENGTH, textEngine } from "./engine.ts";
import { type LiquidPiece, protect } from "./protect.ts";
import { parseLiquid } from "./syntax.ts";
import { UrlTag } from "./urls.ts";

/** The parts of a contact that every contact has; they win over custom attributes of the same name. */
export const CONTACT_FIELDS = ["id", "email", "name", "first_name", "last_name"] as const;

/** What a template can name, besides custom attributes of the contact. */
export const NAMES: Readonly<Record<string, readonly string[]>> = {
  contact: CONTACT_FIELDS,
  campaign: ["name"],
  sender: ["name", "email", "postal_address"],
  unsubscribe_url: [],
};

export interface ContactRecord {
  id: string;
  email: string;
  name?: string | null | undefined;
  first_name?: string | null | undefined;
  last_name?: string | null | undefined;
  attributes?: Readonly<Record<string, unknown>> | null | undefined;
}

/**
 * A contact as templates see it: custom attributes and built-in fields side by side, plain JSON. Who has no name of their own is
 * called by first and last name.
 */
export function contactVariables(contact: ContactRecord): Record<string, unknown> {
  const variables: Record<string, unknown> = { ...contact.attributes };
  for (const field of CONTACT_FIELDS) variables[field] = contact[field] ?? "";
  variables["name"] ||= `${contact.first_name ?? ""} ${contact.last_name ?? ""}`.trim();
  return variables;
}

/** A variable that a template expects to be given; `path` ends where a name is only known when it is rendered. */
export interface VariableUse {
  path: string[];
  line: number;
}

/** Every use of a variable that a Liquid source does not set itself (by `assign`, `capture` or a loop). */
export function variableUses(source: string): VariableUse[] {
  const { templates, lineOf } = parsedPieces(source);
  return Object.values(analyzeSync(templates, { partials: false }).globals)
    .flat()
    .map(({ segments, location }) => {
      const computed = segments.findIndex((segment) => typeof segment === "object");
      const fixed = computed < 0 ? segments : segments.slice(0, computed);
      return { path: fixed.map(String), line: lineOf(location.row) };
    });
}

/** The variables a Liquid source shows whoever it is rendered for: outside of every condition, loop and capture. */
export function shownToAll(source: string): Set<string> {
  const shown = parsedPieces(source).templates.flatMap((template) =>
    template instanceof Output
      ? withoutFilters(template)
      : template instanceof UrlTag
        ? template
        : [],
  );
  const { globals } = analyzeSync(shown, { partials: false });
  return new Set(
    Object.values(globals)
      .flat()
      .map(({ segments }) => segments.join(".")),
  );
}

/** What a filter is given is not shown: in `{{ contact.name | default: unsubscribe_url }}` the link is for few. */
function withoutFilters(output: Output): Template {
  return Object.assign(Object.create(Output.prototype) as Output, output, {
    value: Object.assign(Object.create(Value.prototype) as Value, output.value, { filters: [] }),
  });
}

/**
 * The Liquid of a source without the text around it, or nothing of one that has too much. LiquidJS counts lines from
 * the top for every variable, which in a whole email costs more than all the rest.
 */
function parsedPieces(source: string): { templates: Template[]; lineOf(row: number): number } {
  const pieces = piecesOf(source);
  const lines = pieces.flatMap(({ source: piece, line }) =>
    piece.split("\n").map((_, offset) => line + offset),
  );
  const liquid = pieces.map((piece) => piece.source).join("\n");
  const templates =
    liquid.length > MAX_LIQUID_LENGTH + pieces.length
      ? []
      : parseLiquid(textEngine, "body", liquid).templates;
  return { templates, lineOf: (row) => lines[row - 1] ?? 1 };
}

/** The pieces of a source; none of one with a tag that is never closed, for they cannot be told apart. */
export function piecesOf(source: string): readonly LiquidPiece[] {
  try {
    return protect(source).pieces;
  } catch (error) {
    if (LiquidError.is(error)) return [];
    throw error;
  }
}
