import { tagsOf } from "./attributes.ts";
import { type LiquidPiece, type Protected, protect } from "./protect.ts";
import { URL_FILTERS, URL_TAG } from "./urls.ts";

const URL_ATTRIBUTES = new Set([
  "href",
  "src",
  "action",
  "formaction",
  "background",
  "poster",
  "xlink:href",
]);

/** Beginnings that settle what kind of URL it is, whatever Liquid prints after them. */
const SETTLED = /^\s*(?:https?:\/\/|mailto:|tel:|sms:|cid:|[/?#])/i;

/**
 * Makes the URLs of an html source safe against what a contact's data holds: outputs in a path or a query are encoded,
 * and a URL whose scheme Liquid decides is wrapped in `{% url %}`, which judges it when it is rendered. Values without
 * quotes get them. Expects a source that parses.
 */
export function guardUrls(source: string): string {
  const hidden = protect(source);
  let guarded = "";
  let copied = 0;
  for (const { attributes } of tagsOf(hidden.text)) {
    for (const { name, value, start, end, quoted } of attributes) {
      const pieces = piecesOf(hidden, value);
      if (pieces.length === 0 || !URL_ATTRIBUTES.has(withoutPieces(hidden, name))) continue;
      const quote = quoted ? "" : '"';
      guarded += hidden.text.slice(copied, start) + quote + guardedUrl(hidden, value) + quote;
      copied = end;
    }
  }
  return hidden.restore(guarded + hidden.text.slice(copied));
}

function guardedUrl(hidden: Protected, value: string): string {
  const encoded = encodeOutputs(hidden, value);
  return SETTLED.test(value) ? encoded : `{% ${URL_TAG} %}${encoded}{% end${URL_TAG} %}`;
}

/** The part of a URL that an output stands in, from the literal text before it. */
type Position = "start" | "path" | "query";

const BRANCHES = new Set(["else", "elsif", "when"]);
const OPENERS = new Set(["if", "unless", "case", "for", "tablerow", "capture"]);

function encodeOutputs(hidden: Protected, value: string): string {
  let position: Position = "start";
  /** Where each open tag began: every branch of it begins there again. */
  const opened: Position[] = [];
  let encoded = "";
  let copied = 0;
  for (const { index, word, piece } of piecesOf(hidden, value)) {
    const literal = value.slice(copied, index);
    position = positionAfter(position, literal);
    if (piece.tag === undefined) encoded += literal + encodedOutput(piece, position);
    else encoded += literal + word;
    if (piece.tag !== undefined && OPENERS.has(piece.tag)) opened.push(position);
    else if (piece.tag !== undefined && BRANCHES.has(piece.tag))
      position = opened.at(-1) ?? position;
    else if (piece.tag?.startsWith("end")) opened.pop();
    copied = index + word.length;
  }
  return encoded + value.slice(copied);
}

function positionAfter(position: Position, literal: string): Position {
  if (position === "query" || /[?#]/.test(literal)) return "query";
  return position === "path" || /[:/]/.test(literal) ? "path" : "start";
}

/** Filters after which a value is encoded already, or is meant to stay as it is. */
const DECIDED = /\|\s*(?:url_encode|cgi_escape|uri_escape|slugify|raw)\s*-?\}\}$/;

function encodedOutput(piece: LiquidPiece, position: Position): string {
  if (position === "start" || DECIDED.test(piece.source)) return piece.source;
  return piece.source.replace(/(?<!\s)\s*(-?\}\})$/, ` | ${URL_FILTERS[position]} $1`);
}

interface PieceAt {
  index: number;
  word: string;
  piece: LiquidPiece;
}

function piecesOf(hidden: Protected, text: string): PieceAt[] {
  return [...text.matchAll(hidden.pattern)].flatMap((match) => {
    const piece = hidden.pieces[Number(match[1])];
    return piece ? [{ index: match.index, word: match[0], piece }] : [];
  });
}

function withoutPieces(hidden: Protected, text: string): string {
  return text.replace(hidden.pattern, "");
}
