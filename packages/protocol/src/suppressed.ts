import { type Static, Type } from "@sinclair/typebox";
import { Id, parser } from "./values.ts";

/** At most this many emails in one call. */
export const SUPPRESSED_LIMIT = 5_000;

/**
 * Emails, by id and run, whose recipient must not be mailed any more. No attempt of one begins once the call has returned,
 * whether the email client has it, or has it later; one that is under way ends as it ends.
 */
export const Suppressed = Type.Object({
  emails: Type.Array(Type.Object({ id: Id, run: Type.Integer({ minimum: 1, maximum: 32_767 }) }), {
    minItems: 1,
    maxItems: SUPPRESSED_LIMIT,
  }),
});
export type Suppressed = Static<typeof Suppressed>;
export const parseSuppressed = parser(Suppressed);
