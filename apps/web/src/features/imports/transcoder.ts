import { isAscii } from "node:buffer";

/** What a file was written in, as far as one can tell. */
export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

/** Enough to know UTF-16 by where its zeros stand. */
const HEAD = 1_024;

const encoder = new TextEncoder();

/**
 * Makes one kind of text of whatever is uploaded, piece by piece: UTF-8 without a byte order mark and without NUL, each line
 * ended by a line feed alone. A byte order mark says what a file is in. Without one it is UTF-8 if its first characters
 * beyond ASCII can be that, and otherwise Windows-1252, in which every byte is a character; what cannot be read is replaced
 * by U+FFFD.
 */
export class Transcoder {
  #head: Uint8Array[] = [];
  #headSize = 0;
  #encoding: Encoding | undefined;
  #isGuess = false;
  #decoder = new TextDecoder();
  /** Bytes that do not say yet what they are in: the piece ended in the middle of the first character beyond ASCII. */
  #undecided: Uint8Array = new Uint8Array();
  /** A carriage return at the end of a piece: the next one may begin with its line feed. */
  #heldReturn = false;

  /** The encoding; of a file that is all ASCII, UTF-8. */
  get encoding(): Encoding {
    return this.#encoding ?? "utf-8";
  }

  push(bytes: Uint8Array): Uint8Array {
    if (this.#encoding !== undefined) return this.#read(bytes);
    this.#head.push(bytes);
    this.#headSize += bytes.byteLength;
    return this.#headSize < HEAD ? new Uint8Array() : this.#begin();
  }

  end(): Uint8Array {
    const begun = this.#encoding === undefined ? this.#begin() : new Uint8Array();
    // A character that is cut off at the end of the file is none of UTF-8.
    if (this.#undecided.length > 0) this.#decide("windows-1252");
    const text = this.#decoder.decode(this.#undecided);
    return Buffer.concat([
      begun,
      encoder.encode(this.#clean(text) + (this.#heldReturn ? "\n" : "")),
    ]);
  }

  #begin(): Uint8Array {
    const head = Buffer.concat(this.#head);
    this.#head = [];
    const marked = encodingByMark(head) ?? encodingByZeros(head);
    this.#decide(marked ?? "utf-8");
    this.#isGuess = marked === undefined;
    return this.#read(head);
  }

  #read(piece: Uint8Array): Uint8Array {
    const bytes = this.#undecided.length > 0 ? Buffer.concat([this.#undecided, piece]) : piece;
    this.#undecided = new Uint8Array();
    // Until here all was ASCII, which is the same in both, so it is not too late to decide.
    if (this.#isGuess && !isAscii(bytes)) {
      const verdict = looksLikeUtf8(bytes);
      if (verdict === undefined) {
        this.#undecided = bytes.slice();
        return new Uint8Array();
      }
      this.#isGuess = false;
      if (!verdict) this.#decide("windows-1252");
    }
    return encoder.encode(this.#clean(this.#decoder.decode(bytes, { stream: true })));
  }

  #decide(encoding: Encoding): void {
    this.#encoding = encoding;
    this.#decoder = new TextDecoder(encoding);
  }

  #clean(decoded: string): string {
    let text = this.#heldReturn ? `\r${decoded}` : decoded;
    this.#heldReturn = text.endsWith("\r");
    if (this.#heldReturn) text = text.slice(0, -1);
    if (text.includes("\r")) text = text.replaceAll(/\r\n?/g, "\n");
    return text.includes("\0") ? text.replaceAll("\0", "") : text;
  }
}

function encodingByMark(head: Uint8Array): Encoding | undefined {
  const [a, b, c] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  if (a === 0xff && b === 0xfe) return "utf-16le";
  return a === 0xfe && b === 0xff ? "utf-16be" : undefined;
}

/** Of Latin letters in UTF-16 every other byte is zero; no other text has zeros at all, but for slips. */
function encodingByZeros(head: Uint8Array): Encoding | undefined {
  let even = 0;
  let odd = 0;
  for (const [index, byte] of head.entries()) {
    if (byte !== 0) continue;
    if (index % 2 === 0) even += 1;
    else odd += 1;
  }
  const most = Math.max(even, odd);
  if (most === 0 || Math.min(even, odd) > 0 || most < head.byteLength / 3) return undefined;
  return odd > even ? "utf-16le" : "utf-16be";
}

/** Whether more of the bytes beyond ASCII are part of UTF-8 than are not; undefined when only a cut-off one is there. */
function looksLikeUtf8(bytes: Uint8Array): boolean | undefined {
  let right = 0;
  let wrong = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) continue;
    const follow = followersOf(byte);
    const next = bytes.subarray(at + 1, at + 1 + follow);
    const fits = follow > 0 && next.every((each) => each >= 0x80 && each < 0xc0);
    if (fits && next.length < follow) break;
    if (fits) right += 1;
    else wrong += 1;
    if (fits) at += follow;
  }
  return right + wrong === 0 ? undefined : right >= wrong;
}

/** How many bytes follow the first one of a character in UTF-8; none follow what is no first byte. */
function followersOf(byte: number): number {
  if (byte >= 0xf5 || byte < 0xc2) return 0;
  return byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
}
