import type { Clock } from "@mailwright/platform";
import { MESSAGE_ID_LENGTH } from "@mailwright/protocol";
import { checkEndpoint } from "./endpoint-check.ts";
import { seedWebhook } from "./seed-webhook.ts";
import { standardSecretFaults, webhookSecret } from "./webhook-proofs.ts";
import { outcomeOfFailure, readAnswer, retryAfterMs } from "./http-outcome.ts";
import type { Gateway, GatewayAdapter, Message, Outcome, SettingFault } from "./gateway.ts";

/**
 * The seed gateway: HTTP with Basic auth, one message a request, 202 with a JSON `message_id` when it is taken. It
 * knows no idempotency key and no look-up, so an attempt without an answer stays uncertain.
 */
export const seedGateway: GatewayAdapter = {
  kind: "seed",
  title: "HTTP gateway",
  description: "A JSON endpoint with Basic authentication that answers 202 and a message id.",
  fields: [
    {
      name: "url",
      label: "Endpoint",
      type: "url",
      required: true,
      secret: false,
      placeholder: "https://mail.example.com/email",
      hint: "Where each message is posted to.",
    },
    { name: "username", label: "User name", type: "text", required: true, secret: false },
    { name: "password", label: "Password", type: "password", required: true, secret: true },
    webhookSecret(
      "Webhook secret",
      "Only for an endpoint that tells what becomes of its messages.",
    ),
  ],
  capabilities: { idempotency: "none", lookup: false, batch: false, perItemResult: true },
  servers: ({ url = "" }) => [{ field: "url", address: url, secrets: ["password"] }],
  headerLimits: {},
  webhook:
    "Have it signed as Standard Webhooks are, with the webhook secret. Each event is a JSON object of type, email_id and timestamp; a bounce has bounce (hard, soft or block), status and detail.",
  faults: ({ username = "" }, { webhook_secret: secret = "" }) => [
    ...userNameFaults(username),
    ...standardSecretFaults(secret),
  ],
  open: ({ settings, secrets, clock }) => {
    const { url = "", username = "" } = settings;
    const { password = "", webhook_secret: secret = "" } = secrets;
    return {
      ...openSeedGateway(url, username, password, clock),
      webhook: seedWebhook(secret, clock),
    };
  },
};

/** RFC 7617 section 2: what comes after the first colon would be taken for the password. */
function userNameFaults(username: string): SettingFault[] {
  if (username.includes(":"))
    return [{ field: "username", message: "A user name cannot have a colon in it (RFC 7617)." }];
  // oxlint-disable-next-line no-control-regex
  return /[\u0000-\u001f\u007f]/.test(username)
    ? [{ field: "username", message: "A user name cannot have line breaks or tabs in it." }]
    : [];
}

function openSeedGateway(url: string, username: string, password: string, clock: Clock): Gateway {
  // RFC 7617: UTF-8, base64 of user:password.
  const authorization = `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
  // Made once: the same for each of a million messages.
  const request = {
    method: "POST",
    redirect: "manual",
    headers: new Headers({ authorization, "content-type": "application/json" }),
  } as const;
  return {
    async send(message, signal) {
      try {
        const response = await fetch(url, { ...request, body: bodyOf(message), signal });
        // The status says it all but for the id, so a body that breaks off changes nothing.
        const answer = await readAnswer(response).catch(() => "");
        return outcomeOf(response, answer, clock.now());
      } catch (error) {
        return outcomeOfFailure(error);
      }
    },
    check: (signal) => checkEndpoint(url, authorization, signal),
  };
}

function bodyOf({ key, from, to, subject, text, html, headers }: Message): string {
  return JSON.stringify({
    from: { name: from.name, email: from.email },
    to,
    subject,
    text,
    ...(html !== null && { html }),
    headers: {
      ...headers,
      ...(from.reply_to !== undefined && { "Reply-To": from.reply_to }),
      "X-Mailwright-Email": key,
    },
  });
}

/** Every status has one meaning here; one that the service does not document is not guessed to be a success. */
function outcomeOf(response: Response, answer: string, now: number): Outcome {
  const { status } = response;
  const detail = `The gateway answered ${status}.`;
  if (status === 202) return acceptance(answer);
  if (status === 401)
    return {
      kind: "unauthorized",
      detail: "The gateway refused the user name or the password (401).",
    };
  if (status === 429) {
    const wait = retryAfterMs(response.headers.get("retry-after"), now);
    return { kind: "throttled", detail, ...(wait !== undefined && { retryAfterMs: wait }) };
  }
  if (status === 408 || status >= 500) return { kind: "unavailable", detail };
  if (status >= 300 && status < 400) {
    // Not followed: it would carry the password to wherever it points.
    return {
      kind: "unavailable",
      detail: `The gateway answered ${status}: it is somewhere else. Correct its address in the settings.`,
    };
  }
  if (status >= 200 && status < 300) {
    return {
      kind: "ambiguous",
      detail: `The gateway answered ${status} where 202 means accepted.`,
    };
  }
  return { kind: "rejected", detail };
}

/** A 202 says that the message was taken; one without a usable id was taken too, but cannot be named. */
function acceptance(answer: string): Outcome {
  const id = messageIdIn(answer);
  return id === undefined
    ? { kind: "ambiguous", detail: "The gateway answered 202 without a message id." }
    : { kind: "accepted", messageId: id.slice(0, MESSAGE_ID_LENGTH) };
}

function messageIdIn(answer: string): string | undefined {
  try {
    const body: unknown = JSON.parse(answer);
    if (typeof body !== "object" || body === null || !("message_id" in body)) return undefined;
    const { message_id: id } = body;
    if (typeof id === "number") return String(id);
    return typeof id === "string" && id !== "" ? id : undefined;
  } catch {
    return undefined;
  }
}
