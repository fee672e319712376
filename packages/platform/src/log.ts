import pino from "pino";

export type Log = pino.Logger;

/** From the fewest lines to the most, and none at all. */
export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * One structured log a process, JSON lines on stdout or to `lines`. Whatever is called like a secret or
 * like content is replaced before it is written, at any of the first three levels of an object. An error goes under `err`,
 * and is told as `describeError` says.
 */
export function createLog(
  service: string,
  level: LogLevel = "info",
  lines?: pino.DestinationStream,
): Log {
  return pino(
    {
      level,
      base: { service },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describeError },
      redact: { paths: redactedPaths(), censor: "[redacted]" },
    },
    lines,
  );
}

export const silentLog: Log = pino({ level: "silent" });

const REDACTED = [
  "password",
  "secret",
  "secrets",
  "token",
  "authorization",
  "cookie",
  "body",
  "html",
  "text",
  "subject",
  "email",
  "variables",
  "recipients",
];

function redactedPaths(): string[] {
  return REDACTED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
}

/**
 * What the log says of an error. The message of a failed query repeats its parameters, and Postgres repeats the row that
 * it refused: both may be a person's address, so of such errors only the statement, the code, the place and the names of
 * what it touched are told.
 */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const cause = error.cause instanceof Error ? error.cause : undefined;
  const { code, constraint_name, table_name } = (cause ?? error) as {
    code?: unknown;
    constraint_name?: unknown;
    table_name?: unknown;
  };
  const fromQuery = "query" in error || "params" in error || error.name === "PostgresError";
  return {
    type: error.name,
    ...(!fromQuery && { message: error.message }),
    ...(fromQuery && "query" in error && { query: error.query }),
    code,
    constraint: constraint_name,
    table: table_name,
    stack: (error.stack ?? "")
      .split("\n")
      .filter((line) => /^\s+at /.test(line))
      .map((line) => line.trim()),
    ...(cause !== undefined && !fromQuery && { cause: describeError(cause) }),
  };
}
