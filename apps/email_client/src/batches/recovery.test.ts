import { describe, expect, test } from "bun:test";
import type { EmailRecord } from "@mailwright/email_machine";
import { ownRedis, until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { createShards, type Shard, batchKeys } from "../redis/keys.ts";
import { callsTo, finished, send, setUp } from "../testing/client.ts";
import { recipient } from "../testing/factories.ts";

const SLOWLY = async () => {
  await Bun.sleep(10);
  return "accept" as const;
};

describe("original, weakness 11: a clean stop", () => {
  test("lets the attempts under way end and gives the rest to another client: none is lost, none is sent twice", async () => {
    await using given = await setUp();
    const { gateway, web, client } = given;
    gateway.answer = SLOWLY;
    const handed = await send(given, 300);
    await until(() => gateway.received.length > 40);
    await using other = await given.start();
    await client[Symbol.asyncDispose]();
    const stopped = performance.now();
    const begun = gateway.received.length;
    await until(() => gateway.received.length > begun, { what: "the other client to go on" });
    expect(performance.now() - stopped).toBeLessThan(3_000);
    const calls = callsTo(other.url);
    expect(await finished({ calls, web }, handed)).toEqual({ sent: 300 });
    expect(new Set(gateway.accepted).size).toBe(gateway.accepted.length);
    expect(web.gaps()).toEqual([]);
  });

  test("leaves everything to the next start, however often it happens", async () => {
    await using given = await setUp();
    const { gateway, web, client } = given;
    gateway.answer = SLOWLY;
    const handed = await send(given, 120, { first_wait_s: 0.05 });
    await until(() => gateway.received.length > 10);
    await client[Symbol.asyncDispose]();
    for (let restart = 0; restart < 3; restart++) {
      await using next = await given.start();
      const seen = gateway.received.length;
      await until(() => gateway.received.length > seen + 20);
      void next;
    }
    await using last = await given.start();
    expect(await finished({ calls: callsTo(last.url), web }, handed)).toEqual({ sent: 120 });
    expect(gateway.received).toHaveLength(120);
    expect(web.gaps()).toEqual([]);
  });

  test("is quick when there is nothing to do, though web keeps its connections open", async () => {
    await using given = await setUp();
    await finished(given, await send(given, 5));
    const begun = performance.now();
    await given.client[Symbol.asyncDispose]();
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  test("ends also while Redis is away, and just after it has come back", async () => {
    const redis = await ownRedis();
    await using given = await setUp({ redis });
    await redis.kill();
    const begun = performance.now();
    await given.client[Symbol.asyncDispose]();
    expect(performance.now() - begun).toBeLessThan(10_000);
    await redis.start();
    const next = await given.start();
    await redis.restart();
    await next[Symbol.asyncDispose]();
    expect(performance.now() - begun).toBeLessThan(20_000);
  });

  test("waits for an attempt no longer than its deadline", async () => {
    await using given = await setUp({ config: { attemptDeadlineMs: 500 } });
    const { gateway, web, client } = given;
    gateway.answer = () => "silence";
    const handed = await send(given, 3);
    await until(() => gateway.received.length === 3);
    const begun = performance.now();
    await client[Symbol.asyncDispose]();
    expect(performance.now() - begun).toBeLessThan(3_000);
    await using next = await given.start();
    expect(await finished({ calls: callsTo(next.url), web }, handed)).toEqual({ uncertain: 3 });
    expect(gateway.received).toHaveLength(3);
  });
});

/** As a process leaves it that was killed during its first attempts. */
async function interrupted(redis: Redis, batch: string): Promise<void> {
  const { records } = batchKeys(createShards(1)[0] as Shard, batch);
  for (const [id, text] of Object.entries(await redis.hgetall(records))) {
    const record: EmailRecord = {
      ...(JSON.parse(text) as EmailRecord),
      state: "sending",
      seq: 1,
      attempt: 1,
      firstAt: Date.now(),
    };
    await redis.hset(records, id, JSON.stringify(record));
  }
}

describe("original: a job's status survives a crash of email_client", () => {
  test.each([
    ["hold", { uncertain: 6 }, 0],
    ["resend", { sent: 6 }, 6],
  ] as const)(
    "what was under way is uncertain and never sent again, or is sent again where the campaign says %s",
    async (when_uncertain, counts, attempts) => {
      await using given = await setUp({ config: { attemptDeadlineMs: 200 } });
      const { calls, gateway, redisUrl } = given;
      const campaign = crypto.randomUUID();
      await calls.control(campaign, "paused");
      const handed = await send(given, 6, { when_uncertain }, { campaign });
      const redis = new Redis(redisUrl);
      await interrupted(redis, handed.batch);
      redis.disconnect();
      await calls.control(campaign, "running");
      expect(await finished(given, handed)).toEqual(counts);
      expect(gateway.received).toHaveLength(attempts);
    },
  );

  test("and of a cancelled campaign nothing is called cancelled that may have been sent", async () => {
    await using given = await setUp({ config: { attemptDeadlineMs: 200 } });
    const { calls, gateway, redisUrl } = given;
    const campaign = crypto.randomUUID();
    await calls.control(campaign, "paused");
    const handed = await send(given, 6, { when_uncertain: "resend" }, { campaign });
    const redis = new Redis(redisUrl);
    await interrupted(redis, handed.batch);
    redis.disconnect();
    await calls.control(campaign, "cancelled");
    expect(await finished(given, handed)).toEqual({ uncertain: 6 });
    expect(gateway.received).toEqual([]);
  });

  test("what the ledger gives back after the journal was lost is asked after, not sent, whatever the campaign does", async () => {
    await using given = await setUp({ config: { attemptDeadlineMs: 200 } });
    const { calls, gateway, web } = given;
    const recipients = [
      recipient(),
      recipient({ last_known: { seq: 0, state: "queued", attempt: 0 } }),
      recipient({ last_known: { seq: 4, state: "retrying", attempt: 2, first_at: 1 } }),
      recipient({ last_known: { seq: 1, state: "sending", attempt: 1, first_at: 1 } }),
    ];
    const [fresh] = recipients;
    expect(await finished(given, await send(given, 0, {}, { recipients }))).toEqual({
      sent: 1,
      uncertain: 3,
    });
    expect(gateway.accepted).toEqual([fresh!.id]);

    const campaign = crypto.randomUUID();
    await calls.control(campaign, "cancelled");
    const again = [recipient(), recipient({ last_known: { seq: 0, state: "queued", attempt: 0 } })];
    const handed = await send(given, 0, {}, { campaign, recipients: again });
    expect(await finished(given, handed)).toEqual({ cancelled: 1, uncertain: 1 });
    expect(web.stateOf(again[1]!.id)).toBe("uncertain");
  });
});

test("many emails in doubt take no slot from those that can be sent", async () => {
  await using given = await setUp({ config: { concurrency: 2, attemptDeadlineMs: 1_500 } });
  const { web } = given;
  const doubtful = Array.from({ length: 50 }, () =>
    recipient({ last_known: { seq: 1, state: "sending", attempt: 1, first_at: 1 } }),
  );
  const fresh = Array.from({ length: 20 }, () => recipient());
  const handed = await send(given, 0, {}, { recipients: [...doubtful, ...fresh] });
  await until(() => fresh.every(({ id }) => web.stateOf(id) === "sent"));
  expect(doubtful.some(({ id }) => web.stateOf(id) === "uncertain")).toBe(false);
  expect(await finished(given, handed)).toEqual({ sent: 20, uncertain: 50 });
});

test("two clients on one Redis share the work and send nothing twice", async () => {
  await using given = await setUp();
  const { gateway, web } = given;
  await using _other = await given.start();
  const handed = await Promise.all(Array.from({ length: 12 }, () => send(given, 50)));
  for (const each of handed) expect(await finished(given, each)).toEqual({ sent: 50 });
  expect(gateway.received).toHaveLength(600);
  expect(new Set(gateway.accepted).size).toBe(600);
  expect(web.gaps()).toEqual([]);
});
