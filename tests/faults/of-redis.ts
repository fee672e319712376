import type { Draws } from "@mailwright/platform";
import { cutLog, logSize, type OwnServer, until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { type Fault, PAST_THE_LOCK, SHORT, TRIES_AGAIN_MS } from "./faults.ts";
import { setUpGateways } from "./gateways.ts";
import type { World } from "./world.ts";

/** How long the nodes of a cluster take to be of one mind again, and whoever talks to them to find that out. */
const CLUSTER_AGAIN_MS = 10_000;

/** Redis, or one of a cluster's nodes. */
function oneOf({ redis, cluster }: World, draws: Draws): OwnServer {
  return cluster === undefined ? redis : draws.pick(cluster.nodes);
}

/** Does something to a server itself, past every link. */
async function order(server: OwnServer, [command = "", ...rest]: string[]): Promise<void> {
  const redis = new Redis(server.url);
  try {
    await redis.call(command, rest);
  } finally {
    redis.disconnect();
  }
}

function told(name: string, bad: string[], good: string[]): Fault {
  return {
    name: `Redis ${name}`,
    weight: 1,
    ...SHORT,
    async strike(all, draws) {
      const server = oneOf(all, draws);
      await order(server, bad);
      return () => order(server, good);
    },
  };
}

const killed: Fault = {
  name: "kill -9 of Redis",
  weight: 2,
  bunches: true,
  ...SHORT,
  async strike(all, draws) {
    const server = oneOf(all, draws);
    await server.kill();
    return () => server.start();
  },
};

/**
 * Redis comes back without the last seconds before it died, cut off somewhere in a command, as after a power cut: what it
 * had acknowledged is not on its disk.
 */
const lostSeconds: Fault = {
  name: "Redis has lost its last seconds",
  weight: 1,
  bunches: true,
  ...SHORT,
  async strike(all, draws) {
    const server = oneOf(all, draws);
    const kept = logSize(server) + draws.below(100);
    await Bun.sleep(300 + draws.below(1_700));
    await server.kill();
    cutLog(server, kept);
    return () => server.start();
  },
};

/** Redis is emptied. The gateways are gone too, and somebody enters them again. */
const emptied: Fault = {
  name: "Redis is emptied",
  weight: 1,
  bunches: true,
  ...SHORT,
  async strike(all) {
    await order(all.redis, ["FLUSHALL"]);
    return () =>
      until(() => setUpGateways(all).then(() => true), {
        what: "the gateways to be set up again",
        timeoutMs: 60_000,
        everyMs: 200,
      });
  },
};

/**
 * So long that the others take it for dead. One that has a replica is replaced meanwhile, and when it goes on it takes
 * itself for the master until it hears of that.
 */
const frozenNode: Fault = {
  name: "SIGSTOP of a node of Redis",
  weight: 2,
  bunches: true,
  ...PAST_THE_LOCK,
  async strike(all, draws) {
    const { pid } = oneOf(all, draws);
    process.kill(pid, "SIGSTOP");
    return () => process.kill(pid, "SIGCONT");
  },
};

const allNodesKilled: Fault = {
  name: "kill -9 of all nodes of Redis",
  weight: 1,
  bunches: true,
  ...SHORT,
  async strike({ cluster }) {
    const nodes = cluster?.nodes ?? [];
    await Promise.all(nodes.map((node) => node.kill()));
    return () => Promise.all(nodes.map((node) => node.start()));
  },
};

const isFull = told(
  "is full",
  ["CONFIG", "SET", "maxmemory", "1mb"],
  ["CONFIG", "SET", "maxmemory", "0"],
);
const isReadOnly = told(
  "is read-only",
  ["REPLICAOF", "127.0.0.1", "1"],
  ["REPLICAOF", "NO", "ONE"],
);
const missesReplicas = told(
  "misses its replicas",
  ["CONFIG", "SET", "min-replicas-to-write", "3"],
  ["CONFIG", "SET", "min-replicas-to-write", "0"],
);

/** What happens to an installation's only Redis. */
export const OF_REDIS: readonly Fault[] = [
  killed,
  lostSeconds,
  emptied,
  isFull,
  isReadOnly,
  missesReplicas,
].map((fault) => ({ ...fault, silencesMs: TRIES_AGAIN_MS }));

/** What happens to the nodes of a cluster. */
export const OF_CLUSTER: readonly Fault[] = [
  killed,
  { ...killed, name: "kill -9 of a node of Redis, for long", ...PAST_THE_LOCK },
  lostSeconds,
  isFull,
  missesReplicas,
  frozenNode,
  allNodesKilled,
].map((fault) => ({ ...fault, silencesMs: CLUSTER_AGAIN_MS }));
