import type { Clock } from "@mailwright/platform";
import type { BounceClass } from "@mailwright/protocol";
import { textAt } from "./text-at.ts";
import { factOf, timeIn, type Webhook, webhook } from "./webhook.ts";
import { standardWebhookDoubt } from "./webhook-proofs.ts";

/**
 * Resend: https://resend.com/docs/dashboard/webhooks/event-types, signed by Svix:
 * https://resend.com/docs/dashboard/webhooks/verify-webhooks-requests. One event a call, which has the id of the call: the same
 * when it is made again. The email's id comes back as a tag, and among the message's headers.
 */
export function resendWebhook(secret: string, clock: Clock): Webhook {
  return webhook({
    verify: (request) => standardWebhookDoubt(request, "svix", secret, clock.now()),
    events: (body) => (textAt(body, "type") === undefined ? undefined : [body]),
    factIn(event, { headers }) {
      const told = fateOf(event);
      return told === undefined
        ? undefined
        : factOf({
            email: emailIn(event),
            at: timeIn(textAt(event, "created_at")),
            event: headers["svix-id"],
            messageId: textAt(event, "data", "email_id"),
            ...told,
          });
    },
  });
}

function fateOf(event: unknown) {
  switch (textAt(event, "type")) {
    case "email.sent":
      return { kind: "accepted" } as const;
    case "email.delivered":
      return { kind: "delivered" } as const;
    case "email.complained":
      return { kind: "complained" } as const;
    case "email.bounced": {
      const words = textAt(event, "data", "bounce", "message");
      return { kind: "bounced", said: saidOf(event), words } as const;
    }
    case "email.suppressed": {
      // Not sent, because the address bounced or complained before.
      const words = textAt(event, "data", "suppressed", "message");
      return { kind: "bounced", said: "hard", words } as const;
    }
    case "email.failed": {
      const words = textAt(event, "data", "failed", "reason");
      return { kind: "bounced", said: "block", words } as const;
    }
    default:
      return undefined;
  }
}

function saidOf(event: unknown): BounceClass {
  const subType = textAt(event, "data", "bounce", "subType") ?? "";
  if (/rejected|content|attachment|toolarge/i.test(subType)) return "block";
  return textAt(event, "data", "bounce", "type") === "Permanent" ? "hard" : "soft";
}

/** Tags are an object, and were a list of names and values. */
function emailIn(event: unknown): string | undefined {
  const { tags, headers } = (event as { data?: { tags?: unknown; headers?: unknown } }).data ?? {};
  return (
    textAt(tags, "mailwright_email") ??
    valueOf(tags, "mailwright_email") ??
    valueOf(headers, "x-mailwright-email")
  );
}

function valueOf(list: unknown, name: string): string | undefined {
  if (!Array.isArray(list)) return undefined;
  return textAt(
    list.find((each) => textAt(each, "name")?.toLowerCase() === name),
    "value",
  );
}
