import { freePort } from "@mailwright/launcher/ports.ts";
import { Redis } from "ioredis";
import { ownRedis, type OwnServer } from "./own-servers.ts";
import { PASSWORD } from "./throwaway.ts";
import { until } from "./until.ts";

/** A Redis Cluster of a test's own: masters, each with its share of the slots. */
export interface OwnCluster extends AsyncDisposable {
  /** To kill and to start again; without a replica a cluster without one of them serves nobody. */
  nodes: OwnServer[];
  /** The URLs of all nodes, separated by commas. */
  url: string;
  /** Adds a replica of a node, and resolves when it has all that the node has. */
  addReplica(of: OwnServer): Promise<OwnServer>;
}

const SLOTS = 16_384;

/** The nodes take each other for dead after this long. */
const NODE_TIMEOUT_MS = "2000";

const EVERY_NODE = {
  "cluster-enabled": "yes",
  "cluster-node-timeout": NODE_TIMEOUT_MS,
  masterauth: PASSWORD,
  // With `everysec` Redis answers before it has written while the disk is slow, and what it took is lost with the process.
  appendfsync: "always",
};

interface Node {
  server: OwnServer;
  busPort: number;
}

/** Starts a Redis Cluster, durable as the product's Redis is, and waits until every node says that it is whole. */
export async function ownRedisCluster(size = 3): Promise<OwnCluster> {
  await using starting = new AsyncDisposableStack();
  const members: Node[] = [];
  for (let n = 0; n < size; n++) members.push(await startNode(starting));
  const nodes = members.map(({ server }) => server);
  for (const [n, node] of nodes.entries()) {
    const first = Math.floor((n * SLOTS) / size);
    const last = Math.floor(((n + 1) * SLOTS) / size) - 1;
    await askNode(node, "cluster", "addslotsrange", String(first), String(last));
    await askNode(node, "cluster", "set-config-epoch", String(n + 1));
  }
  await introduce(members);
  const owned = starting.move();
  return {
    nodes,
    url: nodes.map(({ url }) => url).join(","),
    async addReplica(of) {
      const replica = await startNode(owned);
      members.push(replica);
      await introduce(members);
      const { server } = replica;
      await askNode(server, "cluster", "replicate", await askNode(of, "cluster", "myid"));
      const isUp = async () =>
        (await askNode(server, "info", "replication")).includes("master_link_status:up");
      await until(isUp, { what: "the replica to have what its master has", timeoutMs: 30_000 });
      return server;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function startNode(stack: AsyncDisposableStack): Promise<Node> {
  // By default ten thousand above the other port, where many free ones have none.
  const busPort = freePort();
  const settings = { ...EVERY_NODE, "cluster-port": String(busPort) };
  return { server: stack.use(await ownRedis(settings)), busPort };
}

/** Makes all of them known to each other. */
async function introduce(members: Node[]): Promise<void> {
  const [first] = members as [Node];
  for (const { server, busPort } of members) {
    const address = ["127.0.0.1", String(server.port), String(busPort)];
    await askNode(first.server, "cluster", "meet", ...address);
  }
  const isWhole = async ({ server }: Node) => {
    const info = await askNode(server, "cluster", "info");
    const known = info.includes(`cluster_known_nodes:${members.length}`);
    return known && info.includes("cluster_state:ok");
  };
  await until(async () => (await Promise.all(members.map(isWhole))).every(Boolean), {
    what: "every node to say that the cluster is whole",
    timeoutMs: 30_000,
    everyMs: 50,
  });
}

async function askNode({ url }: OwnServer, name: string, ...args: string[]): Promise<string> {
  const redis = new Redis(url);
  try {
    return String(await redis.call(name, ...args));
  } finally {
    redis.disconnect();
  }
}
