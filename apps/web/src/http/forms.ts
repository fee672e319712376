import {
  Kind,
  OptionalKind,
  type SchemaOptions,
  type Static,
  type TObject,
  type TProperties,
  type TSchema,
  Type,
} from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { RequestError } from "./faults.ts";
import { faultsOf, ONE_LINE } from "./messages.ts";

/**
 * The schema of what a form posts or the API takes: the same one for both. Unknown fields are refused by the API and
 * passed over in a form. A field says what it is called (`title`) and, where its limits do not explain themselves, what
 * to do (`error`); see messages.ts.
 */
export function Input<P extends TProperties>(properties: P): TObject<P> {
  return Type.Object(properties, { additionalProperties: false });
}

/** One line of text that must be there. */
export function line(title: string, maxLength = 200) {
  return Type.String({ title, minLength: 1, maxLength, pattern: ONE_LINE });
}

/** One line of text that may be left out; blank by default. */
export function optionalLine(title: string, maxLength = 200) {
  return Type.String({ title, maxLength, pattern: ONE_LINE, default: "" });
}

/** One of a closed list of words. */
export function oneOf<const T extends string>(words: readonly T[], options: SchemaOptions = {}) {
  return Type.Unsafe<T>(
    Type.Union(
      words.map((word) => Type.Literal(word)),
      options,
    ),
  );
}

/** A moment as the API tells it, in ISO 8601. */
export const Moment = Type.String({ format: "date-time" });

/** What the API shows of whatever people change: by it a change says what whoever makes it had before them. */
export const Revision = Type.String({
  description:
    "Another with every change. A change that names it is a 409 instead of undoing one that came between.",
});

/** The same in the body of a change. */
export const SeenRevision = Type.Optional(
  Type.String({
    title: "Revision",
    maxLength: 100,
    description: "The revision that was seen: 409 when it is another by now.",
  }),
);

/**
 * The same fields, all of them optional and none with a default: what a PATCH takes. What is left out stays as it is.
 */
export function Changes<P extends TProperties>({ properties }: TObject<P>) {
  const bare = Object.fromEntries(
    Object.entries(properties).map(([name, { default: _default, ...schema }]) => [name, schema]),
  );
  return Type.Partial(Type.Object(bare as P), { additionalProperties: false });
}

/** Options for a field whose white space is its own: a password, a template's source. */
export const VERBATIM = { verbatim: true } as const;
/** Options for a field that is never sent back to the browser. */
export const SECRET = { verbatim: true, secret: true } as const;

/** A form to be shown again: what was typed stands in it, and what is wrong stands at its field. It is a `FormState`. */
export interface RefusedForm {
  ok: false;
  unsaved: true;
  values: Record<string, string>;
  /** Of fields that may be repeated. */
  lists: Record<string, string[]>;
  errors: Record<string, string>;
}

export interface TakenForm<T> {
  ok: true;
  value: T;
  /** The same form to be shown again, for what only the domain knows: an address that is taken. */
  refuse(errors: Record<string, string>): RefusedForm;
}

/**
 * Makes values of a posted form by its schema. White space around a text goes; a blank field is its default, or missing;
 * a box that is checked is true; a field that may be repeated is a list. The answer is the value, or the form to be
 * shown again with status 422.
 */
export function parseForm<S extends TObject>(
  schema: S,
  form: URLSearchParams,
): TakenForm<Static<S>> | RefusedForm {
  const { value, errors, refuse } = readForm(schema, form);
  return Object.keys(errors).length > 0
    ? refuse(errors)
    : { ok: true, value: value as Static<S>, refuse };
}

/** A posted form as far as it fits. */
export interface ReadForm<T> extends Pick<TakenForm<T>, "refuse"> {
  /** Without the fields that are at fault. */
  value: Partial<T>;
  /** What is wrong, by field; empty for a form that may be taken. */
  errors: Record<string, string>;
}

/** The same for a domain that has more to say of a form than its schema has, so that all of it is told together. */
export function readForm<S extends TObject>(schema: S, form: URLSearchParams): ReadForm<Static<S>> {
  const value = valueOf(schema, form);
  const errors = faultsOf(schema, value);
  const atFault = new Set(Object.keys(errors).map((path) => path.split(".")[0]));
  const fits = Object.entries(value).filter(([name]) => !atFault.has(name));
  return {
    value: Object.fromEntries(fits) as Partial<Static<S>>,
    errors,
    refuse: (faults) => ({ ok: false, unsaved: true, ...typedIn(schema, form), errors: faults }),
  };
}

