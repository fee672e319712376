import { textAt } from "./text-at.ts";
import { factOf, secondsIn, type Webhook, webhook } from "./webhook.ts";
import { secretDoubt } from "./webhook-proofs.ts";

/**
 * Mailjet's Event API: https://dev.mailjet.com/email/guides/webhooks/. One event a call, or an array of them where grouping is
 * on. Nothing is signed: a secret of ours comes along, in the address, as Basic authentication. Events have no name of their
 * own, so they go by their kind and second.
 */
export function mailjetWebhook(secret: string): Webhook {
  return webhook({
    verify: (request) => secretDoubt(request, secret),
    events: (body) =>
      Array.isArray(body) ? body : textAt(body, "event") === undefined ? undefined : [body],
    factIn(event) {
      const told = fateOf(event);
      const words = [textAt(event, "error"), textAt(event, "comment")].filter(Boolean).join(": ");
      return told === undefined
        ? undefined
        : factOf({
            email: textAt(event, "CustomID"),
            at: secondsIn(textAt(event, "time")),
            // Its number is longer than JavaScript's are exact.
            messageId: textAt(event, "Message_GUID"),
            words: told.kind === "bounced" ? words : textAt(event, "smtp_reply"),
            ...told,
          });
    },
  });
}

function fateOf(event: unknown) {
  switch (textAt(event, "event")) {
    case "sent":
      return { kind: "delivered" } as const;
    case "spam":
      return { kind: "complained" } as const;
    case "unsub":
      return { kind: "unsubscribed" } as const;
    case "bounce":
      return { kind: "bounced", said: saidOf(event) } as const;
    case "blocked":
      return { kind: "bounced", said: "block" } as const;
    default:
      return undefined;
  }
}

/** What is related to spam, to the message or to Mailjet says nothing against the recipient, however permanent it is. */
function saidOf(event: unknown) {
  const about = textAt(event, "error_related_to");
  if (about === "spam" || about === "content" || about === "policy" || about === "mailjet")
    return "block";
  return (event as { hard_bounce?: unknown }).hard_bounce === true ? "hard" : "soft";
}
