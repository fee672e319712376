import {
  type Context,
  type Emitter,
  IfTag,
  Output,
  type PropertyAccessToken,
  type Template,
  TypeGuards,
  UnlessTag,
  type Value,
  isTruthy,
  toValueSync,
} from "liquidjs";
import { safeUrl, UrlTag } from "./urls.ts";
import { textOf } from "./values.ts";

/** The objects a template can name; `context` holds the same one. */
export type Scope = Readonly<Record<string, unknown>>;

type Step = (scope: Scope, context: Context) => string;
type Read = (scope: Scope, context: Context) => unknown;

/**
 * A template as one function. LiquidJS drives a generator for every tag and every property it reads; going straight
 * through texts, outputs and conditions makes the three parts of a small email in 7 µs instead of 52 µs, which is half of
 * what sending it costs. Filters, operators, escaping and all other tags stay LiquidJS's own, and a property test holds
 * both ways to the same output.
 */
export function planOf(templates: readonly Template[]): Step {
  const steps = templates.map(stepOf);
  return (scope, context) => {
    let output = "";
    let at = 0;
    try {
      for (const step of steps) {
        output += typeof step === "string" ? step : step(scope, context);
        if (context.breakCalled || context.continueCalled) break;
        at++;
      }
    } catch (error) {
      throw error instanceof StepError ? error : new StepError(templates[at], error);
    }
    return output;
  };
}

/** What went wrong, and the piece of Liquid that it went wrong in, as the marketer wrote it. */
export class StepError extends Error {
  override readonly name = "StepError";
  readonly liquid: string;

  constructor(template: Template | undefined, cause: unknown) {
    super("a piece of a template could not be rendered", { cause });
    this.liquid = template?.token.getText() ?? "";
  }
}

function stepOf(template: Template): string | Step {
  if (template instanceof Output) return outputStep(template.value);
  if (template instanceof UrlTag) return urlStep(template);
  if (template instanceof IfTag || template instanceof UnlessTag) return conditionStep(template);
  if (TypeGuards.isHTMLToken(template.token)) return template.token.getContent();
  return liquidStep(template);
}

function outputStep(value: Value): Step {
  const read = reader(value);
  return (scope, context) => textOf(read(scope, context));
}

function urlStep(tag: UrlTag): Step {
  const inner = planOf(tag.templates);
  return (scope, context) => safeUrl(inner(scope, context));
}

function conditionStep(tag: IfTag | UnlessTag): Step {
  const branches = tag.branches.map(({ value, templates }, index) => {
    const read = reader(value);
    const negated = tag instanceof UnlessTag && index === 0;
    return {
      holds: (scope: Scope, context: Context) =>
        isTruthy(read(scope, context), context) !== negated,
      step: planOf(templates),
    };
  });
  const otherwise = planOf(tag.elseTemplates ?? []);
  return (scope, context) => {
    const branch = branches.find(({ holds }) => holds(scope, context));
    return (branch?.step ?? otherwise)(scope, context);
  };
}

/** Any other tag, with all that stands in it, as LiquidJS renders it. */
function liquidStep(template: Template): Step {
  return (_scope, context) => {
    const emitter = new Printed();
    const returned: unknown = toValueSync(template.render(context, emitter));
    return returned ? emitter.buffer + textOf(returned) : emitter.buffer;
  };
}

class Printed implements Emitter {
  buffer = "";
  write(value: unknown): void {
    this.buffer += textOf(value);
  }
}

function reader(value: Value): Read {
  const expression = expressionReader(value);
  const initial = propertyReader(value, expression) ?? expression;
  const { filters } = value;
  return (scope, context) => {
    let result = initial(scope, context);
    for (const filter of filters) result = toValueSync(filter.render(result, context));
    return result;
  };
}

function expressionReader(value: Value): Read {
  return (_scope, context) => toValueSync(value.initial.evaluate(context, false));
}

/** LiquidJS gives these a meaning of their own on texts and arrays. */
const COMPUTED = new Set(["size", "first", "last"]);

/** `contact.city` and the like: fixed names, read as own properties only. */
function propertyReader(value: Value, expression: Read): Read | undefined {
  const [token, ...rest] = value.initial.postfix;
  if (rest.length > 0 || !TypeGuards.isPropertyAccessToken(token) || token.variable) {
    return undefined;
  }
  const names = fixedNames(token);
  const [root] = names ?? [];
  if (names === undefined || root === undefined) return undefined;
  return (scope, context) => {
    // What the template has set itself hides what it was given, and may be one of LiquidJS's own objects.
    if (root in context.bottom()) return expression(scope, context);
    let current: unknown = scope;
    for (const name of names) {
      if (current === null || current === undefined) return current;
      if (!Object.hasOwn(current, name)) return undefined;
      current = (current as Record<string, unknown>)[name];
    }
    return current;
  };
}

function fixedNames(token: PropertyAccessToken): string[] | undefined {
  const names: string[] = [];
  for (const prop of token.props) {
    const name = "content" in prop ? prop.content : undefined;
    if (typeof name !== "string" || COMPUTED.has(name)) return undefined;
    names.push(name);
  }
  return names;
}
