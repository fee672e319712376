import type { Account, Gateway, GatewayAdapter, Message } from "./gateway.ts";
import { brevoWebhook } from "./brevo-webhook.ts";
import { chosenSecretFaults, webhookSecret } from "./webhook-proofs.ts";
import { type Answer, apiAddress, apiKey, apiServer, httpService } from "./http-service.ts";
import { handedOver, type HeaderLimit, type HeaderLimits } from "./header-limits.ts";
import { nameAndEmail } from "./person.ts";
import { textAt } from "./text-at.ts";

const API = "https://api.brevo.com";

/** https://help.brevo.com/hc/en-us/articles/19100260472850-FAQs-About-list-unsubscribe-and-list-help-headers-in-emails */
const OWN_LIST_UNSUBSCRIBE: HeaderLimit = {
  kind: "doubtful",
  instead: "Brevo adds one of its own to every email, and does not say what becomes of ours.",
};

const HEADER_LIMITS: HeaderLimits = {
  "Message-ID": { kind: "withheld", instead: "Brevo's own." },
  "List-Unsubscribe": OWN_LIST_UNSUBSCRIBE,
  "List-Unsubscribe-Post": OWN_LIST_UNSUBSCRIBE,
};

/**
 * Brevo: https://developers.brevo.com/reference/sendtransacemail. A repeated key is not processed a second time for
 * 30 minutes by https://developers.brevo.com/docs/heterogenous-versions-batch-emails, and for 15 by the changelog of
 * November 2021; the shorter time is counted on.
 */
export const brevoGateway: GatewayAdapter = {
  kind: "brevo",
  title: "Brevo",
  description:
    "Sends through Brevo's transactional API, which knows a repeated message for minutes.",
  fields: [
    apiKey("API key", "Of version 3; it begins with xkeysib."),
    webhookSecret("Webhook secret", "Yours to choose; Brevo brings it along as a token."),
    apiAddress(API),
  ],
  capabilities: {
    idempotency: { windowS: 15 * 60 },
    lookup: false,
    batch: false,
    perItemResult: true,
  },
  servers: apiServer(API, "api_key"),
  headerLimits: HEADER_LIMITS,
  webhook:
    "At Brevo, under Transactional, Settings, Webhook: this address with sent, delivered, hard bounce, soft bounce, blocked, invalid email, complaint and unsubscribed, and the webhook secret as the token.",
  faults: (_settings, { webhook_secret: secret = "" }) => chosenSecretFaults(secret),
  open: openBrevo,
};

function openBrevo({ settings, secrets, clock }: Account): Gateway {
  const { api_url: apiUrl = "" } = settings;
  const { api_key: key = "", webhook_secret: secret = "" } = secrets;
  const service = httpService(
    {
      name: "Brevo",
      baseUrl: apiUrl || API,
      headers: { "api-key": key },
      secrets: [key],
      words: (body) => {
        const code = textAt(body, "code");
        return code && `${textAt(body, "message") ?? ""} (${code})`;
      },
      meaning,
    },
    clock,
  );
  return {
    webhook: brevoWebhook(secret),
    send: (message, signal) =>
      service.send({ path: "/v3/smtp/email", body: bodyOf(message) }, signal, ({ body }) =>
        textAt(body, "messageId"),
      ),
    check: (signal) =>
      service.check(
        { method: "GET", path: "/v3/account" },
        signal,
        (body) => `The key belongs to the account of ${textAt(body, "companyName") ?? "?"}.`,
      ),
  };
}

function meaning({ body }: Answer) {
  switch (textAt(body, "code")) {
    case "duplicate_request":
      // It was had before; what became of it then, this answer does not say.
      return "ambiguous";
    case "not_enough_credits":
    case "permission_denied":
    case "account_under_validation":
      return "unauthorized";
    default:
      return undefined;
  }
}

function bodyOf({ key, from, to, subject, html, text, headers }: Message): object {
  return {
    sender: nameAndEmail(from),
    to: [nameAndEmail(to)],
    ...(from.reply_to !== undefined && { replyTo: { email: from.reply_to } }),
    subject,
    textContent: text,
    ...(html !== null && { htmlContent: html }),
    headers: {
      ...handedOver(headers, HEADER_LIMITS),
      "X-Mailwright-Email": key,
      // Comes back in its webhooks.
      "X-Mailin-custom": key,
      idempotencyKey: key,
    },
  };
}
