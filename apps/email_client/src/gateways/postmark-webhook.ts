import type { BounceClass } from "@mailwright/protocol";
import { textAt } from "./text-at.ts";
import { factOf, timeIn, type Webhook, webhook } from "./webhook.ts";
import { secretDoubt } from "./webhook-proofs.ts";

/**
 * Postmark: https://postmarkapp.com/developer/webhooks/bounce-webhook, .../delivery-webhook, .../spam-complaint-webhook,
 * .../subscription-change-webhook, the types of a bounce: https://postmarkapp.com/developer/api/bounce-api. One event a call,
 * and none is signed: a secret of ours comes along, as https://postmarkapp.com/developer/webhooks/webhooks-overview has it for
 * Basic authentication.
 */
export function postmarkWebhook(secret: string, metadata: string): Webhook {
  return webhook({
    verify: (request) => secretDoubt(request, secret),
    events: (body) => (textAt(body, "RecordType") === undefined ? undefined : [body]),
    factIn(event) {
      const common = {
        email: textAt(event, "Metadata", metadata),
        messageId: textAt(event, "MessageID"),
        event: textAt(event, "ID"),
      };
      switch (textAt(event, "RecordType")) {
        case "Delivery":
          return factOf({
            ...common,
            kind: "delivered",
            at: timeIn(textAt(event, "DeliveredAt")),
            words: textAt(event, "Details"),
          });
        case "SpamComplaint":
          return factOf({
            ...common,
            kind: "complained",
            at: timeIn(textAt(event, "BouncedAt")),
          });
        case "Bounce": {
          const type = textAt(event, "Type") ?? "";
          const said = CLASSES[type];
          if (said === undefined) return undefined;
          return factOf({
            ...common,
            kind: "bounced",
            at: timeIn(textAt(event, "BouncedAt")),
            said,
            words: textAt(event, "Details") || textAt(event, "Description"),
          });
        }
        case "SubscriptionChange":
          return hasLeft(event)
            ? factOf({
                ...common,
                kind: "unsubscribed",
                at: timeIn(textAt(event, "ChangedAt")),
              })
            : undefined;
        default:
          return undefined;
      }
    },
  });
}

/** By Postmark's own link. Of bounces and complaints, which change a subscription as well, it tells by themselves. */
function hasLeft(event: unknown): boolean {
  return (
    textAt(event, "Origin") === "Recipient" &&
    textAt(event, "SuppressionReason") === "ManualSuppression" &&
    (event as { SuppressSending?: unknown }).SuppressSending === true
  );
}

/** Its types that are bounces. The others are answers by a machine, or delays that are tried again. */
const CLASSES: Readonly<Record<string, BounceClass>> = {
  HardBounce: "hard",
  BadEmailAddress: "hard",
  SoftBounce: "soft",
  DnsError: "soft",
  Unknown: "soft",
  Blocked: "block",
  // A filter's word. Somebody who complains is told of by an event of its own.
  SpamNotification: "block",
  VirusNotification: "block",
  DMARCPolicy: "block",
  SMTPApiError: "block",
  ManuallyDeactivated: "block",
};
