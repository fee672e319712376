import { DrizzleQueryError } from "drizzle-orm";

/** Serialization failure, deadlock, and a lock that was not to be had: Postgres asks for another try. */
const TRY_AGAIN = new Set(["40001", "40P01", "55P03"]);

const MOST_TRIES = 5;

/** Runs a transaction again when Postgres says that only chance was against it. Anything else is thrown as it is. */
export async function retried<T>(run: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await run();
    } catch (error) {
      if (tries === MOST_TRIES || !TRY_AGAIN.has(codeOf(error))) throw error;
    }
  }
}

/** The five characters with which Postgres names a fault (its manual, appendix A), or an empty text. */
export function codeOf(error: unknown): string {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  return typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
}
