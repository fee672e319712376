import { domainToASCII } from "node:url";

/** What is looked for among contacts, by where it may stand. All texts are the beginning of what is found. */
export interface Search {
  /** Of the canonical address. */
  address?: string;
  /** Of the name, the first name or the last name, in any case. */
  name?: string;
  /** Of the domain. */
  domain?: string;
}

/** No address is longer than this, and no name anybody looks for. */
const LONGEST = 254;

/**
 * What somebody means who types `anna` (an address or a name that begins so), `anna@ex` (an address), `@example.com` (a
 * domain) or `example.co` (any of them); undefined for nothing.
 */
export function parseSearch(typed: string | undefined): Search | undefined {
  const text = (typed ?? "").trim().slice(0, LONGEST).toWellFormed();
  if (text === "") return undefined;
  const lower = text.toLowerCase().normalize("NFC");
  const at = lower.indexOf("@");
  if (at === 0) return { domain: asciiDomain(lower.slice(1)) };
  if (at > 0) return { address: lower.slice(0, at + 1) + asciiDomain(lower.slice(at + 1)) };
  return { address: lower, name: text, ...(lower.includes(".") && { domain: asciiDomain(lower) }) };
}

/** As the canonical form has it. The beginning of an international domain has no ASCII form until it is whole. */
function asciiDomain(domain: string): string {
  return /[^\0-\x7f]/.test(domain) ? domainToASCII(domain) || domain : domain;
}
