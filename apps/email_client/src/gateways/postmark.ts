import type { Account, Check, Gateway, GatewayAdapter, Message } from "./gateway.ts";
import { postmarkWebhook } from "./postmark-webhook.ts";
import { chosenSecretFaults, webhookSecret } from "./webhook-proofs.ts";
import {
  type AccountWord,
  apiAddress,
  apiKey,
  apiServer,
  httpService,
  type HttpService,
} from "./http-service.ts";
import type { HeaderLimit, HeaderLimits } from "./header-limits.ts";
import { nameAddress } from "./person.ts";
import { textAt } from "./text-at.ts";

const API = "https://api.postmarkapp.com";

/** https://postmarkapp.com/support/article/1299-how-to-include-a-list-unsubscribe-header */
const OWN_LIST_UNSUBSCRIBE: HeaderLimit = {
  kind: "doubtful",
  instead:
    "In a broadcast stream Postmark's own, until its support has let the stream manage unsubscribes on its own.",
};

const HEADER_LIMITS: HeaderLimits = {
  "List-Unsubscribe": OWN_LIST_UNSUBSCRIBE,
  "List-Unsubscribe-Post": OWN_LIST_UNSUBSCRIBE,
  "Feedback-ID": {
    kind: "doubtful",
    instead: "Postmark's messages carry one of its own, and it does not say what becomes of ours.",
  },
};

/**
 * Postmark: https://postmarkapp.com/developer/api/email-api, look-up by metadata:
 * https://postmarkapp.com/developer/api/messages-api, streams:
 * https://postmarkapp.com/developer/api/message-streams-api, codes: https://postmarkapp.com/developer/api/overview.
 */
export const postmarkGateway: GatewayAdapter = {
  kind: "postmark",
  title: "Postmark",
  description: "Sends through a Postmark server and its broadcast stream.",
  fields: [
    apiKey("Server API token", "Of the server, under API Tokens."),
    {
      name: "stream",
      label: "Message stream",
      type: "text",
      required: false,
      secret: false,
      placeholder: "broadcast",
      hint: "Empty: broadcast, the one that Postmark wants campaigns to go through. There it adds a link to unsubscribe of its own, until its support lets you manage unsubscribes on your own.",
    },
    webhookSecret("Webhook secret", "Yours to choose; Postmark brings it along as a password."),
    apiAddress(API),
  ],
  capabilities: { idempotency: "none", lookup: true, batch: false, perItemResult: true },
  servers: apiServer(API, "api_key"),
  headerLimits: HEADER_LIMITS,
  webhook:
    "At Postmark, in the stream's Webhooks: this address with delivery, bounce, spam complaint and subscription change, and Basic auth with the user name mailwright and this gateway's webhook secret as the password.",
  faults: (_settings, { webhook_secret: secret = "" }) => chosenSecretFaults(secret),
  open: openPostmark,
};

function openPostmark({ settings, secrets, clock }: Account): Gateway {
  const { stream: chosen = "", api_url: apiUrl = "" } = settings;
  const stream = chosen || "broadcast";
  const { api_key: token = "", webhook_secret: secret = "" } = secrets;
  const service = httpService(
    {
      name: "Postmark",
      baseUrl: apiUrl || API,
      headers: { "x-postmark-server-token": token },
      secrets: [token],
      words: (body) => {
        const code = textAt(body, "ErrorCode");
        return code && `${textAt(body, "Message") ?? ""} (code ${code})`;
      },
      meaning: ({ status, body }) =>
        status === 422 && ACCOUNT_FAULTS.has(textAt(body, "ErrorCode") ?? "")
          ? "unauthorized"
          : undefined,
    },
    clock,
  );
  return {
    webhook: postmarkWebhook(secret, METADATA),
    send: (message, signal) =>
      service.send({ path: "/email", body: bodyOf(message, stream) }, signal, ({ body }) =>
        textAt(body, "ErrorCode") === "0" ? textAt(body, "MessageID") : undefined,
      ),
    resolve: (key, signal) =>
      service.find(
        { method: "GET", path: `/messages/outbound?count=1&offset=0&metadata_${METADATA}=${key}` },
        signal,
        (body) => textAt(body, "Messages", 0, "MessageID"),
      ),
    async check(signal) {
      const server = await service.check(
        { method: "GET", path: "/server" },
        signal,
        (body) => `The token belongs to the server “${textAt(body, "Name") ?? "?"}”.`,
      );
      return server.kind === "ready" ? checkStream(service, stream, signal, server.detail) : server;
    },
  };
}

/**
 * What no email of a campaign can get past. 400, 401: the sender is not confirmed; 405, 412, 413: the account may not send now;
 * 1221, 1235, 1236: the message stream is not there, or is one that nothing is sent through.
 */
const ACCOUNT_FAULTS = new Set(["400", "401", "405", "412", "413", "1221", "1235", "1236"]);

/** The server is known by now, so what is refused is the stream. */
async function checkStream(
  service: HttpService,
  stream: string,
  signal: AbortSignal,
  server: string,
): Promise<Check> {
  const path = `/message-streams/${encodeURIComponent(stream)}`;
  const checked = await service.check({ method: "GET", path }, signal, (body) =>
    wordOn(stream, body, server),
  );
  return checked.kind === "rejected"
    ? {
        kind: "unauthorized",
        detail: `${server} It has no message stream “${stream}”: enter the ID of one of its streams. ${checked.detail}`,
      }
    : checked;
}

function wordOn(stream: string, body: unknown, server: string): AccountWord {
  if (textAt(body, "ArchivedAt") !== undefined) {
    return {
      missing: `${server} Its message stream “${stream}” is archived: restore it at Postmark, or enter the ID of another one.`,
    };
  }
  return textAt(body, "MessageStreamType") === "Inbound"
    ? {
        missing: `${server} Its message stream “${stream}” only receives: enter the ID of one for broadcasts.`,
      }
    : `${server} Its message stream “${textAt(body, "Name") ?? stream}” can be sent through.`;
}

/** A key of at most 20 characters. */
const METADATA = "mailwright";

function bodyOf({ key, from, to, subject, html, text, headers }: Message, stream: string): object {
  return {
    From: nameAddress(from),
    To: nameAddress(to),
    ...(from.reply_to !== undefined && { ReplyTo: from.reply_to }),
    Subject: subject,
    TextBody: text,
    ...(html !== null && { HtmlBody: html }),
    MessageStream: stream,
    // Links and openings are followed by Mailwright itself, or not at all.
    TrackOpens: false,
    TrackLinks: "None",
    Metadata: { [METADATA]: key },
    // Without X-PM-KeepID the Message-ID would be replaced.
    Headers: Object.entries({ ...headers, "X-Mailwright-Email": key, "X-PM-KeepID": "true" }).map(
      ([Name, Value]) => ({ Name, Value }),
    ),
  };
}
