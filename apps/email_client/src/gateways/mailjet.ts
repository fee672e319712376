import type { Account, Gateway, GatewayAdapter, Message } from "./gateway.ts";
import { mailjetWebhook } from "./mailjet-webhook.ts";
import { chosenSecretFaults, webhookSecret } from "./webhook-proofs.ts";
import { type Answer, apiAddress, apiServer, httpService } from "./http-service.ts";
import { handedOver, type HeaderLimits } from "./header-limits.ts";
import type { Person } from "./person.ts";
import { textAt } from "./text-at.ts";

const API = "https://api.mailjet.com";

/** What Mailjet takes. A longer one is not cut: half a sentence, or half a name, would go out and nobody would know. */
const SUBJECT_LENGTH = 255;

/** Set by Mailjet itself: one of them in a message is refused with send-0011. https://dev.mailjet.com/email/guides/send-api-v31/#add-email-headers */
const HEADER_LIMITS: HeaderLimits = {
  "Message-ID": { kind: "withheld", instead: "Mailjet's own." },
  "List-Id": { kind: "withheld", instead: "None of ours: Mailjet refuses it." },
};

/**
 * Mailjet: https://dev.mailjet.com/email/guides/send-api-v31/, look-up by CustomID:
 * https://dev.mailjet.com/email/reference/messages/. One message a request, whose result stands in the answer.
 */
export const mailjetGateway: GatewayAdapter = {
  kind: "mailjet",
  title: "Mailjet",
  description: `Sends through Mailjet's Send API, version 3.1, which takes no subject of more than ${SUBJECT_LENGTH} characters.`,
  fields: [
    { name: "username", label: "API key", type: "text", required: true, secret: false },
    { name: "password", label: "Secret key", type: "password", required: true, secret: true },
    webhookSecret(
      "Webhook secret",
      "Yours to choose; it comes back in the address that Mailjet calls.",
    ),
    apiAddress(
      API,
      "Empty: https://api.mailjet.com. For accounts in the US: https://api.us.mailjet.com",
    ),
  ],
  capabilities: { idempotency: "none", lookup: true, batch: false, perItemResult: true },
  servers: apiServer(API, "password"),
  headerLimits: HEADER_LIMITS,
  webhook:
    "At Mailjet, under Event notifications, for sent, bounce, blocked, spam and unsub: this address, with mailwright:SECRET@ before the host, where SECRET is the webhook secret.",
  faults: (_settings, { webhook_secret: secret = "" }) => chosenSecretFaults(secret),
  open: openMailjet,
};

function openMailjet({ settings, secrets, clock }: Account): Gateway {
  const { username = "", api_url: apiUrl = "" } = settings;
  const { password = "", webhook_secret: secret = "" } = secrets;
  const basic = Buffer.from(`${username}:${password}`, "utf8").toString("base64");
  const service = httpService(
    {
      name: "Mailjet",
      baseUrl: apiUrl || API,
      headers: { authorization: `Basic ${basic}` },
      secrets: [password, `${username}:${password}`],
      words,
      // send-0008: the From address is not confirmed; 403 is of the message otherwise as well.
      meaning: ({ status, body }) =>
        status === 403 && textAt(body, "Messages", 0, "Status") !== undefined
          ? "unauthorized"
          : undefined,
    },
    clock,
  );
  return {
    webhook: mailjetWebhook(secret),
    async send(message, signal) {
      const { length } = message.subject;
      if (length > SUBJECT_LENGTH)
        return { kind: "rejected", detail: tooLong(length), unasked: true };
      const body = { Messages: [bodyOf(message)] };
      return service.send({ path: "/v3.1/send", body }, signal, accepted);
    },
    resolve: (key, signal) =>
      service.find(
        { method: "GET", path: `/v3/REST/message?Limit=1&CustomID=${key}` },
        signal,
        (body) => textAt(body, "Data", 0, "UUID") ?? textAt(body, "Data", 0, "ID"),
      ),
    check: (signal) =>
      service.check(
        { method: "GET", path: "/v3/REST/sender?Limit=1" },
        signal,
        () => "The keys are valid.",
      ),
  };
}

function tooLong(length: number): string {
  return `Not sent: the subject has ${length} characters, and Mailjet takes ${SUBJECT_LENGTH}.`;
}

/** The number is longer than JavaScript's are exact, so the id is the UUID where there is one. */
function accepted({ body }: Answer): string | undefined {
  if (textAt(body, "Messages", 0, "Status") !== "success") return undefined;
  return (
    textAt(body, "Messages", 0, "To", 0, "MessageUUID") ??
    textAt(body, "Messages", 0, "To", 0, "MessageID")
  );
}

function words(body: unknown): string | undefined {
  const code = textAt(body, "Messages", 0, "Errors", 0, "ErrorCode") ?? textAt(body, "ErrorCode");
  const said =
    textAt(body, "Messages", 0, "Errors", 0, "ErrorMessage") ?? textAt(body, "ErrorMessage");
  return said && `${said}${code ? ` (${code})` : ""}`;
}

function bodyOf({ key, from, to, subject, html, text, headers }: Message): object {
  return {
    From: personOf(from),
    To: [personOf(to)],
    ...(from.reply_to !== undefined && { ReplyTo: { Email: from.reply_to } }),
    Subject: subject,
    TextPart: text,
    ...(html !== null && { HTMLPart: html }),
    CustomID: key,
    // Links and openings are followed by Mailwright itself, or not at all.
    TrackOpens: "disabled",
    TrackClicks: "disabled",
    Headers: { ...handedOver(headers, HEADER_LIMITS), "X-Mailwright-Email": key },
  };
}

function personOf({ name, email }: Person): object {
  return name === "" ? { Email: email } : { Email: email, Name: name };
}
