import { compile, type DomNode, type FormatCallback } from "html-to-text";
import { COMMENT } from "./markup-comments.ts";
import { MARKUP_AS_TEXT } from "./plain.ts";
import { type LiquidPiece, protect, type Protected, SILENT_WORD } from "./protect.ts";
import { URL_FILTERS, URL_TAG } from "./urls.ts";

/**
 * The plain-text part of an html source, Liquid kept: blocks stand apart by an empty line, a link becomes
 * `text (url)`, an image its alt text. Nothing is wrapped, since a tag must not be split. What a reader does not see
 * (head, `hidden`, `display:none`) is left out, but for the tags in it that decide or assign.
 */
export function textPartOf(html: string): string {
  const hidden = protect(html);
  const text = convert(hidden.text.replace(COMMENT, withSilentWords))
    .replace(/(?<![ \t])[ \t]+$/gm, "")
    .replace(ALONE_ON_LINES, (_run, before: string, tags: string) => joinedToNext(before, tags))
    .replace(/(?<!\S)(\S+) \((\S+)\)/g, (link, shown: string, url: string) =>
      unguarded(hidden, shown) === unguarded(hidden, url) ? url : link,
    );
  return hidden.restore(text, written);
}

/**
 * A comment is left out, and its tags stand behind it. One that is never closed stays as it is: it may be no comment at all, but
 * a piece of a script.
 */
function withSilentWords(comment: string): string {
  return comment.endsWith("-->") ? comment + silentWordsIn(comment) : comment;
}

/** What a reader does not see prints nothing, but decides and assigns. */
function silentWordsIn(text: string): string {
  return text.match(SILENT_WORD)?.join("") ?? "";
}

/** Lines of nothing but silent tags, with the line breaks around them. */
const ALONE_ON_LINES = new RegExp(
  `(^|(?<!\\n)\\n+)[ \\t]*((?:${SILENT_WORD.source}[ \\t]*)+\\n+(?:[ \\t]*(?:${SILENT_WORD.source}[ \\t]*)+\\n+)*)`,
  "g",
);

/**
 * Puts tags in front of the block that follows them, so that each block keeps its own distance from the one before and
 * a condition that does not hold leaves no gap. Of the line breaks after a tag only those stay that were not there
 * before it already: a list's last item is closer to its `endfor` than the list is to what follows it.
 */
function joinedToNext(before: string, tags: string): string {
  let distance = before === "" ? Infinity : before.length;
  return (
    before +
    tags.replace(/[ \t]*(\n*)/g, (_gap, breaks: string) => {
      const missing = Math.max(0, breaks.length - distance);
      distance += missing;
      return "\n".repeat(missing);
    })
  );
}

/** The source as it was before its URLs were guarded: a link that shows its own URL is written once. */
function unguarded(hidden: Protected, text: string): string {
  return hidden.restore(text, ({ source, tag }) =>
    tag === URL_TAG || tag === `end${URL_TAG}` ? "" : source.replace(GUARD, ""),
  );
}

const GUARD = new RegExp(` \\| (?:${Object.values(URL_FILTERS).join("|")})(?= -?\\}\\}$)`);

/** A dash that trims the line break beside it would run two blocks together. */
function written(
  { source: given, tag, prints }: LiquidPiece,
  before: string,
  after: string,
): string {
  if (tag === "comment") return "";
  const source = given.replace(MARKUP, `| ${MARKUP_AS_TEXT}$1`);
  const leads = before === "\n" || before === "";
  const begun = leads ? source.replace(/^(\{[{%])-/, "$1") : source;
  return after === "\n" || (leads && !prints) ? begun.replace(/-([}%]\})$/, "$1") : begun;
}

/** What goes into the html as it is may be markup. */
const MARKUP = /\|\s*raw(\s*-?\}\})$/;

const block = { leadingLineBreaks: 1, trailingLineBreaks: 1 };

const NOT_SHOWN = [
  "head",
  "title",
  "[hidden]",
  '[style*="display:none"i]',
  '[style*="display: none"i]',
  '[style*="visibility:hidden"i]',
  '[style*="visibility: hidden"i]',
];

const convert = compile({
  wordwrap: false,
  // Each level of links costs the words below it; nested tables of real emails come to a hundred.
  limits: { maxDepth: 500 },
  // No base element: tags may stand before <html>, and assignments there count.
  baseElements: { selectors: [] },
  formatters: {
    imageAlt: (element, _walk, builder) => {
      builder.addInline(String(element.attribs?.["alt"] ?? ""));
    },
    cell: (element, walk, builder) => {
      walk(element.children, builder);
      builder.addInline(" ");
    },
    silentTags: (element, _walk, builder) => {
      builder.addInline(textsIn(element).map(silentWordsIn).join(""));
    },
    orderedUnlessLooped: (element, walk, builder, options) => {
      const format: FormatCallback | undefined =
        builder.options.formatters?.[isLooped(element) ? "unorderedList" : "orderedList"];
      format?.(element, walk, builder, options);
    },
  },
  selectors: [
    ...["h1", "h2", "h3", "h4", "h5", "h6"].map((selector) => ({
      selector,
      options: { uppercase: false, leadingLineBreaks: 2, trailingLineBreaks: 2 },
    })),
    { selector: "a", options: { linkBrackets: ["(", ")"], hideLinkHrefIfSameAsText: true } },
    { selector: "img", format: "imageAlt" },
    { selector: "ol", format: "orderedUnlessLooped" },
    {
      selector: "table",
      format: "block",
      options: { leadingLineBreaks: 2, trailingLineBreaks: 2 },
    },
    { selector: "tr", format: "block", options: block },
    { selector: "td", format: "cell" },
    { selector: "th", format: "cell" },
    { selector: "section", format: "block", options: block },
    ...NOT_SHOWN.map((selector) => ({ selector, format: "silentTags" })),
  ],
});

function textsIn(node: DomNode): string[] {
  return node.data === undefined ? (node.children ?? []).flatMap(textsIn) : [node.data];
}

/** A list whose items Liquid repeats would number every one of them 1. */
function isLooped(list: DomNode): boolean {
  return (list.children ?? []).some((child) => child.type === "text" && child.data?.trim());
}
