/** An attribute with a value, as it stands in a source. `start` and `end` bound the value without its quotes. */
export interface Attribute {
  /** Lower case; empty for a bare word in a tag. */
  name: string;
  value: string;
  start: number;
  end: number;
  quoted: boolean;
}

export interface TagText {
  name: string;
  /** Index of its `<`. */
  start: number;
  attributes: Attribute[];
}

const SPACE = /[\s/]*/y;
const NAME = /[^\s/>=]+/y;
const EQUALS = /\s*=\s*/y;
const UNQUOTED = /[^\s>]*/y;
const OPENING = /<([a-z][^\s/>]*)/gi;

/**
 * The start tags of a source, each with its attributes; one pass, so that a source of unclosed tags costs no more than
 * another. Comments are read too: Outlook shows what conditional ones hold.
 */
export function tagsOf(source: string): TagText[] {
  const tags: TagText[] = [];
  let at = 0;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(source)?.[0] ?? "";
    at += found.length;
    return found;
  };

  for (;;) {
    OPENING.lastIndex = at;
    const opening = OPENING.exec(source);
    if (opening === null) return tags;
    at = opening.index + opening[0].length;
    const attributes: Attribute[] = [];
    take(SPACE);
    while (at < source.length && source[at] !== ">") {
      const start = at;
      // A stray "=" begins a name, as the HTML standard has it.
      const name = source[at] === "=" ? source.charAt(at++) : take(NAME);
      if (take(EQUALS) === "") {
        attributes.push({ name: "", value: name, start, end: at, quoted: false });
      } else {
        attributes.push({ name: name.toLowerCase(), ...readValue() });
      }
      take(SPACE);
    }
    tags.push({ name: (opening[1] ?? "").toLowerCase(), start: opening.index, attributes });
  }

  function readValue(): Omit<Attribute, "name"> {
    const quote = source.charAt(at);
    if (quote !== '"' && quote !== "'") {
      const start = at;
      return { value: take(UNQUOTED), start, end: at, quoted: false };
    }
    const start = at + 1;
    const close = source.indexOf(quote, start);
    const end = close < 0 ? source.length : close;
    at = Math.min(end + 1, source.length);
    return { value: source.slice(start, end), start, end, quoted: true };
  }
}
