import { describe, expect, test } from "bun:test";
import type { Batch } from "@mailwright/protocol";
import { until } from "@mailwright/testing";
import { Redis } from "ioredis";
import {
  aGateway,
  type Calls,
  countBy,
  finished,
  send,
  setUp,
  type SetUp,
} from "../testing/client.ts";

const SLOWLY = async () => {
  await Bun.sleep(5);
  return "accept" as const;
};

/** How many emails of a batch stand in each state. */
async function standing(calls: Calls, { batch }: Batch): Promise<Record<string, number>> {
  return countBy((await calls.batch(batch))!.emails.map(({ state }) => state));
}

/** The workers have gone on working: another campaign was sent from its first email to its last. */
async function othersAreSent(given: SetUp): Promise<void> {
  expect(await finished(given, await send(given, 20))).toEqual({ sent: 20 });
}

/** Keys of what the gateway was asked for, of this batch. */
function attemptsOf({ gateway }: SetUp, { recipients }: Batch): string[] {
  const mine = new Set(recipients.map(({ id }) => id));
  return gateway.received.map(({ key }) => key).filter((key) => mine.has(key));
}

describe("a campaign that is paused", () => {
  test("begins no attempt after the call has returned, and goes on when it is resumed", async () => {
    await using given = await setUp();
    const { calls, gateway, web } = given;
    gateway.answer = SLOWLY;
    const handed = await send(given, 300);
    await until(() => gateway.received.length > 40);
    await calls.control(handed.campaign, "paused");
    const begun = 300 - ((await standing(calls, handed))["queued"] ?? 0);
    expect(begun).toBeLessThan(300);
    await until(async () => (await standing(calls, handed))["sending"] === undefined);
    await othersAreSent(given);
    expect(attemptsOf(given, handed)).toHaveLength(begun);

    await calls.control(handed.campaign, "running");
    expect(await finished(given, handed)).toEqual({ sent: 300 });
    expect(attemptsOf(given, handed)).toHaveLength(300);
    expect(web.gaps()).toEqual([]);
  });

  test("stays so when it was paused before it was handed over, and when it is told twice", async () => {
    await using given = await setUp();
    const { calls } = given;
    const campaign = crypto.randomUUID();
    await calls.control(campaign, "paused");
    await calls.control(campaign, "paused");
    const handed = await send(given, 10, {}, { campaign });
    await othersAreSent(given);
    expect(await standing(calls, handed)).toEqual({ queued: 10 });
    await calls.control(campaign, "running");
    expect(await finished(given, handed)).toEqual({ sent: 10 });
  });
});

test("an order that comes after a later one is not obeyed, in any shard, and the later one is what is answered", async () => {
  await using given = await setUp({ config: { shards: 3 } });
  const { calls } = given;
  const campaign = crypto.randomUUID();
  expect(await calls.control(campaign, "running", 7)).toEqual({ state: "running", order: 7 });
  expect(await calls.control(campaign, "paused", 9)).toEqual({ state: "paused", order: 9 });
  const handed = await Promise.all(
    Array.from({ length: 6 }, () => send(given, 5, {}, { campaign })),
  );
  expect(await calls.control(campaign, "running", 8)).toEqual({ state: "paused", order: 9 });
  await othersAreSent(given);
  for (const each of handed) expect(await standing(calls, each)).toEqual({ queued: 5 });
  expect(await calls.control(campaign, "running", 10)).toEqual({ state: "running", order: 10 });
  for (const each of handed) expect(await finished(given, each)).toEqual({ sent: 5 });
  expect(await calls.control(campaign, "cancelled", 12)).toEqual({ state: "cancelled", order: 12 });
  expect(await calls.control(campaign, "running", 13)).toEqual({ state: "cancelled", order: 13 });
});

test("an order that is told again takes up what Redis has lost out of the queue", async () => {
  await using given = await setUp();
  const { calls } = given;
  const campaign = crypto.randomUUID();
  await calls.control(campaign, "paused");
  const handed = await send(given, 10, {}, { campaign });
  await othersAreSent(given);
  const redis = new Redis(given.redisUrl);
  await redis.del(`{mw-0}:queue:batches:${handed.batch}`);
  await redis.zrem("{mw-0}:queue:batches:delayed", handed.batch);
  redis.disconnect();
  await calls.control(campaign, "running");
  expect(await finished(given, handed)).toEqual({ sent: 10 });
});

