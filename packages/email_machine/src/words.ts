/**
 * The words of one email's life. The machine decides, the runner acts: events are facts about the world, commands are
 * what the runner has to do next.
 *
 * - outcome: what one call to a gateway came to
 * - transition: one step from state to state, numbered per run from 1 without gaps (`seq`)
 * - run: a requeue by a marketer starts the same email again under the next run number
 * - settled: a state that the email leaves only through one of the two named doors (a late webhook, a requeue)
 * - open: any other state
 */

export const OPEN_STATES = ["queued", "sending", "retrying", "resolving"] as const;
export type OpenState = (typeof OPEN_STATES)[number];

export const SETTLED_STATES = ["sent", "failed", "skipped", "cancelled", "uncertain"] as const;
export type SettledState = (typeof SETTLED_STATES)[number];

export const EMAIL_STATES = [...OPEN_STATES, ...SETTLED_STATES] as const;
export type EmailState = (typeof EMAIL_STATES)[number];

/** Whether nothing more happens to an email in this state by itself. */
export function isSettled(state: EmailState): state is SettledState {
  return (SETTLED_STATES as readonly string[]).includes(state);
}

/** Why an email is where it is: a code that a program can compare, and words for a person. */
export interface Reason {
  code: ReasonCode;
  detail?: string;
  /** The enhanced status code (RFC 3463) with which a server refused the recipient, or the sender's authentication. */
  status?: string;
}

export const REASON_CODES = [
  "rejected",
  "unauthenticated",
  "unauthorized",
  "throttled",
  "unavailable",
  "ambiguous",
  "interrupted",
  "unresolved",
  "exhausted",
  "expired",
  "unrenderable",
  "suppressed",
  "cancelled",
  "erased",
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** How often and how long an email is tried. It is data of the campaign; times are milliseconds. */
export interface RetryPolicy {
  /** Attempts that may be spent; a throttled one costs none. */
  attempts: number;
  firstWaitMs: number;
  maxWaitMs: number;
  /** Counted from the first attempt; an email older than this is failed instead of tried again. No wait ends later. */
  maxAgeMs: number;
  /** What to do with an email whose outcome nobody can tell: hold it as `uncertain`, or rather twice than never. */
  whenUncertain: "hold" | "resend";
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  attempts: 4,
  firstWaitMs: 5_000,
  maxWaitMs: 15 * 60_000,
  maxAgeMs: 24 * 3_600_000,
  whenUncertain: "hold",
};

/** A fact. `at` is when it became one; `roll` is a number from [0, 1) for the jitter, so that the machine stays pure. */
export type EmailEvent =
  | { type: "START"; at: number }
  | { type: "DUE"; at: number }
  | { type: "SUPPRESSED"; at: number; reason: Reason }
  | { type: "CANCEL"; at: number }
  | { type: "ACCEPTED"; at: number; messageId?: string }
  | { type: "REJECTED"; at: number; reason: Reason }
  | { type: "UNAUTHORIZED"; at: number; reason: Reason }
  | { type: "THROTTLED"; at: number; roll: number; reason: Reason; retryAfterMs?: number }
  | { type: "UNAVAILABLE"; at: number; roll: number; reason: Reason }
  | { type: "AMBIGUOUS"; at: number; reason: Reason }
  | { type: "INTERRUPTED"; at: number }
  | { type: "CONFIRMED"; at: number; messageId?: string }
  | { type: "NOT_ACCEPTED"; at: number; roll: number }
  | { type: "UNRESOLVED"; at: number; roll: number }
  | { type: "REPORTED"; at: number }
  | { type: "REQUEUE"; at: number };
export type EmailEventType = EmailEvent["type"];

/** What the runner has to do after a transition. */
export type Command =
  | { type: "deliver"; attempt: number }
  | { type: "schedule"; due: number }
  | { type: "resolve" }
  | { type: "report" }
  | { type: "forget" };

/** What is kept of an email between two transitions: plain data with a version, never an XState snapshot. */
export interface EmailRecord {
  v: 1;
  state: EmailState;
  run: number;
  /** Transitions made in this run. */
  seq: number;
  /** Calls to the gateway begun in this run. */
  attempt: number;
  /** How many of those were throttled, and so cost nothing. */
  throttled: number;
  /** When the first attempt of this run began. */
  firstAt?: number;
  /** When a retrying email is to be tried again. */
  due?: number;
  messageId?: string;
  reason?: Reason;
  /** Nobody could tell what became of an attempt of this run, and it was made again: whatever happens, it may have arrived. */
  doubt?: true;
  /** Which gateway the last attempt went through, where it was chosen for that attempt. The machine only carries it. */
  gateway?: string;
  /** Which version of its gateway made the last attempt, where that one may be made again. The machine only carries it. */
  gatewayVersion?: string;
}

/** An email nobody has tried yet. */
export function newRecord(run = 1): EmailRecord {
  return { v: 1, state: "queued", run, seq: 0, attempt: 0, throttled: 0 };
}
