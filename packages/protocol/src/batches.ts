import { type Static, Type } from "@sinclair/typebox";
import { UnsubscribeUrl } from "./campaign-headers.ts";
import { Address, Hash, Id, parser, Time } from "./values.ts";

/** A batch never holds more emails than this. */
export const BATCH_SIZE = 500;

export const EmailStateSchema = Type.Union([
  Type.Literal("queued"),
  Type.Literal("sending"),
  Type.Literal("retrying"),
  Type.Literal("resolving"),
  Type.Literal("sent"),
  Type.Literal("failed"),
  Type.Literal("skipped"),
  Type.Literal("cancelled"),
  Type.Literal("uncertain"),
]);

/**
 * What the ledger knows of an email whose batch the email client has lost. The email goes on from here with the next
 * `seq`. It may have been attempted since, so it is treated as interrupted: asked after, never just sent again.
 */
export const LastKnown = Type.Object({
  seq: Type.Integer({ minimum: 0, maximum: 32_767 }),
  state: Type.Union([
    Type.Literal("queued"),
    Type.Literal("sending"),
    Type.Literal("retrying"),
    Type.Literal("resolving"),
  ]),
  attempt: Type.Integer({ minimum: 0, maximum: 32_767 }),
  first_at: Type.Optional(Time),
});
export type LastKnown = Static<typeof LastKnown>;

/** Of a recipient's name, in characters: it stands in a header. */
export const RECIPIENT_NAME_LENGTH = 300;

export const Recipient = Type.Object({
  id: Id,
  run: Type.Integer({ minimum: 1, maximum: 32_767 }),
  email: Address,
  name: Type.String({ maxLength: RECIPIENT_NAME_LENGTH }),
  /** What the template calls `contact`: built-in fields and custom attributes. */
  variables: Type.Record(Type.String({ maxLength: 100 }), Type.Unknown()),
  /** Where this recipient can leave; it goes into the headers, and is what a template calls `unsubscribe_url`. */
  unsubscribe_url: Type.Optional(UnsubscribeUrl),
  last_known: Type.Optional(LastKnown),
});
export type Recipient = Static<typeof Recipient>;

/** Emails handed over together. `priority` 1 is the most urgent; `gateway` names one of the email client's gateways. */
export const Batch = Type.Object({
  batch: Id,
  campaign: Id,
  content: Hash,
  gateway: Id,
  priority: Type.Integer({ minimum: 1, maximum: 1_000 }),
  recipients: Type.Array(Recipient, { minItems: 1, maxItems: BATCH_SIZE }),
  /** Whether it may have been taken before without web having heard of that. */
  again: Type.Optional(Type.Boolean()),
  /** Of one that comes `again`: how long ago it was about to be brought for the first time. A web of before does not say. */
  since_first_ms: Type.Optional(Type.Integer({ minimum: 0 })),
});
export type Batch = Static<typeof Batch>;
export const parseBatch = parser(Batch);

/** How an email stands in the email client's journal; it is absent once its end was reported and acknowledged. */
export const JournalEntry = Type.Object({
  id: Id,
  run: Type.Integer(),
  seq: Type.Integer(),
  state: EmailStateSchema,
  attempt: Type.Integer(),
  due: Type.Optional(Time),
});
export type JournalEntry = Static<typeof JournalEntry>;

/** The answer to `GET /v1/batches/:id`. A batch that is `done` has nothing left that web was not told. */
export const BatchStatus = Type.Object({
  batch: Id,
  done: Type.Boolean(),
  emails: Type.Array(JournalEntry),
  /** Whether its content is gone: it waits until that is brought again. */
  content_missing: Type.Optional(Type.Boolean()),
});
export type BatchStatus = Static<typeof BatchStatus>;
export const parseBatchStatus = parser(BatchStatus);
