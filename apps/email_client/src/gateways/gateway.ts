import type { Clock } from "@mailwright/platform";
import type { GatewayCapabilities, GatewayField } from "@mailwright/protocol";
import type { HeaderLimits } from "./header-limits.ts";
import type { Outbound } from "./outbound.ts";
import type { Webhook } from "./webhook.ts";

/** One email as a gateway gets it. */
export interface Message {
  /** The email's id: the same on every attempt, and what an idempotency key or a look-up is made from. */
  key: string;
  from: { name: string; email: string; reply_to?: string };
  to: { name: string; email: string };
  subject: string;
  html: string | null;
  text: string;
  headers: Record<string, string>;
}

/**
 * What one attempt came to. Everything but `accepted` and `ambiguous` is known not to have been accepted; `ambiguous`
 * says that the request left and nobody can tell. `detail` is for a person and never holds a secret or content.
 */
export type Outcome =
  | { kind: "accepted"; messageId: string }
  /**
   * `status` is the enhanced status code (RFC 3463) by which a server refused the recipient, or the sender's authentication.
   * `unasked`: the service never saw the message, so it says nothing of the service.
   */
  | { kind: "rejected"; detail: string; status?: string; unasked?: true }
  | { kind: "unauthorized"; detail: string }
  | {
      kind: "throttled";
      detail: string;
      retryAfterMs?: number;
      slowDown?: ThrottleScope;
      unasked?: true;
    }
  | { kind: "unavailable"; detail: string; slowDown?: ThrottleScope }
  | { kind: "ambiguous"; detail: string };

/** Whether an outcome is not the service's word, since it never saw the message. */
export function isUnasked(outcome: Outcome): boolean {
  return "unasked" in outcome && outcome.unasked === true;
}

/** What an attempt came to that the service did not take, as far as anybody knows. */
export type Refusal = Exclude<Outcome, { kind: "accepted" }>;

/**
 * What the service wants less of: emails of any kind, or emails to the recipient's domain. Whatever is throttled means the
 * first, unless it says otherwise.
 */
export type ThrottleScope = "gateway" | "domain";

/** What a gateway says about an attempt whose outcome was lost. `why` is there when it could not be asked, for a person. */
export type Resolution =
  | { kind: "confirmed"; messageId?: string }
  | { kind: "not-accepted" }
  | { kind: "unknown"; why?: string };

/** Whether a service can be reached and knows the account. Nothing is sent to find out. */
export type Check = { kind: "ready"; detail: string } | Refusal;

/** An account at an email service, ready to send. The only place that knows the service's status codes. */
export interface Gateway {
  /** How many attempts it makes at once, where that is limited: each needs a connection, say. Further ones would only wait. */
  atOnce?: number;
  /** Never throws; `signal` is the deadline of the whole attempt. */
  send(message: Message, signal: AbortSignal): Promise<Outcome>;
  /** Asks what became of the message with this key. Never throws. */
  resolve?(key: string, signal: AbortSignal): Promise<Resolution>;
  /** Tries the settings without sending anything. Never throws. */
  check(signal: AbortSignal): Promise<Check>;
  /** Where its provider tells what became of emails. */
  webhook?: Webhook;
  /** Gives up the connections that are held open; what is under way may still end. */
  close?(): void;
}

/** A kind of gateway: one file a provider. */
export interface GatewayAdapter {
  kind: string;
  title: string;
  description: string;
  /** Draws the form in Settings and says what must be set. */
  fields: GatewayField[];
  capabilities: GatewayCapabilities;
  /** Every server that it connects to with these settings. The first is the one that messages are handed to. */
  servers(settings: Record<string, string>): GatewayServer[];
  /** What becomes of headers that the provider does not pass on as they are. */
  headerLimits: HeaderLimits;
  /** What a person does at the provider with the address that Settings shows; absent where it tells nothing. */
  webhook?: string;
  /** Everything that is wrong with these settings beyond what the fields say, each with the field at fault. */
  faults?(settings: Record<string, string>, secrets: Record<string, string>): SettingFault[];
  open(account: Account): Gateway;
  /** Whether what it opens connects by `outbound` itself, so that it need not be held to it from outside. */
  pins?: true;
}

/** What a gateway is opened with. */
export interface Account {
  settings: Record<string, string>;
  secrets: Record<string, string>;
  clock: Clock;
  /** Where bounces go; without it, all to the bounce address itself. */
  returnPath?: ReturnPath;
  /** Which servers may be connected to; without it, all. */
  outbound?: Outbound;
}

/** A server that a gateway connects to. */
export interface GatewayServer {
  /** The setting that names it. */
  field: string;
  /** A URL, or the name or IP address of a host; empty where none is set. */
  address: string;
  /** The secrets that it gets to see. What only signs or verifies here is seen by nobody. */
  secrets: readonly string[];
}

/** The address below a bounce address to which bounces of the email with this key come back. */
export type ReturnPath = (bounceAddress: string, key: string) => string;

/** `field` is the name of a setting or a secret; `message` is read by a person and says what to do. */
export interface SettingFault {
  field: string;
  message: string;
}
