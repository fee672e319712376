import { expect, test } from "bun:test";
import type { Shard } from "@mailwright/email_client/redis/keys.ts";
import { until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { launchCampaign, reached } from "../system/campaign.ts";
import { startInstallation } from "../system/installation.ts";
import { breachesOfWatch, mostReports, watch } from "./watch.ts";
import { EMAILS_LIMIT } from "./world.ts";

test("the most that Redis has ever held is seen, also over its restart, and whose suppression the email client has heard of", async () => {
  await using all = await startInstallation();
  await all.api("PATCH", `/gateways/${all.gateway}`, { rate_per_second: 20 });
  await using watching = watch(all);
  const campaign = await launchCampaign(all, 50);
  await reached(all, campaign, ["sent"], 2);
  await until(() => watching.most.emails > 40, { what: "the emails to be seen" });
  expect(watching.most.emails).toBeLessThanOrEqual(50);
  await all.api("POST", "/suppressions", { email: "somebody@example.com" });
  await until(() => watching.announced.has("somebody@example.com"), { what: "it to be announced" });
  expect(breachesOfWatch(watching)).toEqual([]);

  await all.redis.restart();
  const redis = new Redis(all.redis.url);
  const [shard] = all.shards as [Shard];
  const more = Array.from({ length: EMAILS_LIMIT + 1 }, (_, n) => [`email ${n}`, "batch"]).flat();
  await redis.hset(shard.index, ...more);
  await redis.hset(shard.counts, "outbox", mostReports(watching) + 1);
  await until(() => breachesOfWatch(watching).length === 2, { what: "too much to be found" });
  redis.disconnect();
});
