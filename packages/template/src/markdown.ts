import { Marked } from "marked";
import { protect, SILENT_WORD } from "./protect.ts";

const marked = new Marked({ gfm: true, breaks: false });

/**
 * A Markdown source as an html document, Liquid kept. Tags alone on a line stand between blocks and make no paragraph
 * of their own, so that `{% if %}` around a heading or a list leaves no gap when it does not hold.
 */
export function markdownToHtml(source: string): string {
  const hidden = protect(source);
  const html = marked.parse(asComments(hidden.text), { async: false });
  return emailDocument(hidden.restore(withoutComments(html)));
}

/** Markdown gives an html comment a block of its own, and lets it end a paragraph. */
function asComments(text: string): string {
  return text.replace(ALONE_ON_A_LINE, "$1<!--liquid:$2-->");
}

const ALONE_ON_A_LINE = new RegExp(
  `^([ \\t]*)(${SILENT_WORD.source}(?:[ \\t]*${SILENT_WORD.source})*)[ \\t]*$`,
  "gm",
);

/** In a code block the comment was escaped. */
function withoutComments(html: string): string {
  return html.replace(/(?:<|&lt;)!--liquid:([a-z0-9 \t]+)--(?:>|&gt;)/g, "$1");
}

/**
 * What Markdown is set in: one column that fits any screen and follows the reader's light or dark setting. Colours and
 * sizes of the column stand inline too, for clients that drop style sheets.
 */
function emailDocument(content: string): string {
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<style>
:root { color-scheme: light dark; }
body { margin: 0; padding: 0; background: #f4f5f7; }
.letter { max-width: 600px; margin: 0 auto; padding: 32px 24px; background: #ffffff; color: #1c2230;
  font: 16px/1.6 -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; overflow-wrap: break-word; }
.letter h1 { margin: 0 0 16px; font-size: 26px; line-height: 1.25; }
.letter h2 { margin: 32px 0 12px; font-size: 20px; line-height: 1.3; }
.letter h3 { margin: 24px 0 8px; font-size: 17px; }
.letter p, .letter ul, .letter ol, .letter blockquote, .letter pre, .letter table { margin: 0 0 16px; }
.letter ul, .letter ol { padding-left: 24px; }
.letter a { color: #2f55d4; }
.letter img { max-width: 100%; height: auto; border-radius: 6px; }
.letter blockquote { padding: 2px 0 2px 16px; border-left: 3px solid #cfd5e1; color: #5a6478; }
.letter blockquote > :last-child { margin-bottom: 0; }
.letter code { padding: 1px 4px; border-radius: 4px; background: #eef0f4; font-family: Menlo, Consolas, monospace; font-size: 14px; }
.letter pre { padding: 12px 16px; border-radius: 6px; background: #eef0f4; overflow-x: auto; }
.letter pre code { padding: 0; background: none; }
.letter table { border-collapse: collapse; }
.letter th, .letter td { padding: 6px 12px 6px 0; border-bottom: 1px solid #e1e5ec; text-align: left; }
.letter hr { margin: 32px 0; border: 0; border-top: 1px solid #e1e5ec; }
@media (prefers-color-scheme: dark) {
  body { background: #14171d !important; }
  .letter { background: #1d2129 !important; color: #e6e9ef !important; }
  .letter a { color: #8fabff !important; }
  .letter blockquote { border-color: #465066 !important; color: #a9b2c3 !important; }
  .letter code, .letter pre { background: #2a303b !important; }
  .letter th, .letter td, .letter hr { border-color: #363d4a !important; }
}
</style>
</head>
<body style="margin:0;background:#f4f5f7">
<div class="letter" style="max-width:600px;margin:0 auto;padding:32px 24px;background:#ffffff;color:#1c2230;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.6">
${content.trim()}
</div>
</body>
</html>
`;
}
