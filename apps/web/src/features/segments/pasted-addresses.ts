import { parseAddress } from "../contacts/address.ts";

/** The addresses in a pasted text, each once by its canonical form, and what is none. */
export interface PastedAddresses {
  /** Canonical form to the address as it was typed. */
  addresses: Map<string, string>;
  /** What was typed where an address was expected, and what is wrong with it. */
  faults: { text: string; message: string }[];
}

/**
 * Reads addresses however people keep them: one a line, with commas or semicolons between, as `Anna <anna@example.com>`,
 * out of a mail program or a spreadsheet.
 */
export function parsePasted(text: string): PastedAddresses {
  const addresses = new Map<string, string>();
  const faults: PastedAddresses["faults"] = [];
  for (const candidate of candidatesIn(text)) {
    const parsed = parseAddress(candidate);
    if (!parsed.ok) faults.push({ text: candidate, message: parsed.message });
    else if (!addresses.has(parsed.canonical)) addresses.set(parsed.canonical, parsed.email);
  }
  return { addresses, faults };
}

/** The name in `"Kowalska, Anna" <anna@example.com>`: its comma is none between two addresses, and its @ makes no address. */
const QUOTED_NAME = String.raw`"[^"\n]{0,300}"(?=\s*<)`;

/** What stands between two separators. */
const PIECE = new RegExp(String.raw`(?:${QUOTED_NAME}|[^\n\r,;"]+|")+`, "g");

/** What stands in brackets, or a word. */
const WORD = /<([^<>]*)>|[^\s"<>]+/g;

function candidatesIn(text: string): string[] {
  return (text.match(PIECE) ?? []).flatMap((piece) => {
    const addresses = addressesIn(piece.replaceAll(new RegExp(QUOTED_NAME, "g"), " "));
    return addresses.length > 0 ? addresses : piece.trim() || [];
  });
}

/** Of words and addresses side by side, as mail programs and spreadsheets have them, the addresses are meant, every one. */
function addressesIn(piece: string): string[] {
  return [...piece.matchAll(WORD)].flatMap(([word, bracketed]) => {
    if (bracketed !== undefined) return bracketed.trim() || [];
    // An apostrophe within is the address's own: o'neill@example.com.
    return word.includes("@") ? word.replaceAll(/^'+|(?<!')'+$/g, "") : [];
  });
}
