import { createHmac } from "node:crypto";
import type { Clock } from "@mailwright/platform";
import { textAt } from "./text-at.ts";
import {
  type Doubt,
  factOf,
  jsonIn,
  OLD,
  secondsIn,
  UNSIGNED,
  type Webhook,
  webhook,
  wrongly,
} from "./webhook.ts";
import { isSame, NO_SECRET, TOLERANCE_MS } from "./webhook-proofs.ts";

/**
 * Mailgun: https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads, signed inside of the body:
 * https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks. The signature covers its time and its
 * token and not the event, so a call that was overheard could be altered and sent once more: its token goes with the reading,
 * and is good for the body that it first came with. Of a subaccount it is signed by the key of the primary account too.
 */
export function mailgunWebhook(signingKey: string, clock: Clock): Webhook {
  return webhook({
    verify: ({ body }) => doubt(jsonIn(body), signingKey, clock.now()),
    token: (body) => ({
      value: textAt(body, "signature", "token") ?? "",
      believedMs: signedAt(body) + BELIEVED_MS - clock.now(),
    }),
    events(body) {
      const event = (body as { "event-data"?: unknown } | undefined)?.["event-data"];
      return event === undefined ? undefined : [event];
    },
    factIn(event) {
      const told = fateOf(event);
      const words = [
        textAt(event, "delivery-status", "code"),
        textAt(event, "delivery-status", "enhanced-code"),
        textAt(event, "delivery-status", "message") ||
          textAt(event, "delivery-status", "description"),
      ];
      const id = textAt(event, "message", "headers", "message-id");
      return told === undefined
        ? undefined
        : factOf({
            email: textAt(event, "user-variables", "mailwright_email"),
            at: secondsIn(textAt(event, "timestamp")),
            event: textAt(event, "id"),
            messageId: id && `<${id}>`,
            words: told.kind === "bounced" ? words.filter(Boolean).join(" ") : undefined,
            ...told,
          });
    },
  });
}

function fateOf(event: unknown) {
  switch (textAt(event, "event")) {
    case "accepted":
      return { kind: "accepted" } as const;
    case "delivered":
      return { kind: "delivered" } as const;
    case "complained":
      return { kind: "complained" } as const;
    case "unsubscribed":
      return { kind: "unsubscribed" } as const;
    case "failed":
      // What is temporary is tried again, and told again when it comes to its end.
      return textAt(event, "severity") === "permanent"
        ? fateOfFailure(textAt(event, "reason") ?? "")
        : undefined;
    default:
      return undefined;
  }
}

function fateOfFailure(reason: string) {
  // Not sent, because they had left by a link of Mailgun's own.
  if (reason === "suppress-unsubscribe") return { kind: "unsubscribed" } as const;
  return { kind: "bounced", said: saidOf(reason) } as const;
}

/** The suppressions are Mailgun's own. `generic` may be anything, and `old` was tried until it was too old. */
function saidOf(reason: string) {
  switch (reason) {
    case "bounce":
    case "suppress-bounce":
      return "hard";
    case "espblock":
    case "suppress-complaint":
      return "block";
    default:
      return "soft";
  }
}

/**
 * It is told for 8 hours (https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-retries). For as long as
 * it is believed its token has to be remembered, so that is not longer than it takes.
 */
const BELIEVED_MS = 10 * 3_600_000;

function doubt(body: unknown, signingKey: string, now: number): Doubt | undefined {
  if (signingKey === "") return NO_SECRET;
  const timestamp = textAt(body, "signature", "timestamp") ?? "";
  const token = textAt(body, "signature", "token") ?? "";
  const signatures = ["signature", "parent-signature"].flatMap(
    (name) => textAt(body, "signature", name) ?? [],
  );
  if (!/^\d{1,12}$/.test(timestamp) || token === "" || signatures.length === 0) return UNSIGNED;
  const age = now - signedAt(body);
  if (age > BELIEVED_MS || age < -TOLERANCE_MS) return OLD;
  const wanted = createHmac("sha256", signingKey).update(`${timestamp}${token}`).digest();
  return signatures.some((signature) => isSame(Buffer.from(signature, "hex"), wanted))
    ? undefined
    : wrongly("Its signature is not of this key.");
}

/** In milliseconds. */
function signedAt(body: unknown): number {
  return secondsIn(textAt(body, "signature", "timestamp"));
}
