import type { KeptForm } from "../ui/send-again.tsx";

/**
 * What a route throws when it has nothing to show: `errors.tsx` turns each into a page, a message or a problem document
 * with the status that belongs to it. The text is for the person who asked.
 */
export class NotFoundError extends Error {
  override readonly name = "NotFoundError";
  readonly status = 404;
  constructor(message = "There is nothing here. It may have been deleted.") {
    super(message);
  }
}

/** It cannot be done as things are now; the text says why. */
export class ConflictError extends Error {
  override readonly name = "ConflictError";
  readonly status = 409;
}

export class ForbiddenError extends Error {
  override readonly name = "ForbiddenError";
  readonly status = 403;
  constructor(
    message = "Your role does not allow this. Ask an admin to do it, or for another role.",
    /** What was typed, for whoever is signed in to send it if they want to. */
    readonly kept?: KeptForm,
  ) {
    super(message);
  }
}

/** Nobody is signed in, or the token is not one of ours. */
export class UnauthenticatedError extends Error {
  override readonly name = "UnauthenticatedError";
  readonly status = 401;
  constructor(
    message: string,
    /** What was typed, to be sent by whoever signs in. */
    readonly kept?: KeptForm | "too long",
  ) {
    super(message);
  }
}

/** There is one page to see before any other. */
export class DetourError extends Error {
  override readonly name = "DetourError";
  readonly status = 303;
  constructor(readonly to: string) {
    super("Another page comes first.");
  }
}

/** A request that cannot be taken as it stands: too large, of the wrong kind, not readable. Repeating it does no harm. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  constructor(
    readonly status: 400 | 408 | 413 | 415 | 429 | 503,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}

/** Nobody can say whether it was carried out, and carried out once more it would do harm. */
export class OutcomeUnknownError extends Error {
  override readonly name = "OutcomeUnknownError";
  readonly status = 503;
}

/** Input that the domain refused after its shape was found good: a message a field. Pages show their form again instead. */
export class InvalidInputError extends Error {
  override readonly name = "InvalidInputError";
  readonly status = 422;
  constructor(readonly errors: Record<string, string>) {
    super("The input does not fit");
  }
}

export type Fault =
  | NotFoundError
  | ConflictError
  | ForbiddenError
  | UnauthenticatedError
  | DetourError
  | RequestError
  | OutcomeUnknownError
  | InvalidInputError;

export function isFault(error: unknown): error is Fault {
  return (
    error instanceof NotFoundError ||
    error instanceof ConflictError ||
    error instanceof ForbiddenError ||
    error instanceof UnauthenticatedError ||
    error instanceof DetourError ||
    error instanceof RequestError ||
    error instanceof OutcomeUnknownError ||
    error instanceof InvalidInputError
  );
}

/** The value, or a 404: `const contact = found(await readContact(db, id))`. */
export function found<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new NotFoundError();
  return value;
}
