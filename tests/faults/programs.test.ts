import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batchKeys, createShards, type Shard } from "@mailwright/email_client/redis/keys.ts";
import { newId } from "@mailwright/platform";
import { until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { ended, launchCampaign } from "../system/campaign.ts";
import { type Installation, startInstallation } from "../system/installation.ts";
import { breachesOfPrograms } from "./programs.ts";

const [SHARD] = createShards(1) as [Shard];

async function found(all: Installation): Promise<string[]> {
  return (await breachesOfPrograms(all)).map(
    ({ invariant, about, detail }) =>
      `${invariant[0]} ${about}: ${detail.replace(/\d{2,}/, "many")}`,
  );
}

test("whatever is left in Redis when all is over is found, and so are too many connections to it", async () => {
  await using all = await startInstallation();
  // Nobody has ever counted anything in it.
  expect(await found(all)).toEqual(["H Redis: it has no counts of the journal"]);
  await ended(all, await launchCampaign(all, 5));
  await until(async () => (await found(all)).length === 0, { what: "nothing to be left" });

  const redis = new Redis(all.redis.url);
  try {
    const [email, batch, campaign] = [newId(), newId(), newId()];
    const { head, records, recipients } = batchKeys(SHARD, batch);
    await redis.hset(head, "campaign", campaign);
    await redis.hset(records, email, "{}");
    await redis.hset(recipients, email, "{}");
    await redis.hset(SHARD.index, email, batch);
    await redis.xadd(SHARD.outbox, "*", "count", 1, "reports", "[]", "ends", "[]");
    await redis.hincrby(SHARD.counts, "retrying", -1);
    expect(await found(all)).toEqual([
      "H Redis: -1 counted as retrying when all is over",
      "H Redis: 1 indexed when all is over",
      "H Redis: 1 entries in the outbox when all is over",
      "H Redis: 1 batches with recipients when all is over",
      "H Redis: 1 batches with records when all is over",
      expect.stringContaining(`H ${campaign}: Redis still has it in the batch`),
    ]);
    expect((await breachesOfPrograms(all)).at(-1)).toMatchObject({ about: campaign, email });
    await redis.flushall();
    const many = await Promise.all(
      Array.from({ length: 41 }, async () => {
        const one = new Redis(all.redis.url);
        await one.ping();
        return one;
      }),
    );
    expect(await found(all)).toEqual([
      "H Redis: it has no counts of the journal",
      "H Redis: many connections are open",
    ]);
    for (const one of many) one.disconnect();
  } finally {
    redis.disconnect();
  }
});

test("a program that logs a secret or an address, or has grown, is found", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mailwright-preload-"));
  const preload = join(folder, "preload.ts");
  writeFileSync(
    preload,
    `console.log("hunter7 of somebody@slow.example.com"); Buffer.alloc(550_000_000, 1);`,
  );
  try {
    await using all = await startInstallation({
      envOf: (program) => (program === "web-0" ? { BUN_OPTIONS: `--preload=${preload}` } : {}),
    });
    await ended(all, await launchCampaign(all, 1));
    const wanted = ["H web 1: many MB", "I web 1: hunter", "I web 1: @slow.example.com"];
    await until(async () => Bun.deepEquals(await found(all), wanted), {
      what: "that and nothing else to be found",
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
