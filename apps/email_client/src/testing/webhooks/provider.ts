import type { WebhookFact } from "@mailwright/protocol";
import type { GatewayAdapter } from "../../gateways/gateway.ts";
import type { Webhook, WebhookRequest } from "../../gateways/webhook.ts";
import type { Clock } from "@mailwright/platform";

/** The email that every recorded event is of. */
export const EMAIL = "01995b1c-7f00-7a31-9c4e-6f0d2f1e8a77";

/** When the provider calls. */
export const NOW = Date.UTC(2026, 10, 29, 12);

/** Two days before: whoever brings this along has recorded it. */
export const OLD = NOW - 2 * 86_400_000;

/** One event in the provider's shape, and what it tells; undefined for one that tells nothing. */
export interface Recorded {
  what: string;
  event: unknown;
  fact: Partial<WebhookFact> | undefined;
}

/** The way in which a call is not what the provider would send. */
export type Forgery = "unsigned" | "other secret" | "other body" | "old";

/** A provider, as far as its webhooks go, written from its documents. */
export interface Provider {
  adapter: GatewayAdapter;
  settings: Record<string, string>;
  secrets: Record<string, string>;
  /** In the place of the adapter's own, where that would ask somebody on the internet. */
  open?(settings: Record<string, string>, clock: Clock): Webhook;
  /** Calls with events as the provider does, or as somebody does who is not the provider. */
  call(events: readonly unknown[], forgery?: Forgery): WebhookRequest;
  /** How many events it may put into one call. */
  batches: boolean;
  /** Whether its signature covers the body and the time; where it signs nothing it only brings a secret along. */
  signs: { body: boolean; time: boolean };
  recorded: readonly Recorded[];
}

/** A call with a body of JSON. */
export function jsonCall(body: unknown, headers: Record<string, string> = {}): WebhookRequest {
  return {
    headers: { "content-type": "application/json", ...headers },
    body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
  };
}

/** A call of a provider that signs nothing: its secret is the password of Basic authentication. */
export function secretCall(
  body: unknown,
  secret: string,
  forgery: Forgery | undefined,
): WebhookRequest {
  const given = forgery === "other secret" ? `${secret}x` : secret;
  const authorization = `Basic ${Buffer.from(`mailwright:${given}`).toString("base64")}`;
  return jsonCall(body, forgery === "unsigned" ? {} : { authorization });
}
