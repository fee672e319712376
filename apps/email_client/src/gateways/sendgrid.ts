import type { Account, Gateway, GatewayAdapter, Message } from "./gateway.ts";
import { sendgridWebhook, verificationKey } from "./sendgrid-webhook.ts";
import { webhookSecret } from "./webhook-proofs.ts";
import { apiAddress, apiKey, apiServer, httpService } from "./http-service.ts";
import { nameAndEmail } from "./person.ts";
import { textAt } from "./text-at.ts";

const API = "https://api.sendgrid.com";

/** Once, as it may be asked six times a minute: https://www.twilio.com/docs/sendgrid/api-reference/email-activity. */
const LOOKS_MS = [3_000];

/**
 * SendGrid: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send. It takes no idempotency key. Look-up by a
 * custom argument: https://www.twilio.com/docs/sendgrid/for-developers/sending-email/getting-started-email-activity-api, which
 * an account has to have bought, and the key be allowed; there is none in the EU. Without it nothing is found.
 */
export const sendgridGateway: GatewayAdapter = {
  kind: "sendgrid",
  title: "SendGrid",
  description: "Sends through Twilio SendGrid's Web API, version 3.",
  fields: [
    apiKey(
      "API key",
      "With the permission Mail Send; with Email Activity too, a lost message is looked up, if the account has that add-on.",
    ),
    webhookSecret(
      "Webhook verification key",
      "SendGrid shows it where the signed event webhook is switched on.",
    ),
    apiAddress(API, "Empty: https://api.sendgrid.com. In the EU: https://api.eu.sendgrid.com"),
  ],
  capabilities: { idempotency: "none", lookup: true, batch: false, perItemResult: true },
  servers: apiServer(API, "api_key"),
  headerLimits: {},
  webhook:
    "At SendGrid, under Mail Settings, Event Webhook: post to this address the events processed, delivered, dropped, bounced, spam reports, unsubscribed and group unsubscribes, with the signature on.",
  faults: (_settings, { webhook_secret: key = "" }) =>
    key === "" || verificationKey(key) !== undefined
      ? []
      : [{ field: "webhook_secret", message: "This is not a verification key of SendGrid's." }],
  open: openSendgrid,
};

function openSendgrid({ settings, secrets, clock }: Account): Gateway {
  const { api_url: apiUrl = "" } = settings;
  const { api_key: key = "", webhook_secret: verification = "" } = secrets;
  const service = httpService(
    {
      name: "SendGrid",
      baseUrl: apiUrl || API,
      headers: { authorization: `Bearer ${key}` },
      secrets: [key],
      words: (body) => textAt(body, "errors", 0, "message"),
      looksMs: LOOKS_MS,
    },
    clock,
  );
  return {
    webhook: sendgridWebhook(verification, clock),
    send: (message, signal) =>
      service.send(
        { path: "/v3/mail/send", body: bodyOf(message) },
        signal,
        ({ status, headers }) =>
          // 200 says that a message in sandbox mode is valid, and that it was not sent.
          status === 202 ? (headers.get("x-message-id") ?? undefined) : undefined,
      ),
    resolve: (key, signal) =>
      service.find(
        { method: "GET", path: `/v3/messages?limit=1&query=${queryOf(key)}` },
        signal,
        (body) => textAt(body, "messages", 0, "msg_id"),
      ),
    check: (signal) =>
      service.check({ method: "GET", path: "/v3/scopes" }, signal, (body) => {
        const scopes = (body as { scopes?: unknown } | undefined)?.scopes;
        return Array.isArray(scopes) && scopes.includes("mail.send")
          ? "The key is valid and may send."
          : { missing: "The key is valid, but it does not have the permission mail.send." };
      }),
  };
}

/** What a version 3 message calls a custom argument is a unique one there. */
const ARGUMENT = "mailwright_email";

function queryOf(key: string): string {
  return encodeURIComponent(`(unique_args['${ARGUMENT}']="${key}")`);
}

function bodyOf({ key, from, to, subject, html, text, headers }: Message): object {
  return {
    personalizations: [{ to: [nameAndEmail(to)], custom_args: { [ARGUMENT]: key } }],
    from: nameAndEmail(from),
    ...(from.reply_to !== undefined && { reply_to: { email: from.reply_to } }),
    subject,
    // Plain text has to come first.
    content: [
      // A part without a character is refused.
      { type: "text/plain", value: text === "" ? " " : text },
      ...(html === null || html === "" ? [] : [{ type: "text/html", value: html }]),
    ],
    headers: { ...headers, "X-Mailwright-Email": key },
    // Links and openings are followed by Mailwright itself, or not at all.
    tracking_settings: {
      click_tracking: { enable: false, enable_text: false },
      open_tracking: { enable: false },
      subscription_tracking: { enable: false },
    },
  };
}
