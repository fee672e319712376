import { type EmailEvent, type EmailRecord, isSettled, step } from "@mailwright/email_machine";
import type { Recipient, Report } from "@mailwright/protocol";
import type { ReadyContent } from "../contents/contents.ts";
import type { OpenGateway } from "../gateways/registry.ts";
import { attempt } from "./attempt.ts";
import type { Committer, Verdict } from "./committer.ts";
import type { Claim } from "./journal.ts";
import { resolve, type ResolveContext } from "./resolve.ts";

/** One email in the hands of this worker. */
export interface LiveEmail {
  id: string;
  recipient: Recipient | undefined;
  record: EmailRecord;
}

export interface EmailRunContext extends ResolveContext {
  claim: Claim;
  ready: ReadyContent;
  open: OpenGateway;
  committer: Committer;
  signal: AbortSignal;
}

/** Where an email stands when the runner lets go of it for now; `waiting` goes on at its record's `due`. */
export type EmailRunEnd = "settled" | "waiting" | "stopped" | Exclude<Verdict, "written">;

/**
 * Takes one email as far as it goes without waiting: asks the machine, writes what it decided, does what it commands,
 * and comes back with the fact that follows. Nothing is done before it is written: an attempt is in the journal before
 * its socket is touched.
 */
export async function runEmail(email: LiveEmail, context: EmailRunContext): Promise<EmailRunEnd> {
  let presumed = wasLost(email);
  let event = await opening(email, context);
  while (event !== "stopped") {
    const taken = step(email.record, event, context.ready.policy);
    if (taken === undefined)
      throw new Error(`${event.type} means nothing to an email that is ${email.record.state}`);
    const verdict = await write(email, event, taken.record, context);
    if (verdict !== "written") return verdict;
    email.record = taken.record;
    const command = taken.commands[0]?.type;
    if (command === "schedule") return "waiting";
    if (command === "report") return "settled";
    if (command === "resolve") event = await askAfter(email, context);
    else if (presumed) event = { type: "INTERRUPTED", at: context.clock.now() };
    else event = await deliver(email, context);
    presumed = false;
  }
  return "stopped";
}

async function write(
  { id, record: before }: LiveEmail,
  event: EmailEvent,
  record: EmailRecord,
  { claim, committer, open, testimonies }: EmailRunContext,
): Promise<Verdict> {
  const begins = event.type === "START" || event.type === "DUE";
  const kind = begins ? "start" : isSettled(record.state) ? "settle" : "go";
  const report = reportOf(id, event, record, open.id);
  const verdict = await committer.write(claim, { id, kind, before: before.state, record, report });
  if (verdict === "stale" && before.state === "sending" && event.type !== "INTERRUPTED") {
    await testimonies.give(claim.batch, id, before.run, before.attempt, event);
  }
  return verdict;
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
      return askAfter(email, context);
    default:
      throw new Error(`an email that is ${email.record.state} is not taken up`);
  }
}

/**
 * The journal had lost this email and the ledger gave it back. It may have been attempted since the ledger last heard
 * of it, so the attempt is presumed and asked after instead of made.
 */
function wasLost({ recipient, record }: LiveEmail): boolean {
  return recipient?.last_known !== undefined && recipient.last_known.seq === record.seq;
}

function deliver(
  { id, recipient }: LiveEmail,
  { ready, open, clock, attemptDeadlineMs }: EmailRunContext,
) {
  if (recipient === undefined)
    throw new Error(`the recipient of email ${id} is gone before it settled`);
  return attempt(recipient, ready, open, clock, attemptDeadlineMs);
}

function askAfter(email: LiveEmail, context: EmailRunContext): Promise<EmailEvent | "stopped"> {
  return resolve(context.claim.batch, email, context.open, context, context.signal);
}

/** The report of a transition, as web reads it. */
export function reportOf(
  id: string,
  event: EmailEvent,
  record: EmailRecord,
  gateway: string,
): Report {
  const { run, seq, state, attempt: number, due, messageId, reason } = record;
  return {
    id,
    run,
    seq,
    event: event.type,
    state,
    at: event.at,
    attempt: number,
    gateway,
    ...(due !== undefined && { due }),
    ...(messageId !== undefined && { message_id: messageId }),
    ...(reason !== undefined && { error: reason }),
  };
}
