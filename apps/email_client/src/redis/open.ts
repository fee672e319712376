import type { Log } from "@mailwright/platform";
import { Redis } from "ioredis";

export interface OpenRedisOptions {
  /** For BullMQ's workers and blocking reads, which wait for Redis as long as it takes. */
  patient?: boolean;
}

/** Longer than any command may block (BullMQ's wait for a job takes up to ten seconds). */
const PATIENT_SILENCE_MS = 20_000;
const FAST_SILENCE_MS = 5_000;

/**
 * Opens one connection. A request path fails fast (a command is tried again once, and never waits longer than
 * `commandTimeout`); a patient connection waits for Redis to come back. Either reconnects by itself, also when the other
 * end has vanished without a word.
 */
export function openRedis(
  url: string,
  log: Log,
  { patient = false }: OpenRedisOptions = {},
): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: patient ? null : 1,
    ...(!patient && { commandTimeout: 5_000 }),
    connectTimeout: 5_000,
    // A commit that is sent again because its answer was lost is not written twice.
    socketTimeout: patient ? PATIENT_SILENCE_MS : FAST_SILENCE_MS,
    // Back within five seconds of Redis: 50, 100, 150 ... 1,000 ms, each with jitter.
    retryStrategy: (times) => Math.min(times * 50, 1_000) * (0.5 + Math.random() / 2),
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
  });
  let down = false;
  redis.on("error", (error) => {
    if (!down) log.warn({ why: error.message }, "Redis does not answer; waiting for it");
    down = true;
  });
  redis.on("ready", () => {
    if (down) log.info("Redis answers again");
    down = false;
  });
  return redis;
}
