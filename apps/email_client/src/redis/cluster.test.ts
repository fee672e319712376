import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { silentLog, systemClock } from "@mailwright/platform";
import { type OwnCluster, ownRedisCluster, until } from "@mailwright/testing";
import { openRedis } from "./open.ts";
import { requireRedis } from "./require.ts";

let cluster: OwnCluster;
beforeAll(async () => {
  cluster = await ownRedisCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

/** Names that fall on all three nodes. */
const NAMES = Array.from({ length: 30 }, (_, n) => `name ${n}`);
const urls = () => cluster.url.split(",");

describe("a Redis Cluster", () => {
  test("is reached by any of its nodes, and one password is enough", async () => {
    const [first = "", second = ""] = urls();
    const redis = openRedis([first, `redis://127.0.0.1:${new URL(second).port}`], silentLog);
    await requireRedis(redis, systemClock, silentLog);
    await Promise.all(NAMES.map((name) => redis.set(name, "value")));
    expect(await redis.get("name 7")).toBe("value");
    redis.disconnect();
  });

  test("one of whose nodes is named alone is refused with what to do", async () => {
    const redis = openRedis(urls().slice(0, 1), silentLog);
    await expect(requireRedis(redis, systemClock, silentLog)).rejects.toThrow(
      "name several of its nodes in REDIS_URL, separated by commas",
    );
    redis.disconnect();
  });

  test("without one of its nodes: a patient connection waits for it, another fails fast", async () => {
    const fast = openRedis(urls(), silentLog);
    const patient = openRedis(urls(), silentLog, { patient: true });
    await requireRedis(fast, systemClock, silentLog);
    await patient.ping();
    await cluster.nodes[1]?.kill();
    const waiting = NAMES.map((name) => patient.set(name, "patient"));
    const begun = performance.now();
    const refused = await Promise.allSettled(NAMES.map((name) => fast.set(name, "fast")));
    expect(refused.some(({ status }) => status === "rejected")).toBe(true);
    expect(performance.now() - begun).toBeLessThan(5_500);
    await cluster.nodes[1]?.start();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["OK"]));
    const again = () => Promise.all(NAMES.map((name) => fast.set(name, "again")));
    await until(again, { what: "the connection that fails fast to serve again" });
    fast.disconnect();
    patient.disconnect();
  });

  test("all of whose nodes go away at once: what patient connections had under way is done after their return", async () => {
    const patient = openRedis(urls(), silentLog, { patient: true });
    const blocking = openRedis(urls(), silentLog, { patient: true });
    await Promise.all(NAMES.map((name) => patient.set(name, "before")));
    const popped = blocking.blpop("list", 0);
    await Promise.all(cluster.nodes.map((node) => node.kill()));
    const waiting = NAMES.map((name) => patient.set(name, "after"));
    await Promise.all(cluster.nodes.map((node) => node.start()));
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["OK"]));
    await patient.rpush("list", "pushed");
    expect(await popped).toEqual(["list", "pushed"]);
    patient.disconnect();
    blocking.disconnect();
  });

  // The last, for the cluster is not what it was afterwards.
  test("one of whose nodes never comes back: its replica takes its place, and what waited for it is done there", async () => {
    await cluster.addReplica(cluster.nodes[1]!);
    const fast = openRedis(urls(), silentLog);
    const patient = openRedis(urls(), silentLog, { patient: true });
    await requireRedis(fast, systemClock, silentLog);
    await Promise.all(NAMES.map((name) => patient.set(name, "before")));
    await cluster.nodes[1]?.kill();
    expect(new Set(await Promise.all(NAMES.map((name) => patient.set(name, "after"))))).toEqual(
      new Set(["OK"]),
    );
    const read = () => Promise.all(NAMES.map((name) => fast.get(name)));
    const what = "the connection that fails fast to have found the replica";
    expect(new Set(await until(read, { what }))).toEqual(new Set(["after"]));
    fast.disconnect();
    patient.disconnect();
  });
});
