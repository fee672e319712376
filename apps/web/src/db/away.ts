import { codeOf, DISK_FULL, routineOf } from "./sqlstate.ts";

/** So long anybody waits for the first answer of the database. To connect takes at most as long (`open.ts`). */
const PATIENCE_MS = 5_000;

/** The database did not answer in time: it is away, or all connections are taken. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
  readonly code = "NO_ANSWER";
}

/**
 * What a query answers, unless that takes longer than a person waits. It is for what every request asks first and what
 * takes a millisecond: a connection that goes nowhere is noticed by TCP after a quarter of an hour.
 */
export async function answeredSoon<T>(query: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new NoAnswerError("the database did not answer in time")),
    PATIENCE_MS,
  );
  try {
    return await Promise.race([query, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** What the network, the driver and Postgres (its manual, appendix A) call it when there is no database to be had. */
const AWAY = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECTION_ENDED",
  "NO_ANSWER",
  "53300",
  "57P01",
  "57P02",
  "57P03",
]);

/** Whether an error says that the database cannot be reached now, which is no fault of what was asked. */
export function isAway(error: unknown): boolean {
  return AWAY.has(codeOf(error));
}

/** A quota and a limit on files are no full disk to Postgres: it tells only where it wanted to make a file larger. */
const EXTENDING = new Set(["mdextend", "mdzeroextend"]);

/** Whether an error says that the database has no room to write: what is there can still be read. */
export function isFull(error: unknown): boolean {
  const code = codeOf(error);
  return code === DISK_FULL || (code === "XX000" && EXTENDING.has(routineOf(error)));
}
