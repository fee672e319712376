import { ConflictError, OutcomeUnknownError } from "./faults.ts";

/**
 * What the API says of a call that another service refused, so that nothing was done; or of which it did not tell whether it was:
 * done once more it may be done twice. `unknown` says what nobody can say then.
 */
export function notAnswered(
  { kind, why }: { kind: "refused" | "unreachable"; why: string },
  unknown: string,
): Error {
  return kind === "refused"
    ? new ConflictError(why)
    : new OutcomeUnknownError(`${unknown} (${why}).`);
}
