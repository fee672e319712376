import type { Clock, Log } from "@mailwright/platform";
import type { Redis } from "ioredis";

const PATIENCE_MS = 30_000;
const ASK_AGAIN_MS = 200;
/** The first with flagged scripts, by which work in progress can go on when memory is full. */
const OLDEST_VERSION = 7;

/**
 * Waits until Redis answers and has loaded its data, and says what is wrong with it. Throws when it does not come up, is
 * too old, or `signal` aborts.
 */
export async function requireRedis(
  redis: Redis,
  clock: Clock,
  log: Log,
  signal?: AbortSignal,
): Promise<void> {
  await waitForRedis(redis, clock, signal);
  const version = /^redis_version:(\S+)/m.exec(await redis.info("server"))?.[1] ?? "";
  if (Number.parseInt(version, 10) < OLDEST_VERSION) {
    throw new Error(`Redis is version ${version}; it has to be ${OLDEST_VERSION}.0 or newer`);
  }
  for (const fault of await durabilityFaults(redis)) log.error(fault);
}

async function waitForRedis(redis: Redis, clock: Clock, signal?: AbortSignal): Promise<void> {
  for (let left = PATIENCE_MS / ASK_AGAIN_MS; ; left--) {
    try {
      await redis.ping();
      return;
    } catch (error) {
      if (left === 0) throw error;
      await clock.sleep(ASK_AGAIN_MS, signal);
    }
  }
}

/** What is wrong with how Redis keeps data, in sentences. The promise of the journal rests on these two settings. */
async function durabilityFaults(redis: Redis): Promise<string[]> {
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
