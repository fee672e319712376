import { domainToASCII } from "node:url";

/** No address is longer than this. */
const LONGEST = 254;

/**
 * The texts of which a suppressed address has to hold one, for what somebody types: any part of an address, or of a domain
 * as people write it (`münchen.de`), which the canonical form has in ASCII. None for nothing.
 */
export function soughtTexts(typed: string): string[] {
  const text = typed.trim().slice(0, LONGEST).toWellFormed().toLowerCase().normalize("NFC");
  if (text === "") return [];
  const at = text.lastIndexOf("@") + 1;
  const domain = text.slice(at);
  const ascii = /[^\0-\x7f]/.test(domain) ? domainToASCII(domain) : domain;
  return [...new Set([text, ...(ascii === "" ? [] : [text.slice(0, at) + ascii])])];
}
