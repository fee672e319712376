import type { Account, Gateway, GatewayAdapter, Message, SettingFault } from "./gateway.ts";
import { mailgunWebhook } from "./mailgun-webhook.ts";
import { webhookSecret } from "./webhook-proofs.ts";
import { apiAddress, apiKey, apiServer, httpService } from "./http-service.ts";
import { handedOver, type HeaderLimits } from "./header-limits.ts";
import { nameAddress } from "./person.ts";
import { textAt } from "./text-at.ts";

const API = "https://api.mailgun.net";

const HEADER_LIMITS: HeaderLimits = {
  "Message-ID": {
    kind: "changed",
    instead: "The email's id at the domain that Mailgun sends from, by which it is looked up.",
  },
};

/**
 * Mailgun: https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages, look-up by Message-ID:
 * https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/events.
 */
export const mailgunGateway: GatewayAdapter = {
  kind: "mailgun",
  title: "Mailgun",
  description: "Sends from a domain at Mailgun, in the US or in the EU.",
  fields: [
    {
      name: "domain",
      label: "Domain",
      type: "text",
      required: true,
      secret: false,
      placeholder: "mg.example.com",
      hint: "The sending domain as Mailgun knows it.",
    },
    apiKey(
      "API key",
      "Of the account. With a sending key of the domain messages are sent, but a lost one cannot be looked up, and the connection cannot be checked.",
    ),
    webhookSecret(
      "Webhook signing key",
      "Under API Security at Mailgun; not the API key. Of a subaccount its own or the primary account's.",
    ),
    apiAddress(API, "Empty: https://api.mailgun.net. In the EU: https://api.eu.mailgun.net"),
  ],
  capabilities: { idempotency: "none", lookup: true, batch: false, perItemResult: true },
  servers: apiServer(API, "api_key"),
  headerLimits: HEADER_LIMITS,
  faults: ({ domain = "" }) => domainFaults(domain),
  webhook:
    "At Mailgun, under Webhooks: post to this address accepted, delivered, permanent failure, spam complaints and unsubscribes.",
  open: openMailgun,
};

function domainFaults(domain: string): SettingFault[] {
  return domain === "" || /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(domain)
    ? []
    : [{ field: "domain", message: "Enter the domain's name alone, such as mg.example.com." }];
}

function openMailgun({ settings, secrets, clock }: Account): Gateway {
  const { domain = "", api_url: apiUrl = "" } = settings;
  const { api_key: key = "", webhook_secret: signingKey = "" } = secrets;
  const basic = Buffer.from(`api:${key}`, "utf8").toString("base64");
  const service = httpService(
    {
      name: "Mailgun",
      baseUrl: apiUrl || API,
      headers: { authorization: `Basic ${basic}` },
      secrets: [key, `api:${key}`],
      words: (body) => textAt(body, "message"),
      // 404 is a domain that this account does not have, which no email of a campaign can get past.
      meaning: ({ status }) => (status === 404 ? "unauthorized" : undefined),
    },
    clock,
  );
  return {
    webhook: mailgunWebhook(signingKey, clock),
    send: (message, signal) =>
      service.send(
        { path: `/v3/${domain}/messages`, body: formOf(message, domain) },
        signal,
        ({ body }) => textAt(body, "id"),
      ),
    resolve: (key, signal) =>
      service.find(
        {
          method: "GET",
          path: `/v3/${domain}/events?limit=1&message-id=${messageIdOf(key, domain)}`,
        },
        signal,
        (body) => {
          const id = textAt(body, "items", 0, "message", "headers", "message-id");
          return id && `<${id}>`;
        },
      ),
    check: (signal) =>
      service.check({ method: "GET", path: `/v3/domains/${domain}` }, signal, (body) =>
        textAt(body, "domain", "state") === "active"
          ? "The key is valid and the domain may send."
          : {
              missing: `The key is valid; the domain is ${textAt(body, "domain", "state") ?? "in no known state"}.`,
            },
      ),
  };
}

/** It is looked up by its key alone, so its Message-ID is made of that and not taken from the campaign's sender. */
function messageIdOf(key: string, domain: string): string {
  return `${key}@${domain}`;
}

function formOf(
  { key, from, to, subject, html, text, headers }: Message,
  domain: string,
): URLSearchParams {
  return new URLSearchParams({
    from: nameAddress(from),
    to: nameAddress(to),
    subject,
    text,
    ...(html !== null && { html }),
    // Links and openings are followed by Mailwright itself, or not at all.
    "o:tracking": "no",
    "v:mailwright_email": key,
    ...(from.reply_to !== undefined && { "h:Reply-To": from.reply_to }),
    ...Object.fromEntries(
      Object.entries({
        ...handedOver(headers, HEADER_LIMITS),
        "Message-ID": `<${messageIdOf(key, domain)}>`,
        "X-Mailwright-Email": key,
      }).map(([name, value]) => [`h:${name}`, value]),
    ),
  });
}
