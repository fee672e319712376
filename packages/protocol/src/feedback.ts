import { type Static, Type } from "@sinclair/typebox";
import { DETAIL_LENGTH } from "./reports.ts";
import { parser, Time } from "./values.ts";

const Count = Type.Integer({ minimum: 0 });

/**
 * Why a bounce mailbox cannot be read, by what is to be done about it: its password cannot be opened with the keys that are
 * set; the server was not reached, refused the user, refused something in the folder, or took too long; or web does not take
 * what is told.
 */
export const MAILBOX_FAULTS = [
  "sealed",
  "unreachable",
  "unauthorized",
  "folder",
  "slow",
  "web",
] as const;
export type MailboxFault = (typeof MAILBOX_FAULTS)[number];

/**
 * Why a webhook was refused: there is no secret to know it by, it brings no proof, its proof is not of the secret or is too
 * old, or it holds nothing that can be read; or the proof could not be looked at now, and it was put off.
 */
export const WEBHOOK_REFUSALS = [
  "no_secret",
  "unsigned",
  "signature",
  "old",
  "unreadable",
  "put_off",
] as const;
export type WebhookRefusal = (typeof WEBHOOK_REFUSALS)[number];

export const MailboxHealth = Type.Object({
  /** When it was last read to its end; and of what was new then, how much told something and how much did not. */
  read: Type.Optional(Type.Object({ at: Time, told: Count, others: Count })),
  /** Absent when the last reading came to its end. */
  failing: Type.Optional(
    Type.Object({
      since: Time,
      at: Time,
      fault: Type.Union(MAILBOX_FAULTS.map((each) => Type.Literal(each))),
      /** The server's words, without addresses and secrets. */
      detail: Type.String({ maxLength: DETAIL_LENGTH }),
    }),
  ),
});
export type MailboxHealth = Static<typeof MailboxHealth>;

export const WebhookHealth = Type.Object({
  taken_at: Type.Optional(Time),
  /** The last one. Anybody can call, so a single one may be nobody's. */
  refused: Type.Optional(
    Type.Object({
      at: Time,
      why: Type.Union(WEBHOOK_REFUSALS.map((each) => Type.Literal(each))),
    }),
  ),
});
export type WebhookHealth = Static<typeof WebhookHealth>;

/** What came back on one day (UTC), which begins at `at`. */
export const DayOfFeedback = Type.Object({
  at: Time,
  /** What was told of emails, by webhooks or by mail: new or told before. */
  facts: Count,
  /** Webhooks that were believed and read, whatever was in them. */
  webhooks: Count,
  refused: Count,
});
export type DayOfFeedback = Static<typeof DayOfFeedback>;

/** Whether what becomes of a gateway's emails comes back: by its bounce mailbox, or by its provider's webhooks. */
export const GatewayFeedback = Type.Object({
  /** When this was so. */
  at: Time,
  /** Absent of a gateway that has none. */
  mailbox: Type.Optional(MailboxHealth),
  /** Absent of a gateway whose kind has none. */
  webhooks: Type.Optional(WebhookHealth),
  /** The last week, oldest first, without the days on which nothing came. */
  days: Type.Array(DayOfFeedback),
});
export type GatewayFeedback = Static<typeof GatewayFeedback>;
export const parseGatewayFeedback = parser(GatewayFeedback);
