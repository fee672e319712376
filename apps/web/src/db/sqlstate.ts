import { DrizzleQueryError } from "drizzle-orm";

/** The names of faults that somebody expects, as Postgres has them (its manual, appendix A). */
export const FOREIGN_KEY_VIOLATION = "23503";
export const UNIQUE_VIOLATION = "23505";
export const CHECK_VIOLATION = "23514";
export const LOCK_NOT_AVAILABLE = "55P03";
export const QUERY_CANCELED = "57014";
export const DISK_FULL = "53100";

/**
 * The five characters with which Postgres names a fault, or what the driver and the network call theirs; an empty text
 * for what is none.
 */
export function codeOf(error: unknown): string {
  const { code } = faultOf(error);
  return code === undefined ? "" : String(code);
}

/** The function of Postgres that reported a fault; an empty text for any other. */
export function routineOf(error: unknown): string {
  const { routine } = faultOf(error);
  return routine === undefined ? "" : String(routine);
}

function faultOf(error: unknown): { code?: unknown; routine?: unknown } {
  const cause: unknown = error instanceof DrizzleQueryError ? error.cause : error;
  return typeof cause === "object" && cause !== null ? cause : {};
}
