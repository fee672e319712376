import { domainToASCII } from "node:url";

/**
 * An email address that can be mailed, or what is wrong with it, for the person who typed it. `email` is the address as
 * it was typed, without the white space around it; `canonical` is what makes two spellings one address: lower-cased, in
 * composed Unicode, the domain in ASCII.
 */
export type ParsedAddress = { ok: true; email: string; canonical: string } | Refusal;
type Refusal = { ok: false; message: string };

/** RFC 5321, 4.5.3.1.1 and 4.5.3.1.3, in octets: a path of 256 with its two brackets. */
const LOCAL_LIMIT = 64;
const ADDRESS_LIMIT = 254;
/** RFC 1035, 2.3.4. */
const LABEL_LIMIT = 63;

const ATEXT = "[A-Za-z0-9!#$%&'*+\\-/=?^_`{|}~]";
const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
/** A last label that begins with a letter: no top-level domain is a number, which leaves IP addresses out. */
const DOMAIN = `(?:${LABEL}\\.)+[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?`;
const PLAIN_ADDRESS = new RegExp(`^${ATEXT}+(?:\\.${ATEXT}+)*@${DOMAIN}$`);
const PLAIN_DOMAIN = new RegExp(`^${DOMAIN}$`);
const LONG_LABEL = new RegExp(`[^.@]{${LABEL_LIMIT + 1}}`);

/**
 * Parses what was typed or imported. Nearly every address is plain ASCII and passes one regular expression: over a million
 * a second on one core, so an import is not held up by it. Only what that does not take is looked at part by part.
 */
export function parseAddress(input: string): ParsedAddress {
  const email = input.trim();
  if (email.length <= ADDRESS_LIMIT && PLAIN_ADDRESS.test(email) && !email.includes("xn--")) {
    const at = email.indexOf("@");
    if (
      at <= LOCAL_LIMIT &&
      (email.length - at <= LABEL_LIMIT || !LONG_LABEL.test(domainOf(email)))
    )
      return { ok: true, email, canonical: email.toLowerCase() };
  }
  return parseSlowly(email);
}

function parseSlowly(email: string): ParsedAddress {
  if (email === "") return refuse("Type an email address.");
  const at = email.indexOf("@");
  if (at === -1) return refuse("There is no @ in it: type an address like anna@example.com.");
  if (at !== email.lastIndexOf("@")) return refuse("There is more than one @ in it: leave one.");
  // Composed, because the Greek question mark, say, becomes a semicolon.
  const forbidden = forbiddenIn(email.normalize("NFC"));
  if (forbidden !== undefined) return refuse(`It has ${forbidden} in it: take it out.`);
  const local = email.slice(0, at);
  if (local === "") return refuse("There is nothing before the @: add the name of the mailbox.");
  if (/^\.|\.\.|\.$/.test(local))
    return refuse("A dot stands at an end of the part before the @, or twice in a row: mend it.");
  const domain = parseDomain(email.slice(at + 1));
  if (!domain.ok) return domain;
  const canonical = `${local.toLowerCase().normalize("NFC")}@${domain.ascii}`;
  if (octets(local) > LOCAL_LIMIT)
    return refuse(`The part before the @ is too long: at most ${LOCAL_LIMIT} characters.`);
  if (Math.max(octets(email), octets(canonical)) > ADDRESS_LIMIT)
    return refuse(`It is too long: at most ${ADDRESS_LIMIT} characters.`);
  return { ok: true, email, canonical };
}

/**
 * How the canonical form of an address begins of which somebody typed the beginning. A name of another script within the
 * domain has to be whole: what is cut off in it has another form in ASCII.
 */
export function canonicalBeginning(typed: string): string {
  const text = typed.trim().toWellFormed().toLowerCase().normalize("NFC");
  const at = text.indexOf("@") + 1;
  const domain = at === 0 ? "" : text.slice(at);
  const ascii = /[^\0-\x7f]/.test(domain) ? domainToASCII(domain) : "";
  return ascii === "" ? text : text.slice(0, at) + ascii;
}

/** The domain in lower-case ASCII. */
export function parseDomain(typed: string): { ok: true; ascii: string } | Refusal {
  if (typed === "") return refuse("There is nothing after the @: add the domain.");
  // The URL parser would read these as something else than a part of a name, or take them out without a word.
  const domain = /[%\\/?#|^`{}]/.test(typed) ? "" : domainToASCII(typed).toLowerCase();
  if (!domain.includes(".")) {
    return typed.includes(".")
      ? refuse("The domain after the @ is not one: look for a slip.")
      : refuse("The domain after the @ has no dot: is its ending missing?");
  }
  if (/^[\d.]+$/.test(domain))
    return refuse("An IP address stands after the @: use the domain's name.");
  if (!PLAIN_DOMAIN.test(domain) || LONG_LABEL.test(domain))
    return refuse("The domain after the @ is not one: look for a slip.");
  return { ok: true, ascii: domain };
}

/** Names the first character that has no place in an address. */
function forbiddenIn(email: string): string | undefined {
  const [character] = /[\p{C}\p{Z}\s"<>,;:()[\]\\]/u.exec(email) ?? [];
  if (character === undefined) return undefined;
  if (/[\p{Z}\t]/u.test(character)) return "a space";
  if (/[\n\r]/.test(character)) return "a line break";
  if (/\p{C}/u.test(character)) return "an invisible character";
  return character === '"' ? "a quotation mark" : `a “${character}”`;
}

function domainOf(email: string): string {
  return email.slice(email.indexOf("@") + 1);
}

function octets(text: string): number {
  return Buffer.byteLength(text);
}

function refuse(message: string): Refusal {
  return { ok: false, message };
}
