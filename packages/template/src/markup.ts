import { CaptureTag, type Context, Drop, Liquid, type LiquidOptions, filters } from "liquidjs";
import { type FilterThis, registerFilters } from "./filters.ts";
import { textOf } from "./values.ts";

/**
 * Text that is HTML already. Every output is escaped but this, so that `{{ name | escape }}`, the value of
 * a `capture` and `newline_to_br` are not escaped twice; any other filter makes it a plain string again.
 */
class Markup extends Drop {
  readonly #html: string;

  constructor(html: string) {
    super();
    this.#html = html;
  }

  override valueOf(): string {
    return this.#html;
  }

  /** Properties are read from the string: those of a Drop would be reachable up to its prototypes. */
  toLiquid(): string {
    return this.#html;
  }
}

/** An engine that escapes every output once. */
export function createEscapingEngine(options: LiquidOptions): Liquid {
  const engine = new Liquid({ ...options, outputEscape: escapeOutput });
  registerFilters(engine, {
    escape: escaped,
    xml_escape: escaped,
    escape_once: escapedOnce,
    newline_to_br: withLineBreaks,
  });
  engine.registerTag("capture", MarkupCapture);
  return engine;
}

/** Charges the memory limit, as LiquidJS's own filters do. */
function escapeOutput(this: FilterThis, value: unknown): string {
  if (value instanceof Markup) return value.valueOf();
  const text = textOf(value);
  this.context.memoryLimit.use(text.length);
  return Bun.escapeHTML(text);
}

function escaped(this: FilterThis, value: unknown): Markup {
  return new Markup(escapeOutput.call(this, value));
}

const liquidEscapeOnce = filters["escape_once"] as (this: FilterThis, value: unknown) => string;

function escapedOnce(this: FilterThis, value: unknown): Markup {
  return value instanceof Markup ? value : new Markup(liquidEscapeOnce.call(this, textOf(value)));
}

function withLineBreaks(this: FilterThis, value: unknown): Markup {
  return new Markup(escapeOutput.call(this, value).replace(/\r?\n/g, "<br>\n"));
}

class MarkupCapture extends CaptureTag {
  override *render(context: Context): Generator<unknown, void, string> {
    const html = yield this.liquid.renderer.renderTemplates(this.templates, context);
    context.bottom()[this.variable] = new Markup(html);
  }
}
