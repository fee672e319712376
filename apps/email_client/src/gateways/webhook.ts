import {
  type BounceClass,
  classOfFailure,
  MESSAGE_ID_LENGTH,
  shortDetail,
  type WebhookFact,
} from "@mailwright/protocol";
import { isId } from "@mailwright/platform";
import { answerText } from "./answer-text.ts";

/** What came to a gateway's public door. Header names are in lower case. */
export interface WebhookRequest {
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
}

/** Why a request is not believed, for who counts such and for who reads it. */
export interface Doubt {
  doubt: "no_secret" | "unsigned" | "signature" | "old";
  why: string;
}

export const UNSIGNED: Doubt = { doubt: "unsigned", why: "It is not signed." };
export const OLD: Doubt = { doubt: "old", why: "It was signed at another time." };

/** What is signed by another secret than the one that is set. */
export function wrongly(why: string): Doubt {
  return { doubt: "signature", why };
}

/** What a provider signed in the place of a body, and for how long its signature is believed, in milliseconds from now. */
export interface WebhookToken {
  value: string;
  believedMs: number;
}

export type WebhookReading =
  /** Where the signature covers a token and not the body, that token: it is good for one body only. */
  | { kind: "facts"; facts: WebhookFact[]; token?: WebhookToken }
  /** Nobody can tell that the provider sent it. */
  | ({ kind: "forged" } & Doubt)
  | { kind: "unreadable"; why: string }
  /** It cannot be known now. */
  | { kind: "later"; why: string };

/** The side of a gateway to which its provider tells what became of emails. */
export interface Webhook {
  /** Verifies over the raw body first, and reads it only then. Never throws, whatever came. */
  receive(request: WebhookRequest, signal: AbortSignal): Promise<WebhookReading>;
}

/** How one provider's webhooks differ from the others'. */
export interface WebhookTraits {
  /** Sees the body as it came; undefined when it is believed. */
  verify(request: WebhookRequest): Doubt | undefined | Promise<Doubt | undefined>;
  /** The token in a body that is verified by it alone. */
  token?(body: unknown): WebhookToken;
  /** The events in a body; undefined where it holds none, as far as anybody can see. */
  events(body: unknown, request: WebhookRequest): readonly unknown[] | undefined;
  /** What one event tells; undefined where it tells nothing of these, or of no email of ours. */
  factIn(event: unknown, request: WebhookRequest): WebhookFact | undefined;
}

export function webhook({ verify, token, events, factIn }: WebhookTraits): Webhook {
  return {
    async receive(request) {
      const doubt = await verify(request);
      if (doubt !== undefined) return { kind: "forged", ...doubt };
      const body = jsonIn(request.body);
      const found = events(body, request);
      if (found === undefined) return { kind: "unreadable", why: "It holds no events." };
      const facts = found
        .map((event) => factIn(event, request))
        .filter((fact) => fact !== undefined);
      return { kind: "facts", facts, ...(token !== undefined && { token: token(body) }) };
    },
  };
}

/** The JSON of a body, or undefined. */
export function jsonIn(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

/** What an event says, as it stands there; what is missing is undefined. */
export interface ToldEvent {
  /** What we named the email by when we handed it over. */
  email: string | undefined;
  kind: WebhookFact["kind"];
  /** Milliseconds. */
  at: number;
  /** The provider's own name for the event. */
  event?: string | undefined;
  messageId?: string | undefined;
  /** Of a bounce: what the provider says of it, and the words of the server that refused it. */
  said?: BounceClass;
  status?: string | undefined;
  words?: string | undefined;
}

const shown = answerText([]);
const LATEST = Date.UTC(2200, 0);

/**
 * The fact that an event tells; undefined when it names no email of ours. An event that has no name of its own goes by its
 * kind and its time, which are the same each time it is told.
 */
export function factOf(told: ToldEvent): WebhookFact | undefined {
  const { email, kind, event, messageId, words = "" } = told;
  if (!isId(email)) return undefined;
  const at = told.at >= 0 && told.at <= LATEST ? Math.floor(told.at) : undefined;
  if (at === undefined) return undefined;
  const key = event === undefined || event === "" ? `${kind} ${at}` : event;
  const detail = shortDetail(shown(words));
  return {
    email,
    kind,
    at,
    key: key.toWellFormed().slice(0, 200),
    ...(kind === "bounced" && classOfFailure(told.status ?? "", words, told.said ?? "soft")),
    ...(detail !== "" && kind !== "accepted" && { detail }),
    ...(messageId !== undefined &&
      messageId !== "" && { message_id: messageId.slice(0, MESSAGE_ID_LENGTH).toWellFormed() }),
  };
}

/** A time in ISO 8601 as milliseconds; NaN for anything else, of which no fact is made. */
export function timeIn(text: string | undefined): number {
  return text === undefined ? Number.NaN : Date.parse(text);
}

/** A time in seconds, as a number or a text. */
export function secondsIn(text: string | undefined): number {
  return text === undefined || text.trim() === "" ? Number.NaN : Number(text) * 1_000;
}
