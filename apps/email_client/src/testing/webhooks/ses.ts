import { sign } from "node:crypto";
import { sesGateway } from "../../gateways/ses.ts";
import { sesWebhook } from "../../gateways/ses-webhook.ts";
import { EMAIL, type Forgery, jsonCall, NOW, OLD, type Provider } from "./provider.ts";
import { SNS_CERTIFICATE } from "./sns-certificate.ts";

export const TOPIC = "arn:aws:sns:eu-central-1:123456789012:mailwright";
export const CERTIFICATE_URL =
  "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem";

const at = "2026-11-29T11:59:58.669Z";
const mail = {
  timestamp: "2026-11-29T11:59:57.012Z",
  source: "Shop <shop@example.com>",
  messageId: "EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000",
  destination: ["zoe@example.org"],
  tags: { "ses:configuration-set": ["ConfigSet"], mailwright_email: [EMAIL] },
};
const fact = { at: Date.parse(at), message_id: mail.messageId };

const bounce = (more: object) => ({
  eventType: "Bounce",
  mail,
  bounce: {
    bounceType: "Permanent",
    bounceSubType: "General",
    bouncedRecipients: [
      {
        emailAddress: "zoe@example.org",
        action: "failed",
        status: "5.1.1",
        diagnosticCode: "smtp; 550 5.1.1 user unknown",
      },
    ],
    timestamp: at,
    feedbackId: "01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000",
    ...more,
  },
});

/** https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html, in what SNS posts. */
export const ses: Provider = {
  adapter: sesGateway,
  settings: { region: "eu-central-1", username: "AKIA", webhook_topic: TOPIC },
  secrets: { password: "x" },
  open: ({ webhook_topic: topic = "" }, clock) =>
    sesWebhook(topic, clock, async ({ href }) =>
      href === CERTIFICATE_URL ? SNS_CERTIFICATE.cert : undefined,
    ),
  call: ([event], forgery) => notification(JSON.stringify(event), forgery),
  batches: false,
  signs: { body: true, time: true },
  recorded: [
    {
      what: "send",
      event: { eventType: "Send", mail, send: {} },
      fact: { ...fact, at: Date.parse(mail.timestamp), kind: "accepted" },
    },
    {
      what: "delivery",
      event: {
        eventType: "Delivery",
        mail,
        delivery: {
          timestamp: at,
          processingTimeMillis: 11_893,
          recipients: ["zoe@example.org"],
          smtpResponse: "250 2.6.0 Message received",
          reportingMTA: "mta.example.com",
        },
      },
      fact: { ...fact, kind: "delivered", detail: "250 2.6.0 Message received" },
    },
    {
      what: "permanent bounce",
      event: bounce({}),
      fact: {
        ...fact,
        kind: "bounced",
        bounce: "hard",
        status: "5.1.1",
        detail: "smtp; 550 5.1.1 user unknown",
      },
    },
    {
      what: "permanent bounce, of an address that Amazon has on its list",
      event: bounce({
        bounceSubType: "OnAccountSuppressionList",
        bouncedRecipients: [{ emailAddress: "zoe@example.org" }],
      }),
      fact: { ...fact, kind: "bounced", bounce: "hard" },
    },
    {
      what: "transient bounce",
      event: bounce({
        bounceType: "Transient",
        bounceSubType: "MailboxFull",
        bouncedRecipients: [{ emailAddress: "zoe@example.org", status: "5.2.2" }],
      }),
      fact: { ...fact, kind: "bounced", bounce: "soft", status: "5.2.2" },
    },
    {
      what: "transient bounce for the content",
      event: bounce({
        bounceType: "Transient",
        bounceSubType: "ContentRejected",
        bouncedRecipients: [{ emailAddress: "zoe@example.org" }],
      }),
      fact: { ...fact, kind: "bounced", bounce: "block" },
    },
    {
      what: "complaint",
      event: {
        eventType: "Complaint",
        mail,
        complaint: {
          complainedRecipients: [{ emailAddress: "zoe@example.org" }],
          timestamp: at,
          feedbackId: "0100",
          complaintFeedbackType: "abuse",
        },
      },
      fact: { ...fact, kind: "complained", detail: "abuse" },
    },
    {
      what: "a complaint taken back",
      event: {
        eventType: "Complaint",
        mail,
        complaint: { timestamp: at, feedbackId: "0101", complaintFeedbackType: "not-spam" },
      },
      fact: undefined,
    },
    {
      what: "reject, for a virus in it",
      event: { eventType: "Reject", mail, reject: { reason: "Bad content" } },
      fact: {
        ...fact,
        at: Date.parse(mail.timestamp),
        kind: "bounced",
        bounce: "block",
        detail: "Bad content",
      },
    },
    {
      what: "delay",
      event: { eventType: "DeliveryDelay", mail, deliveryDelay: { timestamp: at } },
      fact: undefined,
    },
    {
      what: "notification of an identity, which has no tags",
      event: { notificationType: "Delivery", mail: { ...mail, tags: undefined } },
      fact: undefined,
    },
  ],
};

/** What SNS posts. */
export function notification(text: string, forgery?: Forgery, change: Record<string, string> = {}) {
  const message: Record<string, string> = {
    Type: "Notification",
    MessageId: new Bun.CryptoHasher("md5").update(text).digest("hex"),
    TopicArn: TOPIC,
    ...(change["Type"] !== "SubscriptionConfirmation" && {
      Subject: "Amazon SES Email Event Notification",
    }),
    Message: text,
    Timestamp: new Date(forgery === "old" ? OLD : NOW).toISOString(),
    SignatureVersion: "2",
    SigningCertURL: CERTIFICATE_URL,
    ...change,
  };
  const signed = Object.keys(message)
    .filter((name) => !["SignatureVersion", "SigningCertURL"].includes(name))
    .toSorted()
    .map((name) => `${name}\n${message[name]}\n`)
    .join("");
  const algorithm = message["SignatureVersion"] === "1" ? "RSA-SHA1" : "RSA-SHA256";
  const signature = sign(algorithm, Buffer.from(signed), SNS_CERTIFICATE.key).toString("base64");
  return jsonCall({
    ...message,
    ...(forgery === "other body" && { Message: `${text} ` }),
    ...(forgery === "other secret" && { TopicArn: `${TOPIC}-of-another` }),
    ...(forgery !== "unsigned" && { Signature: signature }),
  });
}
