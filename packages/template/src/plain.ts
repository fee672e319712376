import { type FilterImplOptions, Liquid, type LiquidOptions } from "liquidjs";

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
  return engine;
}

function asItIs(value: unknown): unknown {
  return value;
}
