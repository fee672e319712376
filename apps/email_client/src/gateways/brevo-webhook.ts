import { textAt } from "./text-at.ts";
import { factOf, secondsIn, type Webhook, webhook } from "./webhook.ts";
import { secretDoubt } from "./webhook-proofs.ts";

/**
 * Brevo: https://developers.brevo.com/docs/transactional-webhooks. Nothing is signed: a secret of ours comes along, as a token
 * or as Basic authentication: https://developers.brevo.com/docs/username-and-password-authentication. Events come one by one,
 * or in batches: https://developers.brevo.com/docs/batched-webhooks. The email's id is what stood in `X-Mailin-custom`. Events
 * have no name of their own, so they go by their kind and time.
 */
export function brevoWebhook(secret: string): Webhook {
  return webhook({
    verify: (request) => secretDoubt(request, secret),
    events: (body) =>
      Array.isArray(body) ? body : textAt(body, "event") === undefined ? undefined : [body],
    factIn(event) {
      const told = fateOf(textAt(event, "event"));
      // `ts_epoch` are milliseconds, `ts_event` seconds; some events have only one of them.
      const epoch = textAt(event, "ts_epoch");
      return told === undefined
        ? undefined
        : factOf({
            email: textAt(event, "X-Mailin-custom"),
            at: epoch === undefined ? secondsIn(textAt(event, "ts_event")) : Number(epoch),
            messageId: textAt(event, "message-id"),
            words: told.kind === "bounced" ? textAt(event, "reason") : undefined,
            ...told,
          });
    },
  });
}

/** `deferred` is tried again; `blocked` was not sent, for a reason of Brevo's own. */
function fateOf(event: string | undefined) {
  switch (event) {
    case "request":
      return { kind: "accepted" } as const;
    case "delivered":
      return { kind: "delivered" } as const;
    case "spam":
      return { kind: "complained" } as const;
    case "unsubscribed":
      return { kind: "unsubscribed" } as const;
    case "hard_bounce":
    case "invalid_email":
      return { kind: "bounced", said: "hard" } as const;
    case "soft_bounce":
      return { kind: "bounced", said: "soft" } as const;
    case "blocked":
      return { kind: "bounced", said: "block" } as const;
    default:
      return undefined;
  }
}
