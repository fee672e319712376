import { Tokenizer, type TopLevelToken, TypeGuards } from "liquidjs";

/** One piece of Liquid in a source. What `prints` puts text where it stands; what does not only decides or assigns. */
export interface LiquidPiece {
  source: string;
  line: number;
  /** The tag's name; an output has none. `raw` and `comment` reach to their end tag. */
  tag?: string;
  prints: boolean;
}

/** A source whose Liquid is hidden from tools that know nothing of it. */
export interface Protected {
  /** The source with a word of lower-case letters and digits for every piece; `t` ends the word of one that does not print. */
  text: string;
  pieces: readonly LiquidPiece[];
  /** Matches every word; its first group is the index of the piece. */
  pattern: RegExp;
  /** Puts the pieces back; `write` may change how one is written, knowing the character on either side of it. */
  restore(text: string, write?: WritePiece): string;
}

export type WritePiece = (piece: LiquidPiece, before: string, after: string) => string;

/** The words of pieces that do not print, whatever their source. */
export const SILENT_WORD = /lq\d+x\d+t/g;

const PRINTING_TAGS = new Set(["cycle", "echo", "increment", "decrement", "raw", "liquid"]);
const OPAQUE_TAGS = new Set(["raw", "comment"]);

/**
 * Hides the Liquid of a source that parses. The words survive Markdown, HTML parsers and URL encoding, and none of them
 * occurs in the source.
 */
export function protect(source: string): Protected {
  const mark = unusedMark(source);
  const pieces: LiquidPiece[] = [];
  let text = "";
  let line = 1;
  for (const { begin, end, tag } of spans(new Tokenizer(source).readTopLevelTokens())) {
    const piece = source.slice(begin, end);
    if (tag === undefined) {
      text += piece;
    } else {
      const prints = tag === "" || PRINTING_TAGS.has(tag);
      text += `${mark}${pieces.length}${prints ? "p" : "t"}`;
      pieces.push({ source: piece, line, prints, ...(tag !== "" && { tag }) });
    }
    line += newlines(piece);
  }
  const pattern = new RegExp(`${mark}(\\d+)[pt]`, "g");
  return {
    text,
    pieces,
    pattern,
    restore: (changed, write = (piece) => piece.source) =>
      changed.replace(pattern, (word, index: string, at: number) => {
        const piece = pieces[Number(index)];
        if (piece === undefined) return word;
        return write(piece, changed.charAt(at - 1), changed.charAt(at + word.length));
      }),
  };
}

/** `tag` is undefined for literal text and "" for an output. */
interface Span {
  begin: number;
  end: number;
  tag?: string;
}

function* spans(tokens: TopLevelToken[]): Generator<Span> {
  let opaque: (Span & { tag: string }) | undefined;
  for (const token of tokens) {
    const { begin, end } = token;
    const tag = TypeGuards.isTagToken(token) ? token.name : undefined;
    if (opaque !== undefined) {
      opaque.end = end;
      if (tag !== `end${opaque.tag}`) continue;
      yield opaque;
      opaque = undefined;
    } else if (tag !== undefined && OPAQUE_TAGS.has(tag)) {
      opaque = { begin, end, tag };
    } else if (TypeGuards.isHTMLToken(token)) {
      yield { begin, end };
    } else {
      yield { begin, end, tag: tag ?? "" };
    }
  }
}

function unusedMark(source: string): string {
  let unused = 0;
  for (const [, number] of source.matchAll(/lq(\d{1,9})x/gi)) {
    unused = Math.max(unused, Number(number) + 1);
  }
  return `lq${unused}x`;
}

function newlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}
