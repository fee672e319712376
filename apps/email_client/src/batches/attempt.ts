import type { EmailEvent, Reason } from "@mailwright/email_machine";
import type { Clock } from "@mailwright/platform";
import { DETAIL_LENGTH, type Recipient } from "@mailwright/protocol";
import type { ReadyContent } from "../contents/contents.ts";
import type { Message, Outcome } from "../gateways/gateway.ts";
import type { OpenGateway } from "../gateways/registry.ts";

/**
 * One call to the gateway for one email, as the fact that the machine wants to hear. It never throws: a template that
 * cannot be rendered is a rejection, an attempt past its deadline is ambiguous.
 */
export async function attempt(
  recipient: Recipient,
  ready: ReadyContent,
  { gateway, breaker }: OpenGateway,
  clock: Clock,
  deadlineMs: number,
): Promise<EmailEvent> {
  const rendered = ready.render(recipient.variables);
  if (!rendered.ok) {
    return {
      type: "REJECTED",
      at: clock.now(),
      reason: { code: "unrenderable", detail: cut(rendered.reason) },
    };
  }
  const outcome = await gateway.send(
    messageOf(recipient, ready, rendered),
    AbortSignal.timeout(deadlineMs),
  );
  breaker.record(outcome.kind, clock.now());
  return eventOf(outcome, clock.now());
}

function messageOf(
  { id, email, name }: Recipient,
  { content: { sender, headers } }: ReadyContent,
  { subject, html, text }: { subject: string; html: string | null; text: string },
): Message {
  return {
    key: id,
    from: sender,
    to: { name, email },
    subject,
    html,
    text,
    // RFC 5322 3.6.4. From the email's id, so every attempt carries the same one and a duplicate can be recognised.
    headers: {
      ...headers,
      "Message-ID": `<${id}@${sender.email.slice(sender.email.lastIndexOf("@") + 1)}>`,
    },
  };
}

function eventOf(outcome: Outcome, at: number): EmailEvent {
  if (outcome.kind === "accepted") return { type: "ACCEPTED", at, messageId: outcome.messageId };
  const reason: Reason = { code: outcome.kind, detail: cut(outcome.detail) };
  switch (outcome.kind) {
    case "rejected":
      return { type: "REJECTED", at, reason };
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
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      };
    }
    default:
      return outcome satisfies never;
  }
}

function cut(detail: string): string {
  return detail.length <= DETAIL_LENGTH ? detail : `${detail.slice(0, DETAIL_LENGTH - 1)}…`;
}
