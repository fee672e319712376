import { domainToUnicode } from "node:url";

/** How an address stands in a text that somebody else wrote. */
export interface Spelling {
  /** In lower case. */
  text: string;
  /** Finds it where it stands for itself, as a regular expression of Postgres. */
  pattern: string;
}

/**
 * The ways to write an address, each once: as it was typed, in its canonical form, and with its domain in readable letters,
 * which Unicode has composed or not.
 */
export function spellingsOf({
  email,
  canonical,
}: Record<"email" | "canonical", string>): Spelling[] {
  const at = canonical.lastIndexOf("@") + 1;
  const readable = canonical.slice(0, at) + domainToUnicode(canonical.slice(at));
  const texts = [canonical, email.toLowerCase(), readable].flatMap((text) => [
    text.normalize("NFC"),
    text.normalize("NFD"),
  ]);
  return [...new Set(texts)].map((text) => ({ text, pattern: patternOf(text) }));
}

/**
 * Not within a longer address, which is somebody else's: ann@example.com in joann@example.com, _ann@example.com,
 * o'ann@example.com or ann@example.com.pl. No address begins with a dot, and few with an apostrophe: that is a quotation mark.
 */
function patternOf(text: string): string {
  const escaped = text.replaceAll(/[!-/:-?[-`{-~]/g, String.raw`\$&`);
  return `(^|[^[:alnum:]._%+'-]|(^|[^[:alnum:]'])'+)\\.*${escaped}($|[^[:alnum:].]|\\.($|[^[:alnum:]]))`;
}
