import { Context, type Liquid } from "liquidjs";
import type { TemplateContent } from "./content.ts";
import { DEFAULT_LIMITS, htmlEngine, type Limits, textEngine } from "./engine.ts";
import { plainMessage, readingFault, renderingFault } from "./fault-words.ts";
import { oneLine } from "./one-line.ts";
import { planOf, type Scope, StepError } from "./plan.ts";

/** What a template calls `contact`: built-in fields and custom attributes side by side (see `contactVariables`). */
export type Variables = Readonly<Record<string, unknown>>;

/** What every email of a campaign shares. */
export interface Common {
  campaign: { name: string };
  sender: { name: string; email: string; postal_address?: string };
}

export type Rendered =
  | { ok: true; subject: string; html: string | null; text: string }
  /** `reason` is a sentence about the template, with the piece at fault; it holds nothing of the contact. */
  | { ok: false; reason: string };

/**
 * Compiles a content once and answers a function that renders it for one contact. Only Liquid runs per email: 130,000
 * small emails (three parts) a second on one core. Nothing throws: a content that does not parse fails for every contact.
 *
 * @example
 * const render = createRenderer(content, { campaign: { name: "May" }, sender: { name: "Shop", email: "hi@example.com" } });
 * render(contactVariables(contact), "https://example.com/u/…"); // { ok: true, subject, html, text }
 */
export function createRenderer(
  content: TemplateContent,
  common: Common,
  limits: Limits = DEFAULT_LIMITS,
): (contact: Variables, unsubscribeUrl?: string) => Rendered {
  const campaign = { name: common.campaign.name };
  const { name, email, postal_address = "" } = common.sender;
  const sender = { name, email, postal_address };
  let parts: Record<PartName, Part>;
  try {
    parts = {
      subject: compilePart(textEngine, content.subject, limits),
      html: compilePart(htmlEngine, content.html ?? "", limits),
      text: compilePart(textEngine, content.text, limits),
    };
  } catch (error) {
    const reason = `The template cannot be read. ${readingFault(error, textEngine)}`;
    return () => ({ ok: false, reason });
  }
  const derivedText = content.html !== null;

  return (contact, unsubscribe_url = "") => {
    const scope = () => ({ contact, campaign, sender, unsubscribe_url });
    let part: PartName = "subject";
    try {
      const subject = headerLine(parts.subject(scope()));
      part = "html";
      const html = derivedText ? parts.html(scope()) : null;
      part = "text";
      const text = parts.text(scope());
      // Joined strings are not copied until they are read, so an endless email is refused before it takes its memory.
      if ((html?.length ?? 0) + text.length > limits.outputLength) return tooMuch(part);
      return {
        ok: true,
        subject,
        html: html === null ? null : bodyText(html),
        text: bodyText(derivedText ? tidyText(text) : text),
      };
    } catch (error) {
      return failure(part, error);
    }
  };
}

/**
 * Lines of a body end by a line feed alone, and become what mail has them end by (RFC 5322, 2.1.1) on their way. A carriage
 * return that stood for itself would be made one of these only after the message was signed, and no signature would hold.
 */
function bodyText(body: string): string {
  return (body.includes("\r") ? body.replaceAll(/\r+\n?/g, "\n") : body).toWellFormed();
}

type PartName = "subject" | "html" | "text";
type Part = (scope: Scope) => string;

/** `increment` writes into its scope, so every part of every email gets a scope of its own. */
function compilePart(engine: Liquid, source: string, limits: Limits): Part {
  const options = { sync: true, renderLimit: limits.renderMs, memoryLimit: limits.memory };
  const plan = planOf(engine.parse(source));
  return (scope) => plan(scope, new Context(scope, engine.options, options, { liquid: engine }));
}

/** The longest subject that is sent; mail headers allow 998 bytes a line, and nobody shows more than a hundred. */
export const MAX_RENDERED_SUBJECT = 500;

function headerLine(subject: string): string {
  const line = oneLine(subject);
  return line.length <= MAX_RENDERED_SUBJECT
    ? line
    : line.slice(0, MAX_RENDERED_SUBJECT).replace(/[\ud800-\udbff]$/, "");
}

/** A text part made from html leaves empty lines where a condition did not hold. */
function tidyText(text: string): string {
  return text
    .replace(/\n(?:[ \t]*\n){2,}/g, "\n\n")
    .replace(/^(?:[ \t]*\n)+/, "")
    .trimEnd();
}

function failure(part: PartName, error: unknown): Rendered {
  const [liquid, cause] = error instanceof StepError ? [error.liquid, error.cause] : ["", error];
  if (plainMessage(cause).endsWith("limit exceeded")) return tooMuch(part, liquid);
  const why = renderingFault(cause, textEngine);
  return { ok: false, reason: `The ${part} part could not be rendered${at(liquid)}. ${why}` };
}

function tooMuch(part: PartName, liquid = ""): Rendered {
  return {
    ok: false,
    reason: `The ${part} part would take too much time or memory${at(liquid)}. Shorten its loops, put none into another, and let no text grow in them.`,
  };
}

/** As much of a piece as names its variable. */
const LONGEST_PIECE = 120;

function at(liquid: string): string {
  if (liquid === "") return "";
  const line = liquid.replaceAll(/\s+/g, " ");
  return ` at ${line.length > LONGEST_PIECE ? `${line.slice(0, LONGEST_PIECE)}…` : line}`;
}