/**
 * Makes values of a page's query, and never refuses: a number out of bounds is brought in, and what does not fit is its
 * default, or missing. So every field of the schema is optional or has a default.
 */
export function parseQuery<S extends TObject>(schema: S, request: Request): Static<S> {
  const value = valueOf(schema, new URL(request.url).searchParams);
  for (const [name, property] of Object.entries(schema.properties)) {
    const within = brought(property, value[name]);
    if (within !== undefined && Value.Check(property, within)) value[name] = within;
    else if ("default" in property) value[name] = property.default;
    else delete value[name];
  }
  return value as Static<S>;
}

/** Refuses a query with something in it that does not fit, which `parseQuery` would pass over: what is saved to a file is all that it asks for. */
export function requireFit(schema: TObject, request: Request): void {
  const { searchParams } = new URL(request.url);
  for (const [name, property] of Object.entries(schema.properties)) {
    const given = searchParams.get(name) ?? "";
    if (given !== "" && !Value.Check(property, fieldOf(property, searchParams.getAll(name))))
      throw new RequestError(
        400,
        `“${name}” in the address is not understood: nothing is exported.`,
      );
  }
}

function valueOf(schema: TObject, form: URLSearchParams): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(schema.properties)) {
    const made = fieldOf(property, form.getAll(name));
    if (made !== undefined) value[name] = made;
  }
  return value;
}

function fieldOf(schema: TSchema, given: string[]): unknown {
  if (schema[Kind] === "Array") return given.map((text) => scalarOf(schema["items"], text));
  const last = given.at(-1);
  if (schema[Kind] === "Boolean") return isChecked(last, schema);
  const made = last === undefined ? "" : scalarOf(schema, last);
  if (made !== "") return made;
  if ("default" in schema) return schema["default"];
  return acceptsNull(schema) ? null : undefined;
}

function isChecked(text: string | undefined, schema: TSchema): boolean | undefined {
  // A box that is not checked is not sent at all; only what may be left out can tell "no" from "not said".
  if (text === undefined) return OptionalKind in schema ? undefined : false;
  return text !== "" && text !== "false" && text !== "off" && text !== "0";
}

function scalarOf(schema: TSchema, text: string): unknown {
  const kind: unknown = schema[Kind];
  if (kind === "Integer" || kind === "Number") return numberOf(text);
  if (kind === "Union") return scalarOfUnion(schema, text);
  const lines = text.replaceAll("\r\n", "\n");
  return schema["verbatim"] === true ? lines : lines.trim();
}

function scalarOfUnion(schema: TSchema, text: string): unknown {
  const choices = schema["anyOf"] as TSchema[];
  const number = choices.find(({ [Kind]: kind }) => kind === "Integer" || kind === "Number");
  return number === undefined ? text.trim() : scalarOf(number, text);
}

/** A text that is no number stays one, so that its schema refuses it. */
function numberOf(text: string): number | string {
  const trimmed = text.trim();
  return /^[+-]?\d{1,15}(\.\d{1,15})?$/.test(trimmed) ? Number(trimmed) : trimmed;
}

function brought(schema: TSchema, value: unknown): unknown {
  if (typeof value !== "number") return value;
  const { minimum = -Infinity, maximum = Infinity } = schema as {
    minimum?: number;
    maximum?: number;
  };
  return Math.min(Math.max(value, minimum), maximum);
}

function acceptsNull(schema: TSchema): boolean {
  return (
    schema[Kind] === "Union" &&
    (schema["anyOf"] as TSchema[]).some(({ [Kind]: kind }) => kind === "Null")
  );
}

/** What was typed, to be shown again; secrets are not. */
function typedIn(schema: TObject, form: URLSearchParams): Pick<RefusedForm, "values" | "lists"> {
  const values: Record<string, string> = {};
  const lists: Record<string, string[]> = {};
  for (const [name, property] of Object.entries(schema.properties)) {
    const text = form.get(name);
    if (property["secret"] === true) continue;
    if (property[Kind] === "Array") lists[name] = form.getAll(name);
    else if (text !== null) values[name] = text;
  }
  return { values, lists };
}
