import type { EmailEvent, Reason } from "@mailwright/email_machine";
import type { Clock } from "@mailwright/platform";
import { isUnauthenticated, type Recipient, shortDetail } from "@mailwright/protocol";
import { oneLine } from "@mailwright/template";
import type { ReadyContent } from "../contents/contents.ts";
import type { Message, Outcome } from "../gateways/gateway.ts";
import { messageIdOf } from "../gateways/message-id.ts";
import { unsubscribeHeaders } from "../gateways/unsubscribe-headers.ts";
import type { OpenGateway } from "../gateways/registry.ts";
import type { Tally } from "../gateways/tally.ts";

export interface AttemptContext {
  clock: Clock;
  /** Runs a render when the process can afford it. */
  inRenderLane<T>(render: () => T): Promise<T>;
  attemptDeadlineMs: number;
  tally: Pick<Tally, "record">;
}

/** A gateway that asks for less asks for nothing, and gets the ordinary wait, which grows. */
const LEAST_RETRY_AFTER_MS = 1_000;

const TOO_LATE =
  "This process stood still for longer than the gateway knows a key. Nothing was sent.";

/**
 * One call to the gateway for one email, as the fact that the machine wants to hear. It never throws: a template that
 * cannot be rendered is a rejection, an attempt past its deadline is ambiguous. From `notAfter` on nothing is called any
 * more: somebody who was frozen before it came to the call may have been followed by another who repeated it, and by then
 * the gateway has forgotten the key.
 */
export async function attempt(
  recipient: Recipient,
  ready: ReadyContent,
  open: OpenGateway,
  { clock, inRenderLane, attemptDeadlineMs, tally }: AttemptContext,
  notAfter: number,
): Promise<EmailEvent> {
  const rendered = await inRenderLane(() =>
    ready.render(recipient.variables, recipient.unsubscribe_url),
  );
  if (!rendered.ok) {
    const reason: Reason = { code: "unrenderable", detail: shortDetail(rendered.reason) };
    return { type: "REJECTED", at: clock.now(), reason };
  }
  const message = messageOf(recipient, ready, rendered);
  if (clock.now() >= notAfter) {
    const reason: Reason = { code: "unavailable", detail: TOO_LATE };
    return { type: "UNAVAILABLE", at: clock.now(), reason, roll: Math.random() };
  }
  const outcome = await open.gateway.send(message, AbortSignal.timeout(attemptDeadlineMs));
  open.breaker.record(outcome, clock.now());
  tally.record(open, recipient.email, outcome);
  return eventOf(outcome, clock.now());
}

function messageOf(
  { id, email, name, unsubscribe_url }: Recipient,
  { content: { sender, headers } }: ReadyContent,
  { subject, html, text }: { subject: string; html: string | null; text: string },
): Message {
  const { postal_address: _inBody, ...from } = sender;
  return {
    key: id,
    from,
    to: { name: oneLine(name), email },
    subject,
    html,
    text,
    headers: {
      ...headers,
      ...unsubscribeHeaders(unsubscribe_url),
      "Message-ID": messageIdOf(id, sender.email),
    },
  };
}

function eventOf(outcome: Outcome, at: number): EmailEvent {
  if (outcome.kind === "accepted") return { type: "ACCEPTED", at, messageId: outcome.messageId };
  const reason: Reason = { code: outcome.kind, detail: shortDetail(outcome.detail) };
  switch (outcome.kind) {
    case "rejected": {
      const { status } = outcome;
      if (status === undefined) return { type: "REJECTED", at, reason };
      const code = isUnauthenticated(status) ? "unauthenticated" : reason.code;
      return { type: "REJECTED", at, reason: { ...reason, code, status } };
    }
    case "unauthorized":
      return { type: "UNAUTHORIZED", at, reason };
    case "unavailable":
      return { type: "UNAVAILABLE", at, reason, roll: Math.random() };
    case "ambiguous":
      return { type: "AMBIGUOUS", at, reason };
    case "throttled": {
      const { retryAfterMs } = outcome;
      return {
        type: "THROTTLED",
        at,
        reason,
        roll: Math.random(),
        ...(retryAfterMs !== undefined && retryAfterMs >= LEAST_RETRY_AFTER_MS && { retryAfterMs }),
      };
    }
    default:
      return outcome satisfies never;
  }
}
