import type { Clock } from "@mailwright/platform";
import type { BounceClass } from "@mailwright/protocol";
import { COMPLAINTS } from "../bounces/feedback-report.ts";
import { amazonAddress, createSns, type Get, getText } from "./sns.ts";
import { textAt } from "./text-at.ts";
import { factOf, jsonIn, timeIn, type Webhook, type WebhookReading } from "./webhook.ts";

/**
 * Amazon SES: events of a configuration set, which SNS posts:
 * https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html. The email's id comes back as a tag.
 * A subscription is confirmed as soon as Amazon asks for it:
 * https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.confirm.html. SNS does not repeat what is answered with 4xx, so
 * what cannot be verified now is put off. `get` is for tests.
 */
export function sesWebhook(topic: string, clock: Clock, get: Get = getText): Webhook {
  const sns = createSns(topic, clock, get);

  async function confirm(message: unknown, signal: AbortSignal): Promise<WebhookReading> {
    const url = amazonAddress(textAt(message, "SubscribeURL"));
    if (url === undefined) return { kind: "unreadable", why: "It has nothing to confirm." };
    const answer = await get(url, signal);
    return answer === undefined ? PUT_OFF : { kind: "facts", facts: [] };
  }

  return {
    async receive({ body }, signal) {
      const message = jsonIn(body);
      const doubt = await sns.doubtOf(message, signal);
      if (doubt === "later") return PUT_OFF;
      if (doubt !== undefined) return { kind: "forged", ...doubt };
      if (textAt(message, "Type") === "SubscriptionConfirmation") return confirm(message, signal);
      const event = jsonIn(Buffer.from(textAt(message, "Message") ?? ""));
      const type = textAt(event, "eventType");
      // Amazon's own test message, and notifications of an identity, which have no tags, tell nothing of an email of ours.
      const fact = type === undefined ? undefined : factIn(type, event, message);
      return { kind: "facts", facts: fact === undefined ? [] : [fact] };
    },
  };
}

const PUT_OFF: WebhookReading = { kind: "later", why: "Amazon could not be reached." };

function factIn(type: string, event: unknown, message: unknown) {
  const common = {
    email: textAt(event, "mail", "tags", "mailwright_email", 0),
    messageId: textAt(event, "mail", "messageId"),
    event: textAt(message, "MessageId"),
  };
  switch (type) {
    case "Send":
      return factOf({
        ...common,
        kind: "accepted",
        at: timeIn(textAt(event, "mail", "timestamp")),
      });
    case "Delivery":
      return factOf({
        ...common,
        kind: "delivered",
        at: timeIn(textAt(event, "delivery", "timestamp")),
        words: textAt(event, "delivery", "smtpResponse"),
      });
    case "Complaint":
      if (!isComplaint(textAt(event, "complaint", "complaintFeedbackType"))) return undefined;
      return factOf({
        ...common,
        kind: "complained",
        at: timeIn(textAt(event, "complaint", "timestamp")),
        words: textAt(event, "complaint", "complaintFeedbackType"),
      });
    case "Bounce":
      return factOf({
        ...common,
        kind: "bounced",
        at: timeIn(textAt(event, "bounce", "timestamp")),
        said: saidOf(event),
        status: textAt(event, "bounce", "bouncedRecipients", 0, "status"),
        words: textAt(event, "bounce", "bouncedRecipients", 0, "diagnosticCode"),
      });
    case "Reject":
      // Amazon would not send it, for a virus in it: the message is at fault.
      return factOf({
        ...common,
        kind: "bounced",
        at: timeIn(textAt(event, "mail", "timestamp")),
        said: "block",
        words: textAt(event, "reject", "reason"),
      });
    default:
      return undefined;
  }
}

/** Amazon hands on what the report says it is, if it says so (RFC 5965 section 7.3): also that somebody took us out of the junk. */
function isComplaint(feedbackType: string | undefined): boolean {
  return feedbackType === undefined || COMPLAINTS.has(feedbackType);
}

function saidOf(event: unknown): BounceClass {
  if (textAt(event, "bounce", "bounceType") === "Permanent") return "hard";
  const subType = textAt(event, "bounce", "bounceSubType") ?? "";
  return ["ContentRejected", "AttachmentRejected", "MessageTooLarge"].includes(subType)
    ? "block"
    : "soft";
}
