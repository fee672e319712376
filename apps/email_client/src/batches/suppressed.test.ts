import { describe, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import type { Batch } from "@mailwright/protocol";
import { until } from "@mailwright/testing";
import { countBy, finished, send, setUp, type SetUp } from "../testing/client.ts";
import { recipient, recipients } from "../testing/factories.ts";

const LATER = { first_wait_s: 3_600, max_wait_s: 3_600 };

/** How many emails of a batch stand in each state. */
async function standing({ calls }: SetUp, { batch }: Batch): Promise<Record<string, number>> {
  return countBy((await calls.batch(batch))!.emails.map(({ state }) => state));
}

test("whoever leaves while a batch is sent gets no attempt that begins after the call has returned", async () => {
  await using given = await setUp();
  const { calls, gateway, web } = given;
  gateway.answer = async () => {
    await Bun.sleep(5);
    return "accept" as const;
  };
  const handed = await send(given, 400);
  await until(() => gateway.received.length > 40);
  const unsubscribed = handed.recipients.filter((_, index) => index % 2 === 0);
  await calls.suppress(unsubscribed);
  const { emails } = (await calls.batch(handed.batch))!;
  const there = new Map(emails.map(({ id, state }) => [id, state]));
  // One that web has acknowledged is not there any more.
  const late = unsubscribed.filter(({ id }) =>
    ["queued", "skipped"].includes(there.get(id) ?? web.stateOf(id) ?? ""),
  );
  expect(late.length).toBeGreaterThan(0);
  const ends = await finished(given, handed);
  expect(ends).toEqual({ sent: 400 - late.length, skipped: late.length });
  const attempted = new Set(gateway.received.map(({ key }) => key));
  expect(late.filter(({ id }) => attempted.has(id))).toEqual([]);
  expect(gateway.accepted).toHaveLength(400 - late.length);
  expect(web.gaps()).toEqual([]);
  expect(web.historyOf(late[0]!.id)).toMatchObject([
    { seq: 1, event: "SUPPRESSED", state: "skipped", attempt: 0, error: { code: "suppressed" } },
  ]);
});

describe("an email that waits", () => {
  test("for a retry in an hour is skipped soon also if its batch was just about another email then", async () => {
    await using given = await setUp({ config: { attemptDeadlineMs: 10_000 } });
    const { calls, gateway, web } = given;
    const held = Promise.withResolvers<"accept">();
    const people = recipients(2);
    gateway.answer = ({ key }) => (key === people[0]!.id ? 503 : held.promise);
    const handed = await send(given, 0, LATER, { recipients: people });
    await until(async () => (await standing(given, handed))["retrying"] === 1);
    await until(() => gateway.received.length === 2);
    await calls.suppress(people.slice(0, 1));
    held.resolve("accept");
    await until(() => web.stateOf(people[0]!.id) === "skipped", { timeoutMs: 5_000 });
    expect(await finished(given, handed)).toEqual({ sent: 1, skipped: 1 });
  });

  test("for a retry in an hour is skipped at once, and the others of its batch go on waiting", async () => {
    await using given = await setUp();
    const { calls, gateway, web } = given;
    gateway.answer = () => 503;
    const handed = await send(given, 20, LATER);
    await until(async () => (await standing(given, handed))["retrying"] === 20);
    const unsubscribed = handed.recipients.slice(0, 5);
    await calls.suppress(unsubscribed);
    await until(() => unsubscribed.every(({ id }) => web.stateOf(id) === "skipped"));
    expect((await standing(given, handed))["retrying"]).toBe(15);
    expect(gateway.received).toHaveLength(20);
    expect(web.historyOf(unsubscribed[0]!.id).at(-1)).toMatchObject({
      seq: 3,
      event: "SUPPRESSED",
      attempt: 1,
    });
  });

  test("for a retry that this worker sits out gets no further attempt", async () => {
    await using given = await setUp({ pace: { sitOutMs: 60_000, turnMs: 60_000 } });
    const { calls, gateway } = given;
    gateway.answer = () => 503;
    const handed = await send(given, 10, { first_wait_s: 1, max_wait_s: 1, attempts: 100 });
    await until(async () => (await standing(given, handed))["retrying"] === 10);
    await calls.suppress(handed.recipients);
    const attempts = gateway.received.length;
    expect(await finished(given, handed)).toEqual({ skipped: 10 });
    expect(gateway.received).toHaveLength(attempts);
  });

  test("while its campaign is paused is skipped when the campaign goes on", async () => {
    await using given = await setUp();
    const { calls, gateway } = given;
    const campaign = newId();
    await calls.control(campaign, "paused");
    const handed = await send(given, 6, {}, { campaign });
    await calls.suppress(handed.recipients.slice(0, 2));
    await calls.control(campaign, "running");
    expect(await finished(given, handed)).toEqual({ skipped: 2, sent: 4 });
    expect(gateway.received).toHaveLength(4);
  });
});

test("an attempt that is under way ends as it ends, and is the last", async () => {
  await using given = await setUp();
  const { calls, gateway, web } = given;
  const held = Promise.withResolvers<503>();
  gateway.answer = ({ attempt }) => (attempt === 1 ? held.promise : "accept");
  const handed = await send(given, 2);
  await until(() => gateway.received.length === 2);
  await calls.suppress(handed.recipients.slice(0, 1));
  held.resolve(503);
  expect(await finished(given, handed)).toEqual({ skipped: 1, sent: 1 });
  expect(gateway.received).toHaveLength(3);
  expect(web.historyOf(handed.recipients[0]!.id).map(({ event }) => event)).toEqual([
    "START",
    "UNAVAILABLE",
    "SUPPRESSED",
  ]);
});

test("an attempt without an answer is asked after, and stays uncertain rather than being made again", async () => {
  await using given = await setUp({ config: { attemptDeadlineMs: 300 } });
  const { calls, gateway } = given;
  gateway.answer = () => "silence";
  const handed = await send(given, 1, { when_uncertain: "resend", attempts: 3 });
  await until(() => gateway.received.length === 1);
  await calls.suppress(handed.recipients);
  expect(await finished(given, handed)).toEqual({ uncertain: 1 });
  expect(gateway.received).toHaveLength(1);
});

test("one that comes only after it was said is skipped too, and its next run is another email", async () => {
  await using given = await setUp({ config: { shards: 3 } });
  const { calls, gateway } = given;
  const [ann, bob] = [recipient(), recipient()];
  await calls.suppress([ann]);
  await calls.suppress([ann]);
  const first = await send(given, 0, {}, { recipients: [ann, bob] });
  expect(await finished(given, first)).toEqual({ sent: 1, skipped: 1 });
  expect(gateway.accepted).toEqual([bob.id]);
  const again = await send(given, 0, {}, { recipients: [{ ...ann, run: 2 }] });
  expect(await finished(given, again)).toEqual({ sent: 1 });
});

test("nothing is kept of an email that has settled", async () => {
  await using given = await setUp();
  const { calls, redisUrl } = given;
  const campaign = newId();
  await calls.control(campaign, "paused");
  const handed = await send(given, 0, {}, { campaign, recipients: recipients(3) });
  await calls.suppress(handed.recipients);
  await calls.control(campaign, "running");
  await finished(given, handed);
  const { Redis } = await import("ioredis");
  const redis = new Redis(redisUrl);
  expect(await redis.exists("{mw-0}:suppressed")).toBe(0);
  redis.disconnect();
});
