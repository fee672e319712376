import { expect, test } from "bun:test";
import type { Batch } from "@mailwright/protocol";
import { cutLog, logSize, ownRedis, until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { createShards } from "../redis/keys.ts";
import {
  aGateway,
  countBy,
  finished,
  send,
  setUp,
  type SetUp,
  type SetUpOptions,
} from "../testing/client.ts";
import { recipients } from "../testing/factories.ts";
import { createTestimonies } from "./testimony.ts";

async function sendingSlowly(options: SetUpOptions): Promise<SetUp> {
  const given = await setUp(options);
  given.gateway.answer = async () => {
    await Bun.sleep(20);
    return "accept" as const;
  };
  return given;
}

/** Hands a batch over again, as web does when it misses one: with what its ledger knows. */
function sendAgain({ web, ...given }: SetUp, { batch, campaign, recipients }: Batch) {
  // The content may be lost too, so it comes along.
  const open = recipients.filter(({ id }) => web.stateOf(id) !== "sent");
  return send(
    given,
    0,
    {},
    {
      batch,
      campaign,
      recipients: open.map((recipient) => {
        const last = web.historyOf(recipient.id).at(-1);
        const { seq = 0, state = "queued", attempt = 0 } = last ?? {};
        return {
          ...recipient,
          last_known: { seq, state, attempt, first_at: Date.now() },
        } as typeof recipient;
      }),
    },
  );
}

const FEW_AT_ONCE = { config: { concurrency: 4, attemptDeadlineMs: 500 } };

/** That some were sent is not lost with Redis: an end that web has not heard of outlives what is dropped. */
async function sendUntilSomeAreSent(given: SetUp): Promise<Batch> {
  const handed = await send(given, 400);
  await until(() => given.web.reports.some(({ state }) => state === "sent"));
  return handed;
}

/** Some were sent and of the others nobody knows; nobody was tried a second time. */
async function expectTriedOnce(given: SetUp, handed: Batch): Promise<void> {
  const { gateway } = given;
  const ends = await finished(given, handed, 40_000);
  expect(Object.keys(ends).toSorted()).toEqual(["sent", "uncertain"]);
  expect(new Set(gateway.received.map(({ key }) => key)).size).toBe(gateway.received.length);
}

test("a Redis that has lost its last seconds: nothing that was attempted in them is attempted again", async () => {
  const redis = await ownRedis();
  await using given = await sendingSlowly({ redis });
  const { gateway, calls, web } = given;
  const handed = await send(given, 400);
  await until(() => gateway.accepted.length > 20);
  const kept = logSize(redis);
  const before = gateway.accepted.length;
  await until(() => gateway.accepted.length > before + 60);
  await redis.kill();
  cutLog(redis, kept);
  await redis.start();

  await until(async () => (await calls.batch(handed.batch)) === undefined, {
    what: "the batch to be dropped",
    timeoutMs: 40_000,
  });
  expect(new Set(gateway.accepted).size).toBe(gateway.accepted.length);
  const begun = gateway.received.length;
  const again = await sendAgain(given, handed);
  const ends = await finished(given, again, 40_000);
  expect(gateway.received.length).toBe(begun);
  expect(Object.keys(ends).toSorted()).toEqual(["sent", "uncertain"]);
  expect(web.gaps()).toEqual([]);
});

test("a Redis that has lost nothing is believed, and everything is sent once", async () => {
  const redis = await ownRedis();
  await using given = await sendingSlowly({ redis });
  const { gateway, web } = given;
  const handed = await send(given, 200);
  await until(() => gateway.accepted.length > 20);
  await redis.restart();
  expect(await finished(given, handed, 40_000)).toEqual({ sent: 200 });
  expect(gateway.received).toHaveLength(200);
  expect(web.gaps()).toEqual([]);
});

test("what an emptied Redis had under way is told by those who saw it end, and nothing is attempted again", async () => {
  const redis = await ownRedis();
  await using given = await setUp({ redis });
  const { gateway, gatewayId, calls } = given;
  const emptied = Promise.withResolvers<void>();
  let asked = 0;
  gateway.answer = async () => {
    asked++;
    if (asked > 20) await emptied.promise;
    return "accept" as const;
  };
  const handed = await send(given, 200);
  await until(() => gateway.accepted.length === 20 && asked > 20);
  const direct = new Redis(redis.url);
  await direct.flushall();
  direct.disconnect();
  emptied.resolve();
  const { url } = gateway;
  await calls.patch({
    gateways: [
      {
        id: gatewayId,
        kind: "seed",
        name: "Gateway",
        settings: { url, username: "ann" },
        secrets: { password: "again" },
      },
    ],
  });
  expect(await calls.batch(handed.batch)).toBeUndefined();
  await expectTriedOnce(given, await sendAgain(given, handed));
});

test("what was testified of an attempt before Redis was set back says nothing of those that were made in the seconds it has lost", async () => {
  await using given = await setUp();
  const { calls, gateway, redisUrl } = given;
  const campaign = crypto.randomUUID();
  await calls.control(campaign, "paused");
  const handed = await send(given, 1, {}, { campaign });
  const redis = new Redis(redisUrl);
  const [{ id, run }] = handed.recipients as [Batch["recipients"][0]];
  const reason = { code: "unavailable" } as const;
  const refused = { type: "UNAVAILABLE", at: 1, roll: 0, reason } as const;
  await createTestimonies(redis, createShards(1)).give(handed.batch, id, run, 1, refused);
  // Every number that was written is lost.
  await redis.del(...(await redis.keys("*:mark:*")));
  redis.disconnect();
  await until(async () => (await calls.batch(handed.batch)) === undefined);
  expect(await finished(given, await sendAgain(given, handed))).toEqual({ uncertain: 1 });
  expect(gateway.received).toEqual([]);
});

test("a batch whose hand-over was never answered, and which a Redis that was set back had dropped, is asked after when it is handed over anew", async () => {
  await using given = await sendingSlowly(FEW_AT_ONCE);
  const { calls, redisUrl } = given;
  const handed = await sendUntilSomeAreSent(given);
  const redis = new Redis(redisUrl);
  await redis.del(...(await redis.keys("*:mark:*")));
  redis.disconnect();
  await until(async () => (await calls.batch(handed.batch)) === undefined);
  expect(await calls.post(handed)).toBe(202);
  await expectTriedOnce(given, handed);
});

test("the same where Redis was emptied, and does not know of it any more", async () => {
  await using given = await sendingSlowly(FEW_AT_ONCE);
  const { calls, gateway, gatewayId, redisUrl } = given;
  const handed = await sendUntilSomeAreSent(given);
  const redis = new Redis(redisUrl);
  await redis.flushdb();
  redis.disconnect();
  await calls.patch({ gateways: [aGateway(gatewayId, gateway.url)] });
  const { batch, campaign, recipients } = handed;
  await until(() =>
    send(given, 0, {}, { batch, campaign, recipients, again: true }).then(
      () => true,
      () => false,
    ),
  );
  await expectTriedOnce(given, handed);
});

test("what was lost is not sent again, also by a campaign that would rather send twice: its end may be on its way to web", async () => {
  await using given = await setUp();
  const last_known = { seq: 0, state: "queued", attempt: 0 } as const;
  const lost = recipients(3).map((recipient) => ({ ...recipient, last_known }));
  const handed = await send(given, 0, { when_uncertain: "resend" }, { recipients: lost });
  expect(await finished(given, handed)).toEqual({ uncertain: 3 });
  expect(given.gateway.received).toEqual([]);
});

/** A batch of one email that failed, which web has been told and has not acknowledged until it is made to `hear`. */
async function failedUnheard() {
  const given = await setUp();
  const { calls, gateway, web } = given;
  gateway.answer = () => 422;
  const answered = Promise.withResolvers<undefined>();
  web.answer = (reports) =>
    reports.some(({ state }) => state === "failed") ? answered.promise : undefined;
  const handed = await send(given, 1);
  const states = async () =>
    countBy((await calls.batch(handed.batch))?.emails.map(({ state }) => state) ?? []);
  await until(async () => (await states())["failed"] === 1);
  return { ...given, handed, states, hear: () => answered.resolve(undefined) };
}

test("what is dropped is counted out, and what stays until web has it is not: an email that failed, and is in a later batch by now", async () => {
  await using given = await failedUnheard();
  const { calls, handed, redisUrl } = given;
  const campaign = crypto.randomUUID();
  await calls.control(campaign, "paused");
  const recipients = handed.recipients.map((recipient) => ({ ...recipient, run: 2 }));
  const later = await send(given, 0, {}, { campaign, recipients });
  const redis = new Redis(redisUrl);
  await redis.del(...(await redis.keys("*:mark:*")));
  await until(async () => (await calls.batch(later.batch)) === undefined);
  given.hear();
  expect(await finished(given, handed)).toEqual({ failed: 1 });
  const counts = await redis.hgetall("{mw-0}:counts");
  redis.disconnect();
  expect(Object.entries(counts).filter(([, count]) => count !== "0")).toEqual([]);
});

test("an end that waits for web outlives that Redis was set back: its email is not asked after, let alone attempted again", async () => {
  await using given = await failedUnheard();
  const { calls, handed, states, web, redisUrl } = given;
  const redis = new Redis(redisUrl);
  await redis.del(...(await redis.keys("*:mark:*")));
  redis.disconnect();
  await until(async () => (await calls.batch(handed.batch)) === undefined);
  await sendAgain(given, handed);
  expect(await states()).toEqual({ failed: 1 });
  given.hear();
  expect(await finished(given, handed)).toEqual({ failed: 1 });
  expect(web.gaps()).toEqual([]);
});

test("a process that has ended in good order is not waited for when Redis is restarted", async () => {
  await using given = await setUp();
  const redis = new Redis(given.redisUrl);
  const alive = () => redis.zcard("{mw-0}:alive");
  const second = await given.start();
  await until(async () => (await alive()) === 2);
  await second[Symbol.asyncDispose]();
  expect(await alive()).toBe(1);
  redis.disconnect();
});
