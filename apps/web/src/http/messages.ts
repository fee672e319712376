import { Kind, type TSchema } from "@sinclair/typebox";
import { type ValueError, ValueErrorType } from "@sinclair/typebox/errors";
import { Value } from "@sinclair/typebox/value";

/**
 * What a schema may say of itself to a person, next to what it says to TypeBox: `title` is the field's name in a
 * sentence ("Name"), `error` is the whole message for whatever is wrong, for a schema whose limits do not explain
 * themselves.
 */
interface Spoken {
  title?: string;
  error?: string | ((value: unknown) => string);
}

/** The pattern of a text that may not go over several lines. */
export const ONE_LINE = "^[^\\r\\n]*$";

const MISFIT = "This does not fit here: look for a slip.";

/** What is wrong with a value, by the path of the field (`attributes.city`), one sentence each; empty for a good one. */
export function faultsOf(schema: TSchema, value: unknown): Record<string, string> {
  const faults: Record<string, string> = {};
  for (const error of Value.Errors(schema, value)) {
    const field = error.path.slice(1).replaceAll("/", ".");
    faults[field] ??= messageOf(error);
  }
  return faults;
}

function messageOf(error: ValueError): string {
  if (error.type === ValueErrorType.ObjectAdditionalProperties)
    return "There is no such field: look for a slip, or leave it out.";
  const { title, error: own } = error.schema as Spoken;
  if (typeof own === "string") return own;
  if (typeof own === "function") return own(error.value);
  if (error.value === undefined || error.value === null || error.value === "")
    return title === undefined ? "This is needed: fill it in." : `Fill in the ${lowered(title)}.`;
  return limitOf(error);
}

function limitOf(error: ValueError): string {
  const { type, schema, value } = error;
  const size = typeof value === "string" || Array.isArray(value) ? value.length : 0;
  switch (type) {
    case ValueErrorType.StringMaxLength:
      return `Use at most ${schema["maxLength"]} characters; these are ${size}.`;
    case ValueErrorType.StringMinLength:
      return `Use at least ${schema["minLength"]} characters; these are ${size}.`;
    case ValueErrorType.IntegerMinimum:
    case ValueErrorType.NumberMinimum:
      return `Use a number of at least ${schema["minimum"]}.`;
    case ValueErrorType.IntegerMaximum:
    case ValueErrorType.NumberMaximum:
      return `Use a number of at most ${schema["maximum"]}.`;
    case ValueErrorType.NumberExclusiveMinimum:
      return `Use a number above ${schema["exclusiveMinimum"]}.`;
    case ValueErrorType.ArrayMinItems:
      return `Choose at least ${schema["minItems"]}.`;
    case ValueErrorType.ArrayMaxItems:
      return `Choose at most ${schema["maxItems"]}; these are ${size}.`;
    case ValueErrorType.Union:
      return oneOf(error);
    default:
      return kindOf(type, schema);
  }
}

function kindOf(type: ValueErrorType, schema: TSchema): string {
  switch (type) {
    case ValueErrorType.Integer:
      return "Use a whole number.";
    case ValueErrorType.Number:
      return "Use a number.";
    case ValueErrorType.Boolean:
      return "Use true or false.";
    case ValueErrorType.String:
      return "Use a text.";
    case ValueErrorType.Array:
      return "Use a list.";
    case ValueErrorType.Object:
      return "Use an object.";
    case ValueErrorType.Literal:
      return `Use ${JSON.stringify(schema["const"])}.`;
    case ValueErrorType.StringPattern:
      return schema["pattern"] === ONE_LINE ? "Keep it on one line." : MISFIT;
    default:
      return MISFIT;
  }
}

/** Of literals, which they are; of something and null, what is wrong with the something. */
function oneOf({ schema, value }: ValueError): string {
  const choices = (schema["anyOf"] as TSchema[]).filter(({ [Kind]: kind }) => kind !== "Null");
  const [only] = choices;
  if (choices.length === 1 && only !== undefined) return faultsOf(only, value)[""] ?? MISFIT;
  const words = choices.map((choice) => choice["const"] as unknown);
  return words.every((word) => typeof word === "string")
    ? `Choose one of: ${words.join(", ")}.`
    : MISFIT;
}

/** "Name" in a sentence is "name", but "From name" keeps its capital, and so does "URL". */
function lowered(title: string): string {
  return /^[A-Z][a-z]+(?: [a-z]|$)/.test(title) && !title.startsWith("From ")
    ? title.charAt(0).toLowerCase() + title.slice(1)
    : title;
}
