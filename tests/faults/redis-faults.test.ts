import { afterAll, beforeAll, expect, test } from "bun:test";
import { newId, silentLog, systemClock } from "@mailwright/platform";
import { parseNothing } from "@mailwright/protocol";
import { cutLog, logSize, until } from "@mailwright/testing";
import { openDatabase } from "@mailwright/web/db/open.ts";
import { reconcile } from "@mailwright/web/features/dispatch/reconcile.ts";
import { createLinks } from "@mailwright/web/features/leaving/links.ts";
import { Redis } from "ioredis";
import { setUpGateway } from "../harness/access.ts";
import { acceptances, ended, launchCampaign, reached, standingOf } from "../system/campaign.ts";
import { type Installation, startInstallation } from "../system/installation.ts";
import { expectPromiseKept } from "../system/promise.ts";

const CONTACTS = 300;

const stack = new AsyncDisposableStack();
let all: Installation;

beforeAll(async () => {
  all = stack.use(await startInstallation());
});
afterAll(() => stack.disposeAsync());

/** Does something to Redis itself, past every link. */
async function inRedis<T>(act: (redis: Redis) => Promise<T>): Promise<T> {
  const direct = new Redis(all.redis.url);
  try {
    return await act(direct);
  } finally {
    direct.disconnect();
  }
}

/** Web's reconciler, without the half minute of silence that it waits for. */
async function reconcileNow(): Promise<void> {
  await using database = openDatabase(all.postgres.url, { connections: 2 });
  const context = {
    db: database.db,
    clock: systemClock,
    log: silentLog,
    emailClient: all.emailClient,
    links: createLinks(database.db, "https://web.example.com"),
  };
  await reconcile(context, { restS: 0, overdueS: 1 });
}

/** The keys of the email client's journal and of its queue, without the queue's own book-keeping. */
async function journalOf(): Promise<string[]> {
  const keys = await inRedis((redis) => redis.keys("{mw-0}:*"));
  return keys.filter((key) => !/:queue:batches:(?!\w{8}-)/.test(key)).toSorted();
}

test.each([
  [
    "OOM",
    (redis: Redis) => redis.config("SET", "maxmemory", "1mb"),
    (redis: Redis) => redis.config("SET", "maxmemory", "0"),
  ],
  [
    "READONLY",
    (redis: Redis) => redis.replicaof("127.0.0.1", 1),
    (redis: Redis) => redis.replicaof("NO", "ONE"),
  ],
])(
  "fault 8: Redis answers %s: a batch is refused in words, nothing of it is written, and all is sent when it is over",
  async (_answer, strike, heal) => {
    await ended(all, await launchCampaign(all, 1));
    const before = await journalOf();
    await inRedis(strike);
    const said = all.webs[0]?.output().length;
    const saidAfter = () => all.webs[0]?.output().slice(said) ?? "";
    const campaign = await launchCampaign(all, CONTACTS);
    await until(() => saidAfter().includes("a batch was not taken"), {
      what: "web to say that its batch was refused",
    });
    const refused = await all.emailClient.call(
      "GET",
      `/v1/batches/${newId()}`,
      undefined,
      parseNothing,
    );
    expect(refused).toEqual({ kind: "unreachable", why: "it answered 503" });
    expect(await journalOf()).toEqual(before);
    expect(await standingOf(all, campaign)).toMatchObject({ counts: { queued: CONTACTS } });
    await inRedis(heal);
    expect((await ended(all, campaign)).counts).toEqual({ sent: CONTACTS });
    await expectPromiseKept(all, campaign);
  },
);

test("fault 7: Redis loses its last seconds: that is noticed, and what may have been sent in them is uncertain, not sent again", async () => {
  // There are always some under way.
  await all.mock("PUT", "/script", [{ delay_ms: 100, status: 202, times: 100_000 }]);
  await all.api("PATCH", `/gateways/${all.gateway}`, { rate_per_second: 60 });
  const campaign = await launchCampaign(all, CONTACTS);
  await reached(all, campaign, ["sent"], 50);
  const kept = logSize(all.redis);
  await reached(all, campaign, ["sent"], 170);
  await all.redis.kill();
  cutLog(all.redis, kept);
  await all.redis.start();
  const finished = async () => {
    await reconcileNow();
    return (await standingOf(all, campaign)).state === "finished";
  };
  await until(finished, { what: "the campaign to finish", timeoutMs: 60_000, everyMs: 1_000 });
  const { counts } = await standingOf(all, campaign);
  expect(counts["uncertain"]).toBeGreaterThan(0);
  expect((counts["sent"] ?? 0) + (counts["uncertain"] ?? 0)).toBe(CONTACTS);
  expect([...(await acceptances(all)).values()].filter((times) => times > 1)).toEqual([]);
  await expectPromiseKept(all, campaign);
});

test("fault 9: Redis is emptied: the missing gateway is an alarm, emails wait, and none of them fails or is sent twice", async () => {
  await all.mock("PUT", "/script", [{ delay_ms: 20, status: 202, times: 100_000 }]);
  await all.api("PATCH", `/gateways/${all.gateway}`, { rate_per_second: 100 });
  const campaign = await launchCampaign(all, CONTACTS);
  await reached(all, campaign, ["sent"], 50);
  await inRedis((redis) => redis.flushall());
  await until(
    async () => {
      const { items } = await all.api<{ items: unknown[] }>("GET", "/gateways");
      return items.length === 0;
    },
    { what: "web to see that there is no gateway" },
  );
  await reconcileNow();
  const waiting = await standingOf(all, campaign);
  expect(waiting.counts["failed"]).toBeUndefined();
  await setUpGateway(all.emailClient, `http://127.0.0.1:${all.links.gateway.port}/email`, {
    id: all.gateway,
  });
  await until(
    async () => {
      await reconcileNow();
      return (await standingOf(all, campaign)).state === "finished";
    },
    { what: "the campaign to finish", timeoutMs: 60_000, everyMs: 1_000 },
  );
  const { counts } = await standingOf(all, campaign);
  expect(Object.keys(counts).toSorted()).toEqual(["sent", "uncertain"]);
  await expectPromiseKept(all, campaign);
});
