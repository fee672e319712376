import type { EmailState } from "@mailwright/email_machine";
import { guideAddress } from "../guides/guides.ts";
import { isReason, type SuppressionReason } from "../suppressions/reasons.ts";
import type { Arrival } from "./arrivals.ts";

/** What is known of why an email is where it is. */
export interface Circumstances {
  state: EmailState;
  error_code: string | null;
  error_detail: string | null;
  /** Of its present run. */
  attempt: number;
  /** The first one where it is left out. */
  run?: number;
  /** By what it may have arrived, though it is not sent. Then it is not certain of every attempt that it was not accepted. */
  arrival?: Arrival | undefined;
}

/** Why an email is where it is, for a person: what is so, what that means, and what can be done about it. */
export interface Explanation {
  /** One sentence. */
  what: string;
  meaning: string;
  todo?: string;
  /** Whether it went wrong after all, whatever its state says. */
  unwelcome?: boolean;
}

/** Why an email is where it is, in plain words. What the gateway said is not in it: that is shown as it was said. */
export function explain(email: Circumstances): Explanation {
  switch (email.state) {
    case "sent":
      return {
        what: "The gateway accepted it.",
        meaning:
          "From here on it is the gateway's to deliver. Whether it reached the inbox, only the gateway and the recipient know.",
      };
    case "queued":
      return {
        what: "It waits for its turn.",
        meaning: wasTried(email)
          ? besides(email, "It goes out again as soon as there is room.")
          : "Nobody has tried it yet. It goes out as soon as there is room.",
      };
    case "sending":
      return {
        what: "It is being handed to the gateway now.",
        meaning: "Its outcome is known in a few seconds, even if a server stops in the middle.",
      };
    case "retrying":
      return {
        what: `It waits for its next attempt: ${inside(reasonOf(email))}.`,
        meaning: `${certainly(email, "The gateway did not accept it, that much is certain, so trying again makes no duplicate.")} The next attempt comes by itself.`,
      };
    case "resolving":
      return {
        what: "The gateway is being asked whether it has it.",
        meaning:
          "The attempt left us and no clear answer came back. It is not sent again before this is settled.",
      };
    case "failed":
    case "skipped":
    case "cancelled":
    case "uncertain":
      return END_REASONS[reasonCode(email)]?.(email) ?? unknownEnd(email);
  }
}

/** The reason in a few words, for a row of a list or a part of a breakdown. */
export function reasonOf({ state, error_code, error_detail }: Circumstances): string {
  const code = error_code ?? "";
  if (state === "skipped" && code === "suppressed") return suppressionOf(error_detail);
  return SHORT[code] ?? (code === "" ? "" : `Reason “${code}”`);
}

/** Stands for the code of emails that ended without a reason that can be read: they are counted and listed by it as well. */
export const NO_REASON = "none";

const SHORT: Readonly<Record<string, string>> = {
  [NO_REASON]: "No reason was given",
  rejected: "Rejected by the gateway",
  unauthenticated: "The sender is not authenticated",
  unauthorized: "Our credentials were refused",
  throttled: "The gateway asked us to slow down",
  unavailable: "The gateway was not available",
  ambiguous: "No clear answer from the gateway",
  interrupted: "The sender stopped in the middle",
  unresolved: "Nobody can tell whether it was accepted",
  exhausted: "Every attempt was used up",
  expired: "It waited too long",
  unrenderable: "The template could not be filled in",
  suppressed: "The address is suppressed",
  cancelled: "The campaign was cancelled",
  erased: "The contact was deleted",
};

const SUPPRESSIONS: Readonly<Record<SuppressionReason, string>> = {
  manual: "Suppressed by hand",
  unsubscribed: "Unsubscribed",
  bounced: "Bounced before",
  complained: "Complained before",
};

function suppressionOf(detail: string | null): string {
  return detail !== null && isReason(detail) ? SUPPRESSIONS[detail] : "The address is suppressed";
}

/** An uncertain email keeps the reason why nobody could tell; how it came to that makes no difference to it. */
function reasonCode({ state, error_code }: Circumstances): string {
  if (state === "uncertain") return "unresolved";
  if (state === "cancelled") return "cancelled";
  return error_code ?? "";
}

