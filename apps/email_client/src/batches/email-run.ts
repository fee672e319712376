import {
  DEFAULT_RETRY_POLICY,
  type EmailEvent,
  type EmailRecord,
  isSettled,
  type RetryPolicy,
  step,
} from "@mailwright/email_machine";
import { type Recipient, reportOf } from "@mailwright/protocol";
import type { Committer, Verdict } from "./committer.ts";
import type { Claim, LiveEmail, Transition } from "./journal.ts";
import { suppressedAt } from "./suppressed-event.ts";
import { resolve, type ResolveContext } from "./resolve.ts";

export interface EmailRunContext extends ResolveContext {
  policy: RetryPolicy;
  /** Which gateway an attempt goes through that is made now. */
  through?: string | undefined;
  committer: Committer;
  /** Makes the attempt and says what it came to. */
  deliver(recipient: Recipient): Promise<EmailEvent>;
}

/** Where an email stands when the runner lets go of it for now; `waiting` goes on at its record's `due`. */
export type EmailRunEnd =
  "settled" | "waiting" | "stopped" | Exclude<Verdict, "written" | "suppressed">;

/**
 * Takes one email as far as it goes without waiting: asks the machine, writes what it decided, does what it commands,
 * and comes back with the fact that follows. Nothing is done before it is written: an attempt is in the journal before
 * its socket is touched.
 */
export async function runEmail(email: LiveEmail, context: EmailRunContext): Promise<EmailRunEnd> {
  let presumed = wasLost(email);
  let event = await opening(email, context);
  while (event !== "stopped") {
    // A presumed attempt is not made, so no email is too old for it.
    const policy = presumed
      ? { ...context.policy, maxAgeMs: Number.POSITIVE_INFINITY }
      : context.policy;
    const taken = step(email.record, event, policy);
    if (taken === undefined)
      throw new Error(`${event.type} means nothing to an email that is ${email.record.state}`);
    const isAttempt = taken.record.state === "sending" && !presumed;
    const record = isAttempt ? through(taken.record, context) : taken.record;
    const verdict = await write(email, event, record, presumed, context);
    if (verdict === "suppressed") {
      event = suppressedAt(context.clock.now());
      continue;
    }
    if (verdict !== "written") return verdict;
    email.record = record;
    const command = taken.commands[0]?.type;
    switch (command) {
      case "schedule":
        return "waiting";
      case "report":
        return "settled";
      case "resolve":
        event = await resolve(email, context);
        break;
      case "deliver":
        event = presumed
          ? { type: "INTERRUPTED", at: context.clock.now() }
          : await deliver(email, context);
        break;
      case "forget":
      case undefined:
        throw new Error(`nothing follows for an email that became ${record.state}`);
      default:
        command satisfies never;
    }
    presumed = false;
  }
  return "stopped";
}

/**
 * An email whose attempt goes through one of a route's gateways says which, so that this one is asked after a crash; and
 * in which version, where the attempt may be made again.
 */
function through(record: EmailRecord, { through, claim, repeat }: EmailRunContext): EmailRecord {
  const { gateway: _before, gatewayVersion: _versionBefore, ...rest } = record;
  return {
    ...rest,
    ...(through !== undefined && through !== claim.gateway && { gateway: through }),
    ...(repeat !== undefined && { gatewayVersion: repeat.version }),
  };
}

/** The gateway of an email's last attempt; before the first one, what its batch names. */
export function attemptedThrough(
  { record }: Pick<LiveEmail, "record">,
  { gateway }: Pick<Claim, "gateway">,
): string {
  return record.gateway ?? gateway;
}

/** Whether an attempt of this email may have been accepted: it is asked after before anything else happens to it. */
export function isInDoubt(email: LiveEmail): boolean {
  const { state } = email.record;
  return state === "sending" || state === "resolving" || wasLost(email);
}

/**
 * The journal had lost this email and the ledger gave it back. It may have been attempted since the ledger last heard
 * of it, so the attempt is presumed and asked after instead of made.
 */
function wasLost({ recipient, record }: LiveEmail): boolean {
  return recipient?.last_known !== undefined && recipient.last_known.seq === record.seq;
}

/** The fact with which an email is taken up again in the state in which it was found. */
async function opening(
  email: LiveEmail,
  context: EmailRunContext,
): Promise<EmailEvent | "stopped"> {
  const at = context.clock.now();
  switch (email.record.state) {
    case "queued":
      return { type: "START", at };
    case "retrying":
      return { type: "DUE", at };
    case "sending":
      return { type: "INTERRUPTED", at };
    case "resolving":
      return resolve(email, context);
    default:
      throw new Error(`an email that is ${email.record.state} is not taken up`);
  }
}

async function write(
  { id, record: before }: LiveEmail,
  event: EmailEvent,
  record: EmailRecord,
  presumed: boolean,
  { claim, committer, testimonies }: EmailRunContext,
): Promise<Verdict> {
  const kind = kindOf(record, presumed);
  const report = reportOf(id, event, record, attemptedThrough({ record }, claim));
  const verdict = await committer.write(claim, { id, kind, before, record, report });
  if (verdict === "stale" && before.state === "sending" && event.type !== "INTERRUPTED") {
    await testimonies.give(claim.batch, id, before.run, before.attempt, event);
  }
  return verdict;
}

/**
 * Ends an email that no attempt is under way for by a fact that settles it: its campaign is cancelled, or its recipient must
 * not be mailed any more.
 */
export async function settleWith(
  event: EmailEvent,
  { id, record: before }: LiveEmail,
  claim: Claim,
  committer: Committer,
): Promise<EmailRunEnd> {
  const taken = step(before, event, DEFAULT_RETRY_POLICY);
  if (taken === undefined)
    throw new Error(`${event.type} does not end an email that is ${before.state}`);
  const { record } = taken;
  const report = reportOf(id, event, record, attemptedThrough({ record }, claim));
  const verdict = await committer.write(claim, { id, kind: "settle", before, record, report });
  if (verdict === "suppressed") throw new Error("only an attempt is refused for its recipient");
  return verdict === "written" ? "settled" : verdict;
}

/** Only an attempt that is really made needs a running campaign. */
function kindOf({ state }: EmailRecord, presumed: boolean): Transition["kind"] {
  if (isSettled(state)) return "settle";
  return state === "sending" && !presumed ? "start" : "proceed";
}

/**
 * Throttled attempts cost nothing, but the ledger numbers transitions up to 32,767, and each attempt makes two. The machine
 * lets fewer than 2,000 happen; but what it counts begins anew when the journal was lost, and time when a clock is set back.
 */
export const MOST_ATTEMPTS = 10_000;

async function deliver(
  { id, recipient, record }: LiveEmail,
  context: EmailRunContext,
): Promise<EmailEvent> {
  if (recipient === undefined)
    throw new Error(`the recipient of email ${id} is gone before it settled`);
  const event = await context.deliver(recipient);
  const isEnough = event.type === "THROTTLED" && record.attempt >= MOST_ATTEMPTS;
  return isEnough ? { type: "REJECTED", at: event.at, reason: event.reason } : event;
}
