import { type Log, type Clock } from "@mailwright/platform";
import { Redis } from "ioredis";

export interface OpenRedisOptions {
  /** For BullMQ's workers and blocking reads, which wait for Redis as long as it takes. */
  patient?: boolean;
}

/**
 * Opens one connection. A request path fails fast (a command is tried again once, and never waits longer than
 * `commandTimeout`); a patient connection waits for Redis to come back. Either reconnects by itself.
 */
export function openRedis(
  url: string,
  log: Log,
  { patient = false }: OpenRedisOptions = {},
): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: patient ? null : 1,
    ...(!patient && { commandTimeout: 10_000 }),
    connectTimeout: 5_000,
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

/** Waits until Redis answers and has loaded its data, or throws after `patienceMs`. */
export async function waitForRedis(redis: Redis, clock: Clock, patienceMs = 30_000): Promise<void> {
  const giveUpAt = clock.now() + patienceMs;
  for (;;) {
    try {
      await redis.ping();
      return;
    } catch (error) {
      if (clock.now() > giveUpAt) throw error;
      await clock.sleep(200);
    }
  }
}

/** What is wrong with how Redis keeps data, in sentences. The promise of the journal rests on these two settings. */
export async function durabilityFaults(redis: Redis): Promise<string[]> {
  try {
    const [, appendonly] = (await redis.config("GET", "appendonly")) as string[];
    const [, policy] = (await redis.config("GET", "maxmemory-policy")) as string[];
    return [
      ...(appendonly === "yes"
        ? []
        : [
            "Redis runs without its append-only file: set 'appendonly yes', or a crash of Redis loses emails in progress",
          ]),
      ...(policy === "noeviction"
        ? []
        : [
            `Redis may evict keys (maxmemory-policy ${policy}): set 'maxmemory-policy noeviction', or emails in progress can vanish`,
          ]),
    ];
  } catch {
    return [
      "Redis does not let its settings be read (CONFIG is disabled): make sure that it has 'appendonly yes' and 'maxmemory-policy noeviction'",
    ];
  }
}