const END_REASONS: Readonly<Record<string, (email: Circumstances) => Explanation>> = {
  rejected: (email) => ({
    what: "The gateway rejected it for good.",
    meaning: besides(email, "The same email to the same address would be rejected again."),
    todo: sendAgain(
      email,
      "Read what the gateway said, mend the address or whatever it complains of, then send it again.",
    ),
  }),
  unauthenticated: (email) => ({
    what: "The recipient's server refused it because its sender is not authenticated.",
    meaning: besides(
      email,
      "SPF, DKIM or DMARC of the domain in the From address does not pass there. Nothing is wrong with the recipient's address.",
    ),
    todo: sendAgain(
      email,
      `Mend what the server complains of (${guideAddress("authentication")} says how), then send it again.`,
    ),
  }),
  unauthorized: (email) => ({
    what: "The gateway refused our credentials or our account.",
    meaning: besides(
      email,
      "It did not look at the email at all, so nothing is wrong with it or with its address.",
    ),
    todo: sendAgain(
      email,
      "“Check connection” in Settings, Gateways says what to mend. Then send it again.",
    ),
  }),
  exhausted: (email) => ({
    what: `Every attempt was used up${email.attempt > 0 ? `: ${email.attempt} in all` : ""}.`,
    meaning: `The gateway was not available, each time. ${certainly(email, "It did not accept the email, so sending again makes no duplicate.")}`,
    todo: sendAgain(email, "See that the gateway is well again, then send it again."),
  }),
  expired: (email) => ({
    what: "It waited longer than the campaign allows.",
    meaning: `It was put off until the time was over for which this campaign tries an email. ${certainly(email, "It did not accept it, so sending again makes no duplicate.")}`,
    todo: sendAgain(
      email,
      "If it is still worth reading, send it again. How long emails are tried is set in Settings, Retries.",
    ),
  }),
  unrenderable: (email) => ({
    what: "The template could not be filled in for this contact.",
    meaning: certainly(email, "It never left us: a half-filled email is worse than none."),
    todo: sendAgain(
      email,
      "Look at the contact's attributes, mend them, then send it again. A fault of the template itself needs a new campaign: this one keeps the version it was launched with.",
    ),
  }),
  suppressed: (email) => ({
    what: `The address must not be mailed: ${inside(suppressionOf(email.error_detail))}.`,
    meaning: leftOut(email),
  }),
  erased: (email) => ({
    what: `The contact was deleted before its ${wasTried(email) ? "next attempt" : "turn"}.`,
    meaning: leftOut(email),
  }),
  cancelled: (email) => ({
    what: "The campaign was cancelled before its turn.",
    meaning: `${certainly(email, "It was not accepted by the gateway.")} It is not sent any more.`,
  }),
  unresolved: (email) => ({
    what: "Nobody can tell whether the gateway accepted it.",
    meaning: moreThanDoubt(
      email,
      "The attempt left us, no clear answer came back, and the gateway could not say afterwards. It may have arrived, so it is not sent again by itself.",
    ),
    todo: "Ask the recipient, or look into the gateway's own log by the email's id. Sending it again may deliver it twice.",
  }),
};

function unknownEnd(email: Circumstances): Explanation {
  const { state, error_code } = email;
  return {
    what: error_code === null ? `It ended as ${state}.` : `It ended as ${state}: ${error_code}.`,
    meaning: besides(
      email,
      "There is no explanation for this reason. The steps below say how it came to it.",
    ),
  };
}

function leftOut(email: Circumstances): string {
  return wasTried(email)
    ? `It was left out on purpose before its next attempt, and counts as skipped. ${certainly(email, "The gateway had not accepted it.")}`
    : "It was left out on purpose, and counts as skipped. Nothing was handed to the gateway.";
}

/** Whether there was an attempt of it, in this run or one before: only what was tried is queued again. */
function wasTried({ attempt, run = 1 }: Circumstances): boolean {
  return attempt > 0 || run > 1;
}

const MAY_HAVE_ARRIVED: Readonly<Record<Arrival, string>> = {
  "in doubt":
    "Nobody can tell whether the gateway accepted an earlier attempt, which may have reached the recipient.",
  delivered:
    "The gateway has told that an attempt of it was delivered, so the recipient has it already.",
  bounced: "The gateway has told that an attempt of it bounced, so it had accepted that one.",
  complained: "The recipient has reported it as spam, so it arrived.",
  unsubscribed: "The recipient has unsubscribed by the link in it, so it arrived.",
  "left segments": "The recipient has opted out of segments by the link in it, so it arrived.",
  resubscribed: "The recipient has come back by the link in it, so it arrived.",
};

/** What is certain of every attempt of an email, but of one that may have arrived it is not: then that is said instead. */
function certainly({ arrival }: Circumstances, words: string): string {
  return arrival === undefined ? words : MAY_HAVE_ARRIVED[arrival];
}

/** What is so whatever an earlier attempt came to; of an email that may have arrived, that as well. */
function besides({ arrival }: Circumstances, words: string): string {
  return arrival === undefined ? words : `${words} ${MAY_HAVE_ARRIVED[arrival]}`;
}

/** The same of an email of which it is said already that it is in doubt: what more is known. */
function moreThanDoubt(email: Circumstances, words: string): string {
  return email.arrival === "in doubt" ? words : besides(email, words);
}

/** What is to be done so that it can be sent again; of one that may have arrived, what comes of that. */
function sendAgain({ arrival }: Circumstances, words: string): string {
  if (arrival === undefined) return words;
  return arrival === "in doubt" || arrival === "bounced"
    ? `${words} It may then arrive twice.`
    : "Leave it: sent again, it arrives a second time.";
}

/** A reason within a sentence: it begins in lower case, unless its first word is always written large. */
function inside(text: string): string {
  return text === "" ? "it was put off" : text.charAt(0).toLowerCase() + text.slice(1);
}
