import type { Liquid, LiquidOptions } from "liquidjs";
import { createEscapingEngine } from "./markup.ts";
import { createPlainEngine } from "./plain.ts";
import { registerUrls } from "./urls.ts";

/** What one render may use up. A render that goes past one of them is refused, not cut off. */
export interface Limits {
  /** Wall time of a part with loops; generous, because a paused process must not fail an email. */
  renderMs: number;
  /** Characters and items that filters, loops over ranges and escaping may make, in each part. */
  memory: number;
  /** Characters of html and text together. */
  outputLength: number;
}

export const DEFAULT_LIMITS: Limits = {
  renderMs: 1_000,
  memory: 500_000,
  outputLength: 2_000_000,
};

/** Longest source of a body or of what it compiles to, and of a subject, in characters. */
export const MAX_BODY_LENGTH = 1_000_000;
export const MAX_SUBJECT_LENGTH = 2_000;

/** Longest Markdown source: marked takes 5 s for this many characters of `_a_`, and four times that for twice as many. */
export const MAX_MARKDOWN_LENGTH = 50_000;

/** Characters of Liquid in a body. LiquidJS counts lines from the top for every variable: this many cost it a second. */
export const MAX_LIQUID_LENGTH = 40_000;

/** Tags that would pull in other templates. There are none to pull in, and files are never read. */
export const FORBIDDEN_TAGS = ["include", "render", "layout", "block"] as const;

/**
 * Filters left out of the engine. Those ending in `_exp` evaluate a string as Liquid, which may be a contact's; `sample`
 * would make a second attempt of an email differ from the first.
 */
const FORBIDDEN_FILTERS = [
  "where_exp",
  "reject_exp",
  "group_by_exp",
  "has_exp",
  "find_exp",
  "find_index_exp",
  "sample",
];

const OPTIONS: LiquidOptions = {
  // In-memory templates (of which there are none) keep LiquidJS from looking at the file system.
  templates: {},
  ownPropertyOnly: true,
  strictFilters: true,
  strictVariables: false,
  parseLimit: MAX_BODY_LENGTH,
  renderLimit: DEFAULT_LIMITS.renderMs,
  memoryLimit: DEFAULT_LIMITS.memory,
  // Two services on two machines have to render the same date. What a text without a zone means depends on the process: each of
  // ours is in UTC (platform's `utc.ts`).
  timezoneOffset: 0,
  locale: "en-US",
};

/** Renders html parts: every output is escaped unless it is markup already. */
export const htmlEngine = restricted(createEscapingEngine(OPTIONS));

/** Renders subjects and text parts: nothing is escaped. */
export const textEngine = restricted(createPlainEngine(OPTIONS));

function restricted(engine: Liquid): Liquid {
  for (const name of FORBIDDEN_TAGS) delete engine.tags[name];
  for (const name of FORBIDDEN_FILTERS) engine.unregisterFilter(name);
  registerUrls(engine);
  return engine;
}
