import type { Clock } from "@mailwright/platform";
import type { BounceClass } from "@mailwright/protocol";
import { textAt } from "./text-at.ts";
import { factOf, timeIn, type Webhook, webhook } from "./webhook.ts";
import { standardWebhookDoubt } from "./webhook-proofs.ts";

/**
 * What a seed gateway may tell of its messages: Standard Webhooks, each of which carries one event or a list of them.
 *
 *     {"type": "bounced", "email_id": "…", "timestamp": "2026-11-29T12:00:00Z", "bounce": "hard", "status": "5.1.1",
 *      "detail": "550 5.1.1 no such user", "id": "…", "message_id": "…"}
 *
 * `email_id` is what stood in the message's `X-Mailwright-Email`, `id` the event's own name.
 */
export function seedWebhook(secret: string, clock: Clock): Webhook {
  return webhook({
    verify: (request) => standardWebhookDoubt(request, "webhook", secret, clock.now()),
    events: (body) =>
      Array.isArray(body) ? body : typeof body === "object" && body !== null ? [body] : undefined,
    factIn(event) {
      const kind = kindOf(textAt(event, "type"));
      if (kind === undefined) return undefined;
      return factOf({
        email: textAt(event, "email_id"),
        kind,
        at: timeIn(textAt(event, "timestamp")),
        event: textAt(event, "id"),
        messageId: textAt(event, "message_id"),
        said: saidIn(textAt(event, "bounce")),
        status: textAt(event, "status"),
        words: textAt(event, "detail"),
      });
    },
  });
}

const KINDS = ["accepted", "delivered", "bounced", "complained", "unsubscribed"] as const;

function kindOf(type: string | undefined) {
  return KINDS.find((kind) => kind === type);
}

function saidIn(text: string | undefined): BounceClass {
  return text === "hard" || text === "block" ? text : "soft";
}
