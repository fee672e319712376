import { afterEach, beforeEach, expect, test } from "bun:test";
import { type OwnCluster, type OwnServer, until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { ended, launchCampaign } from "./campaign.ts";
import { type Installation, startInstallation } from "./installation.ts";
import { expectPromiseKept } from "./promise.ts";

/** Each is a batch, which falls into a shard by chance: once in four million runs one node of three gets none of forty. */
const CAMPAIGNS = 40;
const CONTACTS = 40;

let cluster: OwnCluster;
let all: Installation;

beforeEach(async () => {
  const emailClientEnv = { SEND_CONCURRENCY: "8", ATTEMPT_DEADLINE_MS: "3000" };
  all = await startInstallation({ emailClients: 2, emailClientEnv, cluster: true });
  cluster = all.cluster as OwnCluster;
});
afterEach(() => all[Symbol.asyncDispose]());

function launchCampaigns(): Promise<string[]> {
  return Promise.all(Array.from({ length: CAMPAIGNS }, () => launchCampaign(all, CONTACTS)));
}

/** How many emails the journal has on each node, and of how many batches it knows there. */
function held(): Promise<{ emails: number; batches: number }[]> {
  return Promise.all(
    cluster.nodes.map(async ({ url }) => {
      const redis = new Redis(url);
      try {
        const indexes = await redis.keys("{mw-*}:index");
        const emails = await Promise.all(indexes.map((index) => redis.hlen(index)));
        const batches = await redis.keys("{mw-*}:batch:*");
        return { emails: emails.reduce((sum, n) => sum + n, 0), batches: batches.length };
      } finally {
        redis.disconnect();
      }
    }),
  );
}

async function sent(): Promise<number> {
  const [row] = await all.sql`SELECT count(*)::int AS n FROM email WHERE state = 'sent'`;
  return row?.["n"] as number;
}

test("on a Redis Cluster of three nodes all of them share the work, and campaigns end with the promise kept", async () => {
  const campaigns = await launchCampaigns();
  for (const campaign of campaigns)
    expect((await ended(all, campaign)).counts).toEqual({ sent: CONTACTS });
  await expectPromiseKept(all, ...campaigns);
  const left = await held();
  expect(left.map(({ emails }) => emails)).toEqual([0, 0, 0]);
  expect(left.every(({ batches }) => batches > 0)).toBe(true);
  expect(left.reduce((sum, { batches }) => sum + batches, 0)).toBe(CAMPAIGNS);
});

/** Launches, and resolves when a hundred emails are sent and the second node holds some of the others. */
async function launchAndWait(): Promise<string[]> {
  await all.mock("PUT", "/script", [{ delay_ms: 100, status: 202, times: 100_000 }]);
  const campaigns = await launchCampaigns();
  await until(async () => (await sent()) > 100 && ((await held())[1]?.emails ?? 0) > 0, {
    what: "a hundred emails to be sent, and the node that is killed to hold some",
    timeoutMs: 60_000,
  });
  return campaigns;
}

async function allEndWithThePromiseKept(campaigns: string[]): Promise<void> {
  for (const campaign of campaigns) expect((await ended(all, campaign)).audience).toBe(CONTACTS);
  await expectPromiseKept(all, ...campaigns);
}

test("one of its nodes is killed in the middle and started again: campaigns end with the promise kept", async () => {
  const campaigns = await launchAndWait();
  await cluster.nodes[1]?.kill();
  // So long that the others take it for dead and refuse to work, too.
  const survivor = new Redis(cluster.nodes[0]?.url ?? "");
  await until(
    async () => String(await survivor.call("cluster", "info")).includes("cluster_state:fail"),
    { what: "the cluster to be down", timeoutMs: 30_000 },
  );
  survivor.disconnect();
  expect(await sent()).toBeLessThan(CAMPAIGNS * CONTACTS);
  await cluster.nodes[1]?.start();
  await allEndWithThePromiseKept(campaigns);
});

test("one of its nodes is killed for good and its replica takes over: campaigns end with the promise kept", async () => {
  await cluster.addReplica(cluster.nodes[1] as OwnServer);
  const campaigns = await launchAndWait();
  await cluster.nodes[1]?.kill();
  expect(await sent()).toBeLessThan(CAMPAIGNS * CONTACTS);
  await allEndWithThePromiseKept(campaigns);
});
