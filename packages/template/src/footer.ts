import type { TemplateContent } from "./content.ts";
import { COMMENT } from "./markup-comments.ts";
import { textPartOf } from "./text-part.ts";
import { shownToAll } from "./variables.ts";

/** What every recipient must find in an email of a campaign, by the names that a template has for it. */
const ADDRESS = "sender.postal_address";
const LINK = "unsubscribe_url";

interface Missing {
  address: boolean;
  link: boolean;
}

/**
 * Adds what a content does not show to every recipient by itself: the sender's postal address and the link to
 * unsubscribe, in the html before the body ends and in the text at the end. What stands in a condition or a loop is not
 * shown to all, and so it is added as well.
 */
export function withFooter({ subject, html, text }: TemplateContent): TemplateContent {
  return {
    subject,
    html: html === null ? null : withHtmlFooter(html),
    text: withTextFooter(text, missingIn(text)),
  };
}

/**
 * A tag in a comment decides all the same what is shown between that comment and the next. What is not in the text that a reader
 * sees (the title, `display:none`) is missing too.
 */
function missingInHtml(html: string): Missing {
  const missing = missingIn(
    html.replace(COMMENT, (comment) => (comment.match(TAG) ?? []).join("")),
  );
  if (missing.address && missing.link) return missing;
  const seen = missingIn(textPartOf(html));
  return { address: missing.address || seen.address, link: missing.link || seen.link };
}

function missingIn(source: string): Missing {
  const shown = shownToAll(source);
  return { address: !shown.has(ADDRESS), link: !shown.has(LINK) };
}

/** The grey is legible on white (4.7:1) and on black (4.4:1): a footer stands on whatever the template lies on. */
const BLOCK =
  "margin:0 auto;max-width:520px;padding:24px 20px;color:#737b8c;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:13px;line-height:1.5;text-align:center";

function withHtmlFooter(html: string): string {
  const { address, link } = missingInHtml(html);
  if (!address && !link) return html;
  const parts = [
    ...(address ? [`{{ ${ADDRESS} }}`] : []),
    ...(link ? [`<a href="{{ ${LINK} }}" style="color:inherit">Unsubscribe</a>`] : []),
  ];
  const footer = `<div style="${BLOCK}">${parts.join("<br>")}</div>\n`;
  const places = placesIn(html).map((at) => {
    const before = html.slice(0, at);
    return (at === html.length ? `${before}\n` : before) + footer + html.slice(at);
  });
  const isShown = (each: string) => {
    const missing = missingInHtml(each);
    return !missing.address && !missing.link;
  };
  return places.find(isShown) ?? places[0] ?? html;
}

/**
 * Where a footer may stand, the best place first: before the body ends, at the very end, before a comment that is never closed.
 * The end of a body may itself stand in a comment or a condition, where not everybody would see it.
 */
function placesIn(html: string): number[] {
  const body = [...html.matchAll(/<\/body\s*>/gi)].at(-1)?.index;
  const comment = [...html.matchAll(COMMENT)].at(-1);
  const open = comment?.[0].endsWith("-->") === false ? comment.index : undefined;
  return [body, html.length, open].filter((at) => at !== undefined);
}

function withTextFooter(text: string, { address, link }: Missing): string {
  if (!address && !link) return text;
  const parts = [
    ...(address ? [`{{ ${ADDRESS} }}`] : []),
    ...(link ? [`Unsubscribe: {{ ${LINK} }}`] : []),
  ];
  return `${text.trimEnd()}\n\n${parts.join("\n")}\n`;
}

/** None reaches into another, or a raw text of nothing but beginnings would be read through for each of them. */
const TAG = /\{%(?:(?!\{%)[^])*?%\}/g;
