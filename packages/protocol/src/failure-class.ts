import { bounceClass, type BounceClass, enhancedStatusIn } from "./bounces.ts";

/**
 * About us: a server that checked where the message came from before it took it, and quotes what it found there (the mailbox that
 * it says does not exist is ours: Exim's `verify = sender/callout`, Postfix's `reject_unverified_sender`); and our domain, our
 * greeting or our records in DNS, of which it says that they do not exist.
 */
const ABOUT_SENDER =
  /\bsender (?:verif(?:y|ication)|callout)\b|\bverification failed for <|\bsender address rejected\b|\breturn[- ]path\b|\benvelope[- ]?(?:from|sender)\b|\bdomain of sender\b|\bsender(?:'s)? domain\b|\bmail from\b|\b(?:helo|ehlo)\b|\b(?:ptr|rdns|reverse dns)\b|\b(?:spf|dkim|dmarc)\b.{0,80}\b(?:does not|doesn't) exist\b/i;

/** Gmail says so of somebody who is there and gets too much at once, with the code of a disabled mailbox (5.2.1). */
const TOO_MUCH_AT_ONCE = /\breceiving mail (?:at a rate|too (?:quickly|fast))\b|\bReceivingRate/i;

/** Exchange Online's word for no such mailbox, with a code that others have for a host that does not answer (5.4.1). */
const NOT_IN_DIRECTORY = /\brecipient address rejected: access denied\b/i;

/** Nobody there, in the words of Postfix, Exim, Sendmail, qmail, Exchange and the large providers. */
const NOBODY =
  /\b(?:user|recipient|mailbox|account|address)(?: address)?(?: rejected:)? (?:is )?(?:unknown|not found|disabled|inactive|deleted)\b|\b(?:unknown|invalid|no such|nonexistent|non-existent) (?:local )?(?:user|recipient|mailbox|account|address|person|domain)\b|\b(?:does not|doesn't) exist\b|\bunrouteable address\b|\bno mailbox here\b|\b(?:account|mailbox) (?:has been|is) (?:disabled|deleted|deactivated)\b/i;

/** The message or its sender is not wanted: says nothing against the address. */
const POLICY =
  /\bspam|\bblack ?list|\bblock ?list|\bblocked\b|\b(?:rbl|dnsbl|spf|dkim|dmarc)\b|\breputation\b|\bpolic(?:y|ies)\b|\bunsolicited\b|\bvirus\b|\bmalware\b|\bcontent rejected\b/i;

/** Codes that say no more than that it failed; what the words hold is more exact. */
const SAYS_NOTHING = /^\d\.(?:0|1|5)\.0$/;

export interface FailureClass {
  bounce: BounceClass;
  /** The more exact of the codes that were found. */
  status?: string;
}

/**
 * The class of a failed delivery by its enhanced status code, or by the server's words where that says nothing, or else by what
 * its teller `said`. Words that name a policy turn whatever does not say that nobody is there into a block: rather mailed once
 * more than silenced by a misreading.
 */
export function classOfFailure(status: string, all: string, said: BounceClass): FailureClass {
  const words = all.slice(0, LOOKED_AT);
  const told = enhancedStatusIn(status.slice(0, LOOKED_AT));
  const exact =
    told === undefined || SAYS_NOTHING.test(told) ? (enhancedStatusIn(words) ?? told) : told;
  return { bounce: classOf(exact, words, said), ...(exact !== undefined && { status: exact }) };
}

/** So much of a server's words is looked at, in characters; whoever may call a webhook may send a megabyte. */
const LOOKED_AT = 4_000;

/** A reply that holds for now (RFC 5321 4.2.1), where there is no enhanced code. */
const FOR_NOW = /^(?:[\w-]+;\s*)?4\d\d[ -]/;

function classOf(status: string | undefined, told: string, said: BounceClass): BounceClass {
  // An address may have any words in it. A single expression for one would try it from every character of a long word.
  const words = told.replace(/[^\s<>]+/g, (word) => (word.includes("@") ? "" : word));
  if (ABOUT_SENDER.test(words)) return "block";
  if (TOO_MUCH_AT_ONCE.test(words)) return "soft";
  if (status === "5.4.1" && NOT_IN_DIRECTORY.test(words)) return "hard";
  const nobody = NOBODY.test(words);
  if (POLICY.test(words) && !nobody) return "block";
  // A provider that calls it a block knows more of it than these words.
  if (!nobody || said === "block") return bounceClass(status, said);
  const isForNow = status?.startsWith("4.") ?? FOR_NOW.test(words);
  return bounceClass(status, isForNow ? "soft" : "hard");
}
