import { Cluster, Redis } from "ioredis";
import type { Installation } from "./installation.ts";

/**
 * One Redis or all nodes of a cluster, reached past every fault. A command waits for as long as it takes, or gives up after
 * `patienceMs`. The caller disconnects it.
 */
export function directRedis(
  { redis, cluster }: Pick<Installation, "redis" | "cluster">,
  patienceMs?: number,
): Redis | Cluster {
  const impatient = patienceMs !== undefined && {
    commandTimeout: patienceMs,
    maxRetriesPerRequest: 0,
  };
  const enableOfflineQueue = patienceMs === undefined;
  if (cluster === undefined) return new Redis(redis.url, { ...impatient, enableOfflineQueue });
  const password = decodeURIComponent(new URL(redis.url).password);
  return new Cluster(
    cluster.nodes.map(({ port }) => ({ host: "127.0.0.1", port })),
    { redisOptions: { password, ...impatient }, enableOfflineQueue, enableReadyCheck: false },
  );
}

/** Each server that has a part of it, to ask for what is not under one key. */
export function serversOf(redis: Redis | Cluster): Redis[] {
  return redis instanceof Cluster ? redis.nodes("master") : [redis];
}
