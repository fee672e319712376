import type { Log } from "@mailwright/platform";
import { Cluster, type ClusterOptions, Redis } from "ioredis";

/** One Redis, or a Redis Cluster: whoever names the keys of a command in one shard need not know which. */
export type RedisClient = Redis | Cluster;

/** What holds for the connection to any node. */
type NodeOptions = Omit<NonNullable<ClusterOptions["redisOptions"]>, "replyMapping">;

export interface OpenRedisOptions {
  /** For BullMQ's workers and blocking reads, which wait for Redis as long as it takes. */
  patient?: boolean;
}

/** Longer than any command may block (BullMQ's wait for a job takes up to ten seconds). */
const PATIENT_SILENCE_MS = 20_000;
const FAST_SILENCE_MS = 5_000;

/**
 * Opens one connection; to a Redis Cluster if several of its nodes are named. A request path fails fast (a command is tried
 * again once, and never waits longer than `commandTimeout`); a patient connection waits for Redis to come back. Either
 * reconnects by itself, also when the other end has vanished without a word.
 */
export function openRedis(
  urls: readonly string[],
  log: Log,
  { patient = false }: OpenRedisOptions = {},
): RedisClient {
  const options: NodeOptions = {
    maxRetriesPerRequest: patient ? null : 1,
    ...(!patient && { commandTimeout: 5_000 }),
    connectTimeout: 5_000,
    // A commit that is sent again because its answer was lost is not written twice.
    socketTimeout: patient ? PATIENT_SILENCE_MS : FAST_SILENCE_MS,
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
  };
  const [first = "", ...others] = urls;
  if (others.length > 0) return openCluster(urls, options, log, patient);
  const redis = new Redis(first, { ...options, retryStrategy: waitBetweenTries });
  watch(redis, new Set(), first, log);
  return redis;
}

/**
 * The user, password and TLS of the first node count for all. A command whose node closes is given to whoever has its slot a
 * tenth of a second later, and so on, until the node is back or another has taken its place; while none answers, it waits.
 * ioredis can reconnect to a node instead (`clusterNodeRetryStrategy`), but what waits for one that is replaced meanwhile is
 * never heard of again.
 */
function openCluster(
  urls: readonly string[],
  options: NodeOptions,
  log: Log,
  patient: boolean,
): Cluster {
  const nodes = urls.map((url) => new URL(url));
  const { protocol, username, password } = nodes[0] as URL;
  const cluster = new Cluster(
    nodes.map(({ hostname, port }) => ({ host: hostname, port: Number(port || 6379) })),
    {
      redisOptions: {
        ...options,
        ...(username !== "" && { username: decodeURIComponent(username) }),
        ...(password !== "" && { password: decodeURIComponent(password) }),
        ...(protocol === "rediss:" && { tls: {} }),
      },
      clusterRetryStrategy: waitBetweenTries,
      // With it, `connect()` never resolves when the cluster is down at that moment, not even once it is back; BullMQ awaits
      // that when a blocking read took too long, and would never ask for a job again. Commands wait or fail without it too.
      enableReadyCheck: false,
      // A second or two of tries.
      maxRedirections: patient ? Number.POSITIVE_INFINITY : 16,
      enableOfflineQueue: patient,
      // Certificates are for names, so the names are kept.
      dnsLookup: (name, done) => done(null, name),
    },
  );
  const down = new Set<string>();
  watch(cluster, down, "cluster", log);
  cluster.on("+node", (node: Redis) => {
    const { host, port } = node.options;
    const name = `${host}:${port}`;
    watch(node, down, name, log.child({ node: name }));
  });
  return cluster;
}

/** Back within five seconds of Redis: 50, 100, 150 ... 1,000 ms, each with jitter. */
function waitBetweenTries(times: number): number {
  return Math.min(times * 50, 1_000) * (0.5 + Math.random() / 2);
}

/** Says once that one does not answer, and once that it does again: `down` has the names of those that do not. */
function watch(redis: RedisClient, down: Set<string>, name: string, log: Log): void {
  redis.on("error", (error: Error) => {
    if (!down.has(name)) log.warn({ why: error.message }, "Redis does not answer; waiting for it");
    down.add(name);
  });
  redis.on("ready", () => {
    if (down.delete(name)) log.info("Redis answers again");
  });
}
