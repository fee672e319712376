/** How a provider is made to tell what becomes of emails, and what it does of its own accord. */
export interface WebhookGuide {
  /** In order: where to click, what to choose, where the secret is found. */
  steps: readonly string[];
  /** What the provider makes of an answer that is not 200, by its documents. */
  refused: string;
  /** What it adds to messages, and how that is turned off. */
  adds?: string;
}

const OFF_PER_MESSAGE =
  "Opens and clicks are not tracked: Mailwright says so with every message, whatever the account has set.";

/**
 * Written from the providers' own documents, of which docs/gateways.md names the addresses: the pages of a provider change, so
 * what is named here may be called otherwise by now.
 */
export const WEBHOOK_GUIDES: Record<string, WebhookGuide> = {
  ses: {
    steps: [
      "In the SNS console, make a topic of the type Standard in the region of the gateway; SES publishes to no FIFO topic.",
      "In the SES console, open the configuration set that is named in the gateway (make one if there is none), and add an event destination to it: Amazon SNS, with that topic. Choose the events sends, deliveries, hard bounces, complaints and rejects. Leave opens and clicks out.",
      "Enter the topic's ARN as “SNS topic of webhooks” and the configuration set's name as “Configuration set”, and save the gateway: messages of no other topic are believed, not even the one that asks for a confirmation.",
      "In the SNS console, make a subscription to the topic: protocol HTTPS, endpoint the address on the gateway's page, raw message delivery off. It confirms itself within seconds; if it stays “pending”, request the confirmation again.",
    ],
    refused:
      "SNS drops what is answered with 401. What is answered with 503 it tells again, three times 20 seconds apart unless the subscription has a delivery policy of its own, and never for longer than an hour: give it one, or a dead-letter queue.",
    adds: "Links are rewritten and a pixel is added only where an event destination has the events opens or clicks, or where engagement metrics of the Virtual Deliverability Manager are on. Leave all of them off.",
  },
  sendgrid: {
    steps: [
      "Under Settings, Mail Settings, open Event Webhooks and create one. Its post URL is the address on the gateway's page.",
      "Choose the events processed, dropped, delivered, bounced, spam reports, unsubscribed and group unsubscribes. Leave the rest out.",
      "Switch on the signature (Signed Event Webhook), save, and copy the verification key that it shows into “Webhook verification key” of the gateway. Leave OAuth off.",
    ],
    refused:
      "SendGrid tells again whatever is not answered with 2xx, for 24 hours after the event, so a verification key that is mended within a day loses nothing.",
    adds: "Nothing: click, open and subscription tracking are switched off with every message.",
  },
  mailgun: {
    steps: [
      "Under Send, Sending, Webhooks, add a webhook of the domain that the gateway sends from (domain-level).",
      "The URL is the address on the gateway's page. It has to be https with a certificate of a public authority.",
      "Choose the events accepted, delivered, permanent failure, spam complaints and unsubscribes. Leave temporary failure, opens and clicks out.",
      "Copy the HTTP webhook signing key from API Security into “Webhook signing key”. It is another one than the API key.",
    ],
    refused:
      "Mailgun tells again whatever is answered with anything but 200 and 406, for 8 hours: after 5, 10 and 15 minutes, 1, 2 and 4 hours. Deliveries it does not tell again.",
    adds: "Opens and clicks are switched off with every message. Under Domain settings, Tracking, leave Unsubscribes off: otherwise Mailgun adds a footer and List-Unsubscribe headers of its own. Whoever leaves by them is suppressed here too, once the webhook tells of it.",
  },
  postmark: {
    steps: [
      "Open the server, then the message stream that the gateway names (broadcast, if it names none), then its Webhooks, and add one. Every stream has webhooks of its own.",
      "The URL is the address on the gateway's page.",
      "Under basic authentication, the user name is mailwright; the password is a secret that you make up, of 16 characters or more: `openssl rand -hex 24` prints one. Enter the same one as “Webhook secret”.",
      "Choose delivery, bounce, spam complaint and subscription change. Leave open and link click out, and do not include the content of messages.",
    ],
    refused:
      "Postmark's documents say of inbound webhooks alone how often they are made again, so do not count on it: set the secret here first.",
    adds: `${OFF_PER_MESSAGE} To messages of a broadcast stream Postmark adds an unsubscribe link of its own. Whoever leaves by it is suppressed here too, once the webhook tells of it. Better ask its support for “Manage unsubscribes on your own”, and then switch that on in the stream's Settings, under Subscription Management. From then on the link and the headers are Mailwright's alone.`,
  },
  mailjet: {
    steps: [
      "Make up a secret of 16 letters or digits or more (no characters that mean something in an address: `openssl rand -hex 24` prints one), and enter it as “Webhook secret”.",
      "In the account's preferences, open Event notifications (webhooks), and set one endpoint for each of sent, bounce, blocked, spam and unsub. Leave open and click out.",
      "Each endpoint is the address on the gateway's page with `mailwright:` and the secret before the host: `https://mailwright:SECRET@mail.example.com/webhooks/…`.",
      "Events may be grouped.",
    ],
    refused:
      "Mailjet tells again whatever is not answered with 200. For how long its documents differ on: ten times in 100 minutes, or every 30 seconds for 24 hours.",
    adds: OFF_PER_MESSAGE,
  },
  resend: {
    steps: [
      "Under Webhooks, add one. The endpoint is the address on the gateway's page.",
      "Choose email.sent, email.delivered, email.bounced, email.complained, email.suppressed and email.failed.",
      "Copy the signing secret from the webhook's page, with its beginning `whsec_`, into “Webhook signing secret”.",
    ],
    refused:
      "Resend tells again after 5 seconds, 5 and 30 minutes, 2 and 5 hours, and twice after 10 hours more. What failed can be replayed by hand from the webhook's page, also later.",
    adds: "Nothing of itself: open and click tracking of a domain are off unless somebody switched them on, under Domains, the domain, Configuration.",
  },
  brevo: {
    steps: [
      "Open the outbound webhooks of transactional emails, and add one. The URL is the address on the gateway's page.",
      "Choose sent, delivered, soft bounce, hard bounce, invalid email, blocked, complaint and unsubscribed. Leave the rest out.",
      "As the authentication choose a token, and make it up, of 16 characters or more: `openssl rand -hex 24` prints one. Enter the same one as “Webhook secret”.",
    ],
    refused:
      "Brevo drops what is answered with 401, and by its documents may drop what is answered with 503 as well. What it could not deliver at all it tells again after 10 minutes, 1, 2 and 8 hours. So set the secret here first, and look at the gateway's page after the first webhook.",
    adds: "By its documents a List-Unsubscribe header, on transactional emails too. Look at a test message as it was received: if the header names Brevo and not your WEB_URL, whoever leaves by it is suppressed here too, once the webhook tells of it. Whether it tracks opens and clicks is for the account to say: look whether the links of a test message lead elsewhere first.",
  },
  seed: {
    steps: [
      "Have the endpoint's service call the address on the gateway's page, signed as Standard Webhooks are, with the secret that is entered as “Webhook secret”: `whsec_` and base64, or any text.",
      "Each event is a JSON object with `type` (accepted, delivered, bounced, complained, unsubscribed), `email_id` (what stood in the message's header `X-Mailwright-Email`) and `timestamp` in ISO 8601; of a bounce `bounce` (hard, soft, block), `status` and `detail` as well; `id` names the event. Several may come as an array.",
    ],
    refused: "have it call again after 401 and 503, for a day or so.",
  },
};
