import { expect, test } from "bun:test";
import { Cluster } from "ioredis";
import { ownRedisCluster } from "./own-cluster.ts";
import { until } from "./until.ts";

test("a cluster of three serves every slot, and still does after one node was killed and started again", async () => {
  await using cluster = await ownRedisCluster();
  const { port, url } = cluster.nodes[0]!;
  const redis = new Cluster([{ host: "127.0.0.1", port }], {
    redisOptions: { password: new URL(url).password },
  });
  const names = Array.from({ length: 30 }, (_, n) => `name ${n}`);
  await Promise.all(names.map((name) => redis.set(name, name)));
  expect(redis.nodes("master")).toHaveLength(3);
  await cluster.nodes[1]!.kill();
  await cluster.nodes[1]!.start();
  const read = () => Promise.all(names.map((name) => redis.get(name)));
  expect(await until(read, { what: "the cluster to serve again" })).toEqual(names);
  redis.disconnect();
});
