/**
 * What a bounce says: `hard`, nobody is there, and nobody will be; `soft`, somebody is there and could not take it now;
 * `block`, this message or its sender was not wanted, which says nothing against the address.
 */
export const BOUNCE_CLASSES = ["hard", "soft", "block"] as const;
export type BounceClass = (typeof BOUNCE_CLASSES)[number];

/** An enhanced status code of a failure (RFC 3463 section 2), as a pattern. */
export const ENHANCED_STATUS = String.raw`^[45]\.\d{1,3}\.\d{1,3}$`;

/** The first enhanced status code in a server's words (`550 5.1.1 no such user`). */
export function enhancedStatusIn(words: string): string | undefined {
  return /(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])/.exec(words)?.[1];
}

/** No such mailbox, no such domain, no address at all, moved away, a domain without mail, a mailbox that is disabled. */
const NOBODY = new Set(["1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.4"]);

/**
 * The class of a bounce by its enhanced status code (RFC 3463, with the registry's additions); where that is missing or says
 * nothing (5.0.0), what the provider says of it. A policy (5.7.x), a size, a protocol, or a fault in our own address is the
 * message's or the sender's fault, whatever the provider calls it: it never counts against an address.
 */
export function bounceClass(status: string | undefined, said: BounceClass): BounceClass {
  if (status === undefined) return said;
  const permanent = status.startsWith("5.");
  const [, subject = "0", detail = "0"] = status.split(".");
  const named = `${subject}.${detail}`;
  if (permanent && detail === "0" && ["0", "1", "5"].includes(subject)) return said;
  if (["5", "6", "7"].includes(subject)) return "block";
  if (named === "1.7" || named === "1.8" || named === "2.3" || named === "3.4") return "block";
  if (!permanent) return "soft";
  if (NOBODY.has(named)) return "hard";
  // A full mailbox, a list, a route, a server without room: it may be otherwise another time.
  return "soft";
}
