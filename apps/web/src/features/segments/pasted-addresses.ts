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

/**
 * What stands between two separators. The name in `"Kowalska, Anna" <anna@example.com>` is passed over whole: its comma is
 * none between two addresses.
 */
const PIECE = /(?:"[^"\n]{0,300}"(?=\s*<)|[^\n\r,;"]+|")+/g;

function candidatesIn(text: string): string[] {
  return (text.match(PIECE) ?? [])
    .flatMap((piece) => {
      const [, bracketed] = /<([^<>]*)>/.exec(piece) ?? [];
      if (bracketed !== undefined) return [bracketed];
      // Of words and an address side by side, as spreadsheets have them, the address is meant.
      const words = piece.split(/[\s"']+/).filter((word) => word.includes("@"));
      return words.length > 0 ? words : [piece];
    })
    .map((candidate) => candidate.trim())
    .filter((candidate) => candidate !== "");
}
