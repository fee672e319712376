import { type Static, Type } from "@sinclair/typebox";
import { Id, parser } from "./values.ts";
import { WebhookFact } from "./webhooks.ts";

/** At most this many facts in one call. */
export const FACTS_LIMIT = 500;

/** What the email client has found out about emails by itself, as a gateway's bounce mailbox tells it. */
export const ToldFacts = Type.Object({
  /** Whose emails they are of, by its kind and by its name. */
  gateway: Type.Object({ id: Id, kind: Type.String(), name: Type.String() }),
  facts: Type.Array(WebhookFact, { minItems: 1, maxItems: FACTS_LIMIT }),
});
export type ToldFacts = Static<typeof ToldFacts>;
export const parseToldFacts = parser(ToldFacts);

/**
 * What became of them, once all that follows is committed: new ones, those that were known, those of emails that the gateway
 * was never given or that are gone, and the emails in doubt that are settled by them.
 */
export const FactsAnswer = Type.Object({
  taken: Type.Integer(),
  repeated: Type.Integer(),
  unknown: Type.Integer(),
  settled: Type.Integer(),
});
export type FactsAnswer = Static<typeof FactsAnswer>;
export const parseFactsAnswer = parser(FactsAnswer);
