import { type Liquid, LiquidError, Parser, type Template, Tokenizer } from "liquidjs";
import type { Problem } from "./content.ts";
import { FORBIDDEN_TAGS } from "./engine.ts";
import { plainMessage } from "./render.ts";
import { didYouMean } from "./suggest.ts";

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
    problems.push({ severity: "error", part, ...lineOf(error), message: explained(error, engine) });
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
  } catch (error) {
    fault(error);
  }
  return { templates, problems };
}

const UNKNOWN_TAG = /^tag "(.+)" not found$/;
const UNKNOWN_FILTER = /^undefined filter: (.+)$/;
const LEFT_OVER = /^(?:end\w+|else|elsif|when)$/;

function isLeftOver(error: unknown): boolean {
  return LEFT_OVER.test(UNKNOWN_TAG.exec(plainMessage(error))?.[1] ?? "");
}

function explained(error: unknown, engine: Liquid): string {
  const message = plainMessage(error);
  const tag = UNKNOWN_TAG.exec(message)?.[1];
  if (tag !== undefined) return explainedTag(tag, Object.keys(engine.tags));
  const filter = UNKNOWN_FILTER.exec(message)?.[1];
  if (filter !== undefined) {
    return `There is no filter “${filter}”.${didYouMean(filter, Object.keys(engine.filters))}`;
  }
  const sentence = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

function explainedTag(tag: string, known: string[]): string {
  if (FORBIDDEN_TAGS.some((name) => name === tag)) {
    return `The tag “${tag}” is not allowed: an email is one template and cannot pull in others.`;
  }
  if (LEFT_OVER.test(tag)) return `“${tag}” has no tag before it that it could belong to.`;
  return `There is no tag “${tag}”.${didYouMean(tag, known)}`;
}

function lineOf(error: unknown): { line?: number } {
  if (!LiquidError.is(error)) return {};
  const [line] = error.token.getPosition();
  return line === undefined ? {} : { line };
}
