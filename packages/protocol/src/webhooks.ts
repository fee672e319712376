import { type Static, Type } from "@sinclair/typebox";
import { BOUNCE_CLASSES, ENHANCED_STATUS } from "./bounces.ts";
import { DETAIL_LENGTH, MESSAGE_ID_LENGTH } from "./reports.ts";
import { Id, parser, Time } from "./values.ts";

/** So much of a webhook's body is taken: SendGrid's, the largest, end at 768 kB. */
export const WEBHOOK_LIMIT = 1_048_576;

/** The headers that a provider can be known by; no other is handed on. Names that end in a dash are beginnings. */
const HEADERS = [
  "authorization",
  "content-type",
  "svix-",
  "webhook-",
  "x-amz-sns-",
  "x-twilio-email-event-webhook-",
];

const HEADER_LENGTH = 4_000;

/** The headers of a request that say who made it. */
export function webhookHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    [...headers].filter(
      ([name, value]) =>
        value.length <= HEADER_LENGTH &&
        HEADERS.some((known) => (known.endsWith("-") ? name.startsWith(known) : name === known)),
    ),
  );
}

/** What came to a gateway's public door, to be verified over exactly these bytes. */
export const WebhookCall = Type.Object({
  headers: Type.Record(
    Type.String({ pattern: "^[a-z0-9-]{1,100}$" }),
    Type.String({ maxLength: HEADER_LENGTH }),
  ),
  /** Base64. */
  body: Type.String({ maxLength: Math.ceil(WEBHOOK_LIMIT / 3) * 4 }),
});
export type WebhookCall = Static<typeof WebhookCall>;
export const parseWebhookCall = parser(WebhookCall);

/** What a gateway tells of an email later. `accepted` only says that it has it, which settles one in doubt. */
export const WebhookFact = Type.Object({
  email: Id,
  kind: Type.Union([
    Type.Literal("accepted"),
    Type.Literal("delivered"),
    Type.Literal("bounced"),
    Type.Literal("complained"),
    /** By a link of the provider's own, not by ours. */
    Type.Literal("unsubscribed"),
  ]),
  /** Of a bounce. */
  bounce: Type.Optional(Type.Union(BOUNCE_CLASSES.map((each) => Type.Literal(each)))),
  /** The enhanced status code (RFC 3463), where there is one. */
  status: Type.Optional(Type.String({ pattern: ENHANCED_STATUS })),
  at: Time,
  /** The words of whoever refused it, without addresses. */
  detail: Type.Optional(Type.String({ maxLength: DETAIL_LENGTH })),
  message_id: Type.Optional(Type.String({ maxLength: MESSAGE_ID_LENGTH })),
  /** Names the fact within its email, however often it is told. */
  key: Type.String({ minLength: 1, maxLength: 300 }),
});
export type WebhookFact = Static<typeof WebhookFact>;

/**
 * What the email client made of it: facts; or nothing, because it cannot be known who sent it (`forged`) or what it says
 * (`unreadable`). `gateway` is what its kind and its owner call it.
 */
export const WebhookAnswer = Type.Union([
  Type.Object({
    kind: Type.Literal("facts"),
    gateway: Type.Object({ kind: Type.String(), name: Type.String() }),
    facts: Type.Array(WebhookFact),
  }),
  Type.Object({ kind: Type.Literal("forged"), why: Type.String() }),
  Type.Object({ kind: Type.Literal("unreadable"), why: Type.String() }),
]);
export type WebhookAnswer = Static<typeof WebhookAnswer>;
export const parseWebhookAnswer = parser(WebhookAnswer);
