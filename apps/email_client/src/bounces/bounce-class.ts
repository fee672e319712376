import { bounceClass, type BounceClass, enhancedStatusIn } from "@mailwright/protocol";

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
 * The class of a failed delivery by its enhanced status code, or by the server's words where that says nothing. Words that
 * name a policy turn whatever does not say that nobody is there into a block: rather mailed once more than silenced by a
 * misreading.
 */
export function classOfFailure(status: string, words: string): FailureClass {
  const told = enhancedStatusIn(status);
  const exact =
    told === undefined || SAYS_NOTHING.test(told) ? (enhancedStatusIn(words) ?? told) : told;
  const nobody = NOBODY.test(words);
  const policy = POLICY.test(words);
  const said = nobody ? "hard" : policy ? "block" : "soft";
  const found = exact !== undefined && exact.startsWith("4.") && said === "hard" ? "soft" : said;
  const byCode = bounceClass(exact, found);
  const bounce = policy && !nobody ? "block" : byCode;
  return { bounce, ...(exact !== undefined && { status: exact }) };
}
