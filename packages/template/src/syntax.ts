import { type Liquid, LiquidError, Parser, type Template, type Token, Tokenizer } from "liquidjs";
import type { Problem } from "./content.ts";
import { isLeftOver, readingFault } from "./fault-words.ts";
import { strayBreakFault, strayBreaks } from "./stray-breaks.ts";

/** More faults than this are not listed; they mostly follow from the first. */
const MAX_FAULTS = 10;

export interface Parsed {
  /** What could be read, in order; whole when there are no problems. */
  templates: Template[];
  problems: Problem[];
}

/** Parses a Liquid source and names its faults with their lines, instead of stopping at the first. */
export function parseLiquid(engine: Liquid, part: Problem["part"], source: string): Parsed {
  const templates: Template[] = [];
  const problems: Problem[] = [];
  const fault = (error: unknown): void => {
    const line = LiquidError.is(error) ? lineOf(error) : {};
    problems.push({ severity: "error", part, ...line, message: readingFault(error, engine) });
  };

  try {
    const tokens = new Tokenizer(source).readTopLevelTokens(engine.options);
    const parser = new Parser(engine);
    for (let token = tokens.shift(); token; token = tokens.shift()) {
      try {
        templates.push(parser.parseToken(token, tokens));
      } catch (error) {
        // Once a block could not be read, its end tags are left over and would be blamed too.
        if (problems.length === 0 || !isLeftOver(error)) fault(error);
        if (problems.length === MAX_FAULTS) break;
      }
    }
    // A loop that could not be read would leave its own over.
    const strays = problems.length === 0 ? strayBreaks(templates).slice(0, MAX_FAULTS) : [];
    for (const stray of strays) {
      const message = strayBreakFault(stray);
      problems.push({ severity: "error", part, ...lineOf(stray), message });
    }
  } catch (error) {
    fault(error);
  }
  return { templates, problems };
}

function lineOf({ token }: { token: Token }): { line?: number } {
  const [line] = token.getPosition();
  return line === undefined ? {} : { line };
}