describe("a campaign that is cancelled", () => {
  test("sends or cancels every email, never both", async () => {
    await using given = await setUp();
    const { calls, gateway, web } = given;
    gateway.answer = SLOWLY;
    const handed = await send(given, 300);
    await until(() => gateway.received.length > 40);
    await calls.control(handed.campaign, "cancelled");
    const { sent = 0, cancelled = 0, ...others } = await finished(given, handed);
    expect([others, sent + cancelled]).toEqual([{}, 300]);
    expect(cancelled).toBeGreaterThan(0);
    const sentOnes = handed.recipients.filter(({ id }) => web.stateOf(id) === "sent");
    expect(gateway.accepted.toSorted()).toEqual(sentOnes.map(({ id }) => id).toSorted());
    expect(attemptsOf(given, handed)).toHaveLength(sent);
    expect(web.gaps()).toEqual([]);
  });

  test("cancels promptly what waits for a retry, however long the wait", async () => {
    await using given = await setUp();
    const { calls, gateway } = given;
    gateway.answer = () => 503;
    const handed = await send(given, 20, { first_wait_s: 3_600, max_wait_s: 3_600 });
    await until(async () => (await standing(calls, handed))["retrying"] === 20);
    await calls.control(handed.campaign, "cancelled");
    expect(await finished(given, handed, 3_000)).toEqual({ cancelled: 20 });
  });

  test("is heard also at the very moment at which its batches go to sleep", async () => {
    await using given = await setUp();
    const { calls, gateway } = given;
    gateway.answer = () => 503;
    const policy = { first_wait_s: 3_600, max_wait_s: 3_600 };
    for (let round = 0; round < 10; round++) {
      const seen = gateway.received.length;
      const handed = await send(given, 1, policy);
      await until(() => gateway.received.length > seen, { everyMs: 0 });
      await calls.control(handed.campaign, "cancelled");
      expect(await finished(given, handed, 3_000)).toEqual({ cancelled: 1 });
    }
  });

  test.each([
    ["wait in the queue", {}],
    ["sit it out", { sitOutMs: 60_000, turnMs: 60_000 }],
  ])(
    "is heard while its gateway's breaker lets nothing through and its batches %s",
    async (_where, pace) => {
      await using given = await setUp({ pace });
      const { calls, gateway } = given;
      gateway.answer = () => 503;
      const policy = { first_wait_s: 3_600, max_wait_s: 3_600 };
      const handed = await Promise.all(Array.from({ length: 4 }, () => send(given, 50, policy)));
      await until(async () => (await calls.settings()).gateways[0]?.breaker !== "closed");
      await Promise.all(handed.map(({ campaign }) => calls.control(campaign, "cancelled")));
      for (const each of handed)
        expect(await finished(given, each, 3_000)).toEqual({ cancelled: 50 });
    },
  );

  test("stays so when an earlier order comes late, out of a process that was frozen or a link that was held up", async () => {
    await using given = await setUp();
    const { calls } = given;
    const campaign = crypto.randomUUID();
    await calls.control(campaign, "paused");
    const handed = await send(given, 10, {}, { campaign });
    await calls.control(campaign, "cancelled");
    await calls.control(campaign, "running");
    const late = await send(given, 10, {}, { campaign });
    expect(await finished(given, handed)).toEqual({ cancelled: 10 });
    expect(await finished(given, late)).toEqual({ cancelled: 10 });
  });

  test("ends also when its gateway is gone", async () => {
    await using given = await setUp();
    const { calls, gatewayId } = given;
    const campaign = crypto.randomUUID();
    await calls.control(campaign, "paused");
    const handed = await send(given, 5, {}, { campaign });
    await calls.patch({ gateways: [{ id: gatewayId, removed: true }] });
    await calls.control(campaign, "cancelled");
    expect(await finished(given, handed)).toEqual({ cancelled: 5 });
  });

  test("waits for the attempt that is under way, and believes its answer", async () => {
    await using given = await setUp();
    const { calls, gateway } = given;
    const held = Promise.withResolvers<"accept">();
    gateway.answer = () => held.promise;
    const handed = await send(given, 20);
    await until(() => gateway.received.length === 16);
    await calls.control(handed.campaign, "cancelled");
    held.resolve("accept");
    expect(await finished(given, handed)).toEqual({ sent: 16, cancelled: 4 });
  });

  test("leaves an attempt without an answer uncertain, though the campaign would rather send twice", async () => {
    await using given = await setUp({ config: { concurrency: 2, attemptDeadlineMs: 300 } });
    const { calls, gateway, config } = given;
    gateway.answer = () => "silence";
    const handed = await send(given, 10, { when_uncertain: "resend", attempts: 1 });
    await until(() => gateway.received.length === 2);
    await calls.control(handed.campaign, "cancelled");
    expect(config.concurrency).toBe(2);
    expect(await finished(given, handed)).toEqual({ uncertain: 2, cancelled: 8 });
  });
});

describe("a batch whose gateway cannot be used waits and fails nobody", () => {
  test("until the gateway is there", async () => {
    await using given = await setUp();
    const { calls, gateway } = given;
    const late = crypto.randomUUID();
    const handed = await send({ calls, gatewayId: late }, 10);
    await othersAreSent(given);
    expect(await standing(calls, handed)).toEqual({ queued: 10 });
    await calls.patch({ gateways: [aGateway(late, gateway.url)] });
    expect(await finished(given, handed)).toEqual({ sent: 10 });
  });

  test("until it is complete", async () => {
    await using given = await setUp();
    const { calls, gateway, gatewayId } = given;
    await calls.patch({ gateways: [{ id: gatewayId, secrets: { password: "" } }] });
    const handed = await send(given, 10);
    await until(async () => (await standing(calls, handed))["queued"] === 10);
    expect(gateway.received).toEqual([]);
    await calls.patch({ gateways: [{ id: gatewayId, secrets: { password: "again" } }] });
    expect(await finished(given, handed)).toEqual({ sent: 10 });
    expect(Buffer.from(gateway.received[0]!.authorization!.slice(6), "base64").toString()).toBe(
      "ann:again",
    );
  });
});

test("new credentials are used from the next attempt on, and open the breaker's way at once", async () => {
  await using given = await setUp({ config: { concurrency: 1 } });
  const { calls, gateway, gatewayId } = given;
  const good = `Basic ${Buffer.from("ann:new one").toString("base64")}`;
  gateway.answer = ({ authorization }) => (authorization === good ? "accept" : 401);
  const handed = await send(given, 60);
  await until(() => gateway.received.length >= 10);
  await calls.patch({ gateways: [{ id: gatewayId, secrets: { password: "new one" } }] });
  const { sent = 0, failed = 0 } = await finished(given, handed);
  expect(sent + failed).toBe(60);
  expect(failed).toBeLessThanOrEqual(12);
});
