import { compile } from "html-to-text";
import { type Context, type FilterImplOptions, Liquid, type LiquidOptions } from "liquidjs";
import { textOf } from "./values.ts";

interface FilterThis {
  context: Context;
}

/**
 * An engine for subjects and text parts, which are no HTML: what guides of Liquid teach to escape stays as it is, in a text part
 * that was made from an html source as in one that somebody wrote.
 */
export function createPlainEngine(options: LiquidOptions): Liquid {
  const engine = new Liquid(options);
  const replaced: Record<string, FilterImplOptions> = {
    escape: asItIs,
    xml_escape: asItIs,
    escape_once: asItIs,
    newline_to_br: asItIs,
  };
  for (const [name, filter] of Object.entries(replaced)) engine.registerFilter(name, filter);
  engine.registerFilter(MARKUP_AS_TEXT, markupAsText);
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
