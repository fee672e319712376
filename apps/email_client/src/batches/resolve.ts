import type { EmailEvent } from "@mailwright/email_machine";
import type { Clock, Log, Semaphore } from "@mailwright/platform";
import type { Recipient } from "@mailwright/protocol";
import type { Gateway } from "../gateways/gateway.ts";
import type { Pace } from "../pace.ts";
import type { Claim, LiveEmail } from "./journal.ts";
import type { Testimonies } from "./testimony.ts";

export interface ResolveContext {
  claim: Claim;
  /** Undefined when it is not there any more, and so cannot be asked. */
  gateway: Pick<Gateway, "resolve"> | undefined;
  /** Of a gateway that knows a repeated key again. */
  repeat?: Repeat | undefined;
  slots: Semaphore;
  testimonies: Testimonies;
  clock: Clock;
  log: Log;
  attemptDeadlineMs: number;
  pace: Pick<Pace, "askAgainMs">;
  signal: AbortSignal;
}

/** Makes an attempt again under its key. */
export interface Repeat {
  /** How long after an attempt its key is known. */
  windowMs: number;
  /** Of the gateway. Another one may be of another account, which knows none of the keys. */
  version: string;
  /** Resolves when it is a call's turn by the gateway's rate; false when that is too far away. Rejects when the signal aborts. */
  turn(patienceMs: number, signal: AbortSignal): Promise<boolean>;
  /** Undefined when it may not be sent now: the campaign is paused or cancelled, or the recipient suppressed. */
  attempt(recipient: Recipient, notAfter: number): Promise<EmailEvent | undefined>;
}

/**
 * Finds out what became of an email's last attempt, whose outcome was lost: first from the gateway, where it can be asked
 * or knows the attempt again when it is repeated; then from a worker that lost the batch but may still be waiting for the
 * answer, for as long as an attempt can take.
 */
export async function resolve(
  email: LiveEmail,
  context: ResolveContext,
): Promise<EmailEvent | "stopped"> {
  const asked = await askGateway(email, context);
  if (asked !== undefined) return asked;
  const repeated = await repeatAttempt(email, context);
  if (typeof repeated === "object" || repeated === "stopped") return repeated;
  return awaitTestimony(email, repeated, context);
}

/** Claims of which it was said that their gateway cannot be asked: it cannot for any of a batch's emails then. */
const saidOf = new WeakSet<Claim>();

async function askGateway(
  { id }: LiveEmail,
  { claim, gateway, slots, clock, log, attemptDeadlineMs, signal }: ResolveContext,
): Promise<EmailEvent | "stopped" | undefined> {
  if (gateway?.resolve === undefined) return undefined;
  let release: () => void;
  try {
    release = await slots.acquire(signal);
  } catch {
    return "stopped";
  }
  const deadline = AbortSignal.timeout(attemptDeadlineMs);
  const resolution = await gateway.resolve(id, deadline).finally(release);
  const at = clock.now();
  switch (resolution.kind) {
    case "confirmed":
      return { type: "CONFIRMED", at, ...named(resolution.messageId) };
    case "not-accepted":
      return { type: "NOT_ACCEPTED", at, roll: Math.random() };
    case "unknown": {
      const { why } = resolution;
      if (why === undefined || saidOf.has(claim)) return undefined;
      saidOf.add(claim);
      log.warn(
        { batch: claim.batch, why },
        "the gateway could not be asked what became of an attempt",
      );
      return undefined;
    }
    default:
      return resolution satisfies never;
  }
}

/** How often an attempt is repeated that gets no answer, or none that says what became of the first. */
const REPEATS = 3;

/**
 * A service that only asks for patience is given so much of it besides, as a breaker gives it. A turn that is farther away is not
 * waited for: the batch would keep its place from others.
 */
const PATIENCE_MS = 60_000;

/** What repetitions left open; of the second kind one may have been accepted where the first attempt was not. */
type Untold = "told nothing" | "in doubt too";

