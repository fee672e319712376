import { type Static, Type } from "@sinclair/typebox";

/** What an attempt can come to when the service did not take it, as far as anybody knows. */
const REFUSALS = [
  Type.Literal("rejected"),
  Type.Literal("unauthorized"),
  Type.Literal("throttled"),
  Type.Literal("unavailable"),
  Type.Literal("ambiguous"),
] as const;

/** What an attempt can come to, the best first. */
export const OutcomeSchema = Type.Union([Type.Literal("accepted"), ...REFUSALS]);
export type OutcomeName = Static<typeof OutcomeSchema>;
export const OUTCOMES: readonly OutcomeName[] = OutcomeSchema.anyOf.map((each) => each.const);

/** The same of a check, which sends nothing and so has nothing accepted. */
export const CheckOutcomeSchema = Type.Union([Type.Literal("ready"), ...REFUSALS]);
