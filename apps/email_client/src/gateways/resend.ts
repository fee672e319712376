import type { Account, Gateway, GatewayAdapter, Message } from "./gateway.ts";
import { resendWebhook } from "./resend-webhook.ts";
import { standardSecretFaults, webhookSecret } from "./webhook-proofs.ts";
import { type Answer, apiAddress, apiKey, apiServer, httpService } from "./http-service.ts";
import { handedOver, type HeaderLimits } from "./header-limits.ts";
import { nameAddress } from "./person.ts";
import { textAt } from "./text-at.ts";

const API = "https://api.resend.com";

const HEADER_LIMITS: HeaderLimits = {
  "Message-ID": { kind: "withheld", instead: "Resend's own." },
};

/**
 * Resend: https://resend.com/docs/api-reference/emails/send-email, codes: https://resend.com/docs/api-reference/errors. A
 * repeated key gets the first answer again for 24 hours: https://resend.com/docs/dashboard/emails/idempotency-keys.
 */
export const resendGateway: GatewayAdapter = {
  kind: "resend",
  title: "Resend",
  description: "Sends through Resend, which knows a repeated message by its key for a day.",
  fields: [
    apiKey("API key", "With the permission to send."),
    webhookSecret("Webhook signing secret", "It begins with whsec_."),
    apiAddress(API),
  ],
  capabilities: {
    idempotency: { windowS: 24 * 3_600 },
    lookup: false,
    batch: false,
    perItemResult: true,
  },
  servers: apiServer(API, "api_key"),
  headerLimits: HEADER_LIMITS,
  faults: (_settings, { webhook_secret: secret = "" }) => standardSecretFaults(secret),
  webhook:
    "At Resend, under Webhooks: this address with email.sent, email.delivered, email.bounced, email.complained, email.suppressed and email.failed.",
  open: openResend,
};

function openResend({ settings, secrets, clock }: Account): Gateway {
  const { api_url: apiUrl = "" } = settings;
  const { api_key: key = "", webhook_secret: secret = "" } = secrets;
  const service = httpService(
    {
      name: "Resend",
      baseUrl: apiUrl || API,
      headers: { authorization: `Bearer ${key}` },
      secrets: [key],
      words: (body) => {
        const code = textAt(body, "name");
        return code && `${textAt(body, "message") ?? ""} (${code})`;
      },
      meaning,
    },
    clock,
  );
  return {
    webhook: resendWebhook(secret, clock),
    send: (message, signal) =>
      service.send(
        { path: "/emails", headers: { "idempotency-key": message.key }, body: bodyOf(message) },
        signal,
        ({ body }) => textAt(body, "id"),
      ),
    async check(signal) {
      const checked = await service.check(
        { method: "GET", path: "/domains" },
        signal,
        () => "The key is valid.",
      );
      // A key that may only send says so, and by that that it is known.
      return checked.kind === "unauthorized" && checked.detail.includes("restricted_api_key")
        ? { kind: "ready", detail: "The key is valid and may send." }
        : checked;
    },
  };
}

function meaning({ status, body }: Answer) {
  const code = textAt(body, "name") ?? "";
  // A request with this key is under way, or was another one: only Resend knows what became of it.
  if (status === 409) return "ambiguous";
  if (code === "daily_quota_exceeded" || code === "monthly_quota_exceeded") return "unauthorized";
  return code.endsWith("_api_key") || /api key/i.test(textAt(body, "message") ?? "")
    ? "unauthorized"
    : undefined;
}

function bodyOf({ key, from, to, subject, html, text, headers }: Message): object {
  return {
    from: nameAddress(from),
    to: [nameAddress(to)],
    ...(from.reply_to !== undefined && { reply_to: from.reply_to }),
    subject,
    text,
    ...(html !== null && { html }),
    headers: { ...handedOver(headers, HEADER_LIMITS), "X-Mailwright-Email": key },
    tags: [{ name: "mailwright_email", value: key }],
  };
}
