import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { Clock } from "@mailwright/platform";
import { textAt } from "./text-at.ts";
import {
  type Doubt,
  factOf,
  OLD,
  secondsIn,
  UNSIGNED,
  type Webhook,
  webhook,
  type WebhookRequest,
  wrongly,
} from "./webhook.ts";
import { LATEST_MS, NO_SECRET } from "./webhook-proofs.ts";

/**
 * SendGrid's event webhook: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event, signed with ECDSA:
 * https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features. Events
 * come in an array, and each has the custom arguments of its message among its own fields.
 */
export function sendgridWebhook(publicKey: string, clock: Clock): Webhook {
  return webhook({
    verify: (request) => doubt(request, publicKey, clock.now()),
    events: (body) => (Array.isArray(body) ? body : undefined),
    factIn(event) {
      const told = fateOf(event);
      return told === undefined
        ? undefined
        : factOf({
            email: textAt(event, "mailwright_email"),
            at: secondsIn(textAt(event, "timestamp")),
            event: textAt(event, "sg_event_id"),
            messageId: textAt(event, "sg_message_id"),
            status: textAt(event, "status"),
            words: textAt(event, "reason") ?? textAt(event, "response"),
            ...told,
          });
    },
  });
}

function fateOf(event: unknown) {
  switch (textAt(event, "event")) {
    case "processed":
      return { kind: "accepted" } as const;
    case "delivered":
      return { kind: "delivered" } as const;
    case "spamreport":
      return { kind: "complained" } as const;
    case "bounce":
      // `blocked` is a bounce by a server that would not have it now, of a recipient who may well be there.
      return {
        kind: "bounced",
        said: textAt(event, "type") === "blocked" ? "block" : "hard",
      } as const;
    case "unsubscribe":
    case "group_unsubscribe":
      return { kind: "unsubscribed" } as const;
    case "dropped":
      return fateOfDrop(textAt(event, "reason") ?? "");
    default:
      return undefined;
  }
}

/** A message that SendGrid did not send: because its recipient left or bounced before, or for another reason of its own. */
function fateOfDrop(reason: string) {
  if (/^unsubscribed address$/i.test(reason)) return { kind: "unsubscribed" } as const;
  const said = /^(?:bounced address|invalid)$/i.test(reason) ? "hard" : "block";
  return { kind: "bounced", said } as const;
}

function doubt(
  { headers, body }: WebhookRequest,
  publicKey: string,
  now: number,
): Doubt | undefined {
  if (publicKey === "") return NO_SECRET;
  const signature = headers["x-twilio-email-event-webhook-signature"] ?? "";
  const timestamp = headers["x-twilio-email-event-webhook-timestamp"] ?? "";
  if (signature === "" || !/^\d{1,12}$/.test(timestamp)) return UNSIGNED;
  if (Math.abs(now - Number(timestamp) * 1_000) > LATEST_MS) return OLD;
  const key = verificationKey(publicKey);
  if (key === undefined) return wrongly("The verification key in the settings is none.");
  const signed = Buffer.concat([Buffer.from(timestamp), body]);
  return verify("sha256", signed, key, Buffer.from(signature, "base64"))
    ? undefined
    : wrongly("Its signature is not of this key.");
}

/** SendGrid shows it as the base64 of its DER alone. */
export function verificationKey(text: string): KeyObject | undefined {
  try {
    return createPublicKey({
      key: Buffer.from(text.replaceAll(/-----[^-]+-----|\s/g, ""), "base64"),
      format: "der",
      type: "spki",
    });
  } catch {
    return undefined;
  }
}
