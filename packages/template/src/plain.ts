import { compile } from "html-to-text";
import { Liquid, type LiquidOptions } from "liquidjs";
import { type FilterThis, registerFilters } from "./filters.ts";
import { textOf } from "./values.ts";

/**
 * An engine for subjects and text parts, which are no HTML: what guides of Liquid teach to escape stays as it is, in a text part
 * that was made from an html source as in one that somebody wrote.
 */
export function createPlainEngine(options: LiquidOptions): Liquid {
  const engine = new Liquid(options);
  registerFilters(engine, {
    escape: asItIs,
    xml_escape: asItIs,
    escape_once: asItIs,
    newline_to_br: asItIs,
    [MARKUP_AS_TEXT]: markupAsText,
  });
  return engine;
}

/** The filter that stands in a text part where the html that it was made from has `raw`. */
export const MARKUP_AS_TEXT = "markup_as_text";

const convert = compile({ wordwrap: false });

/** Charges the memory limit, as LiquidJS's own filters do. */
function markupAsText(this: FilterThis, value: unknown): string {
  const html = textOf(value);
  this.context.memoryLimit.use(html.length);
  return convert(html);
}

function asItIs(value: unknown): unknown {
  return value;
}
