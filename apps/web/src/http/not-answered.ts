import { ConflictError, OutcomeUnknownError } from "./faults.ts";

/**
 * What the API says of a test of which no gateway told: the email client refused the call, so nothing was sent; or nobody
 * heard of it, and sent once more it may arrive twice.
 */
export function notAnswered({
  kind,
  why,
}: {
  kind: "refused" | "unreachable";
  why: string;
}): Error {
  return kind === "refused"
    ? new ConflictError(why)
    : new OutcomeUnknownError(
        `Nobody can say whether the test was sent: the email client did not tell (${why}).`,
      );
}
