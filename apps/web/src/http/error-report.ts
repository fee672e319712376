import { DrizzleQueryError } from "drizzle-orm/errors";

/**
 * What the log may say of an unexpected error. The messages of a failed query and of Postgres repeat the values, which
 * may be a person's address; so of those only the statement, the code and the names of what it touched are told.
 */
export function reportOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error };
  const { code, constraint, table } = (
    error instanceof DrizzleQueryError ? error.cause : error
  ) as {
    code?: unknown;
    constraint?: unknown;
    table?: unknown;
  };
  const isQuery = error instanceof DrizzleQueryError || error.name === "PostgresError";
  return {
    error: error.name,
    ...(!isQuery && { message: error.message }),
    ...(error instanceof DrizzleQueryError && { query: error.query }),
    code,
    constraint: constraint ?? (error as { constraint_name?: unknown }).constraint_name,
    table: table ?? (error as { table_name?: unknown }).table_name,
    stack: framesOf(error),
  };
}

/** The stack without the message it begins with. */
function framesOf(error: Error): string[] {
  return (error.stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
}
