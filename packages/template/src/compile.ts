import {
  type Problem,
  type TemplateContent,
  type TemplateKind,
  type TemplateSource,
} from "./content.ts";
import {
  htmlEngine,
  MAX_BODY_LENGTH,
  MAX_LIQUID_LENGTH,
  MAX_MARKDOWN_LENGTH,
  MAX_SUBJECT_LENGTH,
  textEngine,
} from "./engine.ts";
import { withFooter } from "./footer.ts";
import { guardUrls } from "./guard-urls.ts";
import { markdownToHtml } from "./markdown.ts";
import { parseLiquid } from "./syntax.ts";
import { textPartOf } from "./text-part.ts";
import { piecesOf } from "./variables.ts";

export type Compiled = { ok: true; content: TemplateContent } | { ok: false; problems: Problem[] };

/** How the body of each kind becomes an html source; a kind without html is its own text part. */
const HTML_OF: Record<TemplateKind, ((body: string) => string) | null> = {
  html: (body) => body,
  markdown: markdownToHtml,
  text: null,
};

/**
 * Turns a source into what is the same for every recipient. Markdown, the text part and the guarding of URLs happen
 * here, once, so that only Liquid is left for each email. Fails when the Liquid cannot be read; what can be read but is
 * not wise is `lintTemplate`'s business.
 */
export function compileSource(source: TemplateSource): Compiled {
  const problems = sourceProblems(source);
  if (problems.length > 0) return { ok: false, problems };
  const toHtml = HTML_OF[source.kind];
  const { subject, body } = source;
  if (toHtml === null) return { ok: true, content: { subject, html: null, text: body } };
  try {
    return compiledHtml(subject, toHtml(body));
  } catch (error) {
    // Markdown and html parsers call themselves for every level.
    if (error instanceof RangeError) return failed(TOO_DEEP);
    throw error;
  }
}

/** The same as an email of a campaign has to be: with the postal address and the link to unsubscribe, see `withFooter`. */
export function compileEmail(source: TemplateSource): Compiled {
  const compiled = compileSource(source);
  return compiled.ok ? { ok: true, content: withFooter(compiled.content) } : compiled;
}

function compiledHtml(subject: string, source: string): Compiled {
  const html = guardUrls(source);
  if (parseLiquid(htmlEngine, "body", html).problems.length > 0) return failed(SPLIT_ATTRIBUTE);
  const text = textPartOf(html);
  if (parseLiquid(textEngine, "body", text).problems.length > 0) return failed(SPLIT_ELEMENT);
  if (html.length > MAX_BODY_LENGTH || text.length > MAX_BODY_LENGTH) return failed(TOO_LONG);
  return { ok: true, content: { subject, html, text } };
}

function sourceProblems({ kind, subject, body }: TemplateSource): Problem[] {
  const tooLong = [
    ...(subject.length > MAX_SUBJECT_LENGTH ? [problemOf(TOO_LONG_SUBJECT, "subject")] : []),
    ...(body.length > MAX_BODY_LENGTH ? [problemOf(TOO_LONG)] : []),
    ...(kind === "markdown" && body.length > MAX_MARKDOWN_LENGTH
      ? [problemOf(TOO_LONG_MARKDOWN)]
      : []),
  ];
  if (tooLong.length > 0) return tooLong;
  // Before it is parsed: 20,000 blocks in one another took LiquidJS two minutes to find too many.
  if (liquidLength(body) > MAX_LIQUID_LENGTH) return [problemOf(TOO_MUCH_LIQUID)];
  return [
    ...parseLiquid(textEngine, "subject", subject).problems,
    ...parseLiquid(kind === "text" ? textEngine : htmlEngine, "body", body).problems,
  ];
}

const SPLIT_ATTRIBUTE =
  "A Liquid block begins inside an attribute such as href and ends outside of it. Put the whole block inside the quotes, or around the whole element.";
const SPLIT_ELEMENT =
  "No plain-text part can be made: a Liquid block begins in a part of the page that is shown and ends in one that is not. Open and close each block in the same element.";
const TOO_DEEP =
  "The body is nested too deeply. Take out some of the elements that stand in one another.";
const TOO_LONG = `The body is too long: ${MAX_BODY_LENGTH.toLocaleString("en-US")} characters are the most that can be sent.`;
const TOO_LONG_MARKDOWN = `The body is too long: ${MAX_MARKDOWN_LENGTH.toLocaleString("en-US")} characters of Markdown are the most.`;
const TOO_LONG_SUBJECT = `The subject is too long: ${MAX_SUBJECT_LENGTH.toLocaleString("en-US")} characters are the most.`;
const TOO_MUCH_LIQUID = `There is too much Liquid in the body: ${MAX_LIQUID_LENGTH.toLocaleString("en-US")} characters between braces are the most. Write out what is the same for everybody.`;

function failed(message: string): Compiled {
  return { ok: false, problems: [problemOf(message)] };
}

function problemOf(message: string, part: Problem["part"] = "body"): Problem {
  return { severity: "error", part, message };
}

function liquidLength(source: string): number {
  return piecesOf(source).reduce((length, piece) => length + piece.source.length, 0);
}
