import type { Clock, Log } from "@mailwright/platform";
import { Cluster, type Redis } from "ioredis";
import type { RedisClient } from "./open.ts";

const PATIENCE_MS = 30_000;
const ASK_AGAIN_MS = 200;
/** The first with flagged scripts, by which work in progress can go on when memory is full. */
const OLDEST_VERSION = 7;

/**
 * Waits until Redis answers and has loaded its data, and says what is wrong with it, of a cluster with each of its
 * masters. Throws when it does not come up, is too old, is a cluster of which one node alone was named, or `signal` aborts.
 */
export async function requireRedis(
  redis: RedisClient,
  clock: Clock,
  log: Log,
  signal?: AbortSignal,
): Promise<void> {
  await waitForRedis(redis, clock, signal);
  for (const { node, name } of nodesOf(redis)) await requireVersion(node, name);
  for (const fault of await redisFaults(redis)) log.error(fault);
  if (redis instanceof Cluster) return;
  if (/^(redis|server)_mode:cluster/m.test(await redis.info("server"))) {
    throw new Error(
      "Redis is a node of a Redis Cluster: name several of its nodes in REDIS_URL, separated by commas",
    );
  }
}

/** What is wrong with how Redis keeps data, in sentences; of a cluster, with each of its masters. */
export async function redisFaults(redis: RedisClient): Promise<string[]> {
  const faults: string[] = [];
  for (const { node, name } of nodesOf(redis)) faults.push(...(await durabilityFaults(node, name)));
  return faults;
}

function nodesOf(redis: RedisClient): { node: Redis; name: string }[] {
  if (!(redis instanceof Cluster)) return [{ node: redis, name: "Redis" }];
  return redis
    .nodes("master")
    .map((node) => ({ node, name: `Redis at ${node.options.host}:${node.options.port}` }));
}

async function waitForRedis(redis: RedisClient, clock: Clock, signal?: AbortSignal): Promise<void> {
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

async function requireVersion(redis: Redis, name: string): Promise<void> {
  const version = /^redis_version:(\S+)/m.exec(await redis.info("server"))?.[1] ?? "";
  if (Number.parseInt(version, 10) < OLDEST_VERSION) {
    throw new Error(`${name} is version ${version}; it has to be ${OLDEST_VERSION}.0 or newer`);
  }
}

/** The promise of the journal rests on these settings. */
async function durabilityFaults(redis: Redis, name: string): Promise<string[]> {
  try {
    const [, appendonly] = (await redis.config("GET", "appendonly")) as string[];
    const [, sync] = (await redis.config("GET", "appendfsync")) as string[];
    const [, policy] = (await redis.config("GET", "maxmemory-policy")) as string[];
    return [
      ...(appendonly === "yes"
        ? []
        : [
            `${name} runs without its append-only file: set 'appendonly yes', or a crash of Redis loses emails in progress`,
          ]),
      ...(appendonly === "yes" && sync !== "always"
        ? [
            `${name} answers before its file is on the disk (appendfsync ${sync}): set 'appendfsync always', or a power cut that takes the email client too can have emails of its last second sent twice`,
          ]
        : []),
      ...(policy === "noeviction"
        ? []
        : [
            `${name} may evict keys (maxmemory-policy ${policy}): set 'maxmemory-policy noeviction', or emails in progress can vanish`,
          ]),
    ];
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return [
      CONFIG_REFUSED.test(said)
        ? `${name} does not let its settings be read (CONFIG is disabled): make sure that it has 'appendonly yes', 'appendfsync always' and 'maxmemory-policy noeviction'`
        : `${name} could not be asked how it keeps data (${said}), so nobody knows whether emails in progress are safe`,
    ];
  }
}

/** Renamed away, as hosts of Redis do it, or not allowed to this user. */
const CONFIG_REFUSED = /^(?:ERR unknown command|NOPERM)\b/;
