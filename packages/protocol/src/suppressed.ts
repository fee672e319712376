import { type Static, Type } from "@sinclair/typebox";
import { Id, parser } from "./values.ts";

/** At most this many emails in one call. */
export const SUPPRESSED_LIMIT = 5_000;

const SuppressedEmail = Type.Object({
  id: Id,
  run: Type.Integer({ minimum: 1, maximum: 32_767 }),
  /** No web had begun to hand it over by then, so none will bring it: where it is not there, nothing is to be remembered. */
  unbrought: Type.Optional(Type.Boolean()),
});
export type SuppressedEmail = Static<typeof SuppressedEmail>;

/**
 * Emails, by id and run, whose recipient must not be mailed any more. No attempt of one begins once the call has returned,
 * whether the email client has it, or has it within a day; one that is under way ends as it ends.
 */
export const Suppressed = Type.Object({
  emails: Type.Array(SuppressedEmail, { minItems: 1, maxItems: SUPPRESSED_LIMIT }),
});
export type Suppressed = Static<typeof Suppressed>;
export const parseSuppressed = parser(Suppressed);