/**
 * Under the key of an attempt that was accepted, a repetition gets the answer of that one and sends nothing. Under the key
 * of one that was not, it is the attempt. Only an acceptance tells: a refusal may be one of the repetition alone.
 */
async function repeatAttempt(
  email: LiveEmail,
  { repeat, slots, clock, attemptDeadlineMs, pace: { askAgainMs }, signal }: ResolveContext,
): Promise<EmailEvent | "stopped" | Untold> {
  const { recipient } = email;
  if (repeat === undefined || recipient === undefined) return "told nothing";
  let told: Untold = "told nothing";
  let patienceMs = PATIENCE_MS;
  for (let left = REPEATS; left > 0;) {
    const until = keyKnownUntil(email, repeat, clock.now());
    if (clock.now() + attemptDeadlineMs >= until) return told;
    let release: () => void;
    try {
      // Without a slot, which would be kept from attempts whose turn it is.
      if (!(await repeat.turn(PATIENCE_MS, signal))) return told;
      release = await slots.acquire(signal);
    } catch {
      return "stopped";
    }
    const event = await repeat.attempt(recipient, until).finally(release);
    if (event === undefined) return told;
    if (event.type === "ACCEPTED")
      return { type: "CONFIRMED", at: event.at, ...named(event.messageId) };
    if (event.type === "AMBIGUOUS") told = "in doubt too";
    const askedMs = event.type === "THROTTLED" ? Math.max(askAgainMs, event.retryAfterMs ?? 0) : 0;
    const isPatient = askedMs > 0 && askedMs <= patienceMs;
    if (isPatient) patienceMs -= askedMs;
    else left--;
    try {
      await clock.sleep(isPatient ? askedMs : askAgainMs, signal);
    } catch {
      return "stopped";
    }
  }
  return told;
}

/**
 * Counted from the first attempt, since any may be the one that was accepted. Of an attempt that lies in the future, or that
 * the journal had lost, nobody knows when it was made; and another gateway knows no key of this one.
 */
function keyKnownUntil(
  { recipient, record: { firstAt, gatewayVersion } }: LiveEmail,
  { windowMs, version }: Repeat,
  now: number,
): number {
  const isTimeKnown =
    firstAt !== undefined && firstAt <= now && recipient?.last_known === undefined;
  return isTimeKnown && gatewayVersion === version ? firstAt + windowMs : Number.NEGATIVE_INFINITY;
}

async function awaitTestimony(
  { id, record: { run, attempt, reason } }: LiveEmail,
  repeated: Untold,
  { claim, testimonies, clock, attemptDeadlineMs, pace: { askAgainMs }, signal }: ResolveContext,
): Promise<EmailEvent | "stopped"> {
  // Who saw the attempt end without an answer has said all there is. Counted in waits, for the clock may be set back.
  const waits = reason?.code === "interrupted" ? Math.ceil(attemptDeadlineMs / askAgainMs) + 2 : 0;
  for (let left = waits; ; left--) {
    const testimony = await testimonies.hear(claim.batch, id, run, attempt);
    if (testimony !== undefined) return afterTestimony(testimony, repeated, clock.now());
    if (left === 0) return { type: "UNRESOLVED", at: clock.now(), roll: Math.random() };
    try {
      await clock.sleep(askAgainMs, signal);
    } catch {
      return "stopped";
    }
  }
}

/** What another worker saw, in the words of an email that is being resolved. */
function afterTestimony(testimony: EmailEvent, repeated: Untold, at: number): EmailEvent {
  switch (testimony.type) {
    case "ACCEPTED":
    case "CONFIRMED":
      return { type: "CONFIRMED", at, ...named(testimony.messageId) };
    case "AMBIGUOUS":
      return { type: "UNRESOLVED", at, roll: Math.random() };
    default:
      // Rejected, unauthorized, throttled or unavailable: the next attempt will hear it again.
      return {
        type: repeated === "in doubt too" ? "UNRESOLVED" : "NOT_ACCEPTED",
        at,
        roll: Math.random(),
      };
  }
}

function named(messageId: string | undefined): { messageId?: string } {
  return messageId === undefined ? {} : { messageId };
}
