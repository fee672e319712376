import { afterEach, describe, expect, test } from "bun:test";
import { ownRedis, until } from "@mailwright/testing";
import { newId } from "@mailwright/platform";
import { startChild } from "../testing/child.ts";
import {
  type Calls,
  callsTo,
  countBy,
  finished,
  send,
  SERVICE_KEY,
  setUp,
  type SetUpOptions,
} from "../testing/client.ts";
import { batch, content, recipients } from "../testing/factories.ts";
import { type Dialect, type FakeService, httpSubject } from "../testing/services/fake-service.ts";
import { postmark } from "../testing/services/postmark.ts";
import { resend } from "../testing/services/resend.ts";
import { ses } from "../testing/services/ses.ts";
import { webStandIn } from "../testing/web-stand-in.ts";

/** What becomes of attempts without an answer, by what their gateway can tell. */
const stack: AsyncDisposable[] = [];
afterEach(async () => {
  for (const owned of stack.splice(0).toReversed()) await owned[Symbol.asyncDispose]();
});

async function setUpWith(dialect: Dialect, options: SetUpOptions = {}) {
  const fake = await httpSubject(dialect).start();
  stack.push(fake);
  const given = await setUp({
    ...options,
    config: { concurrency: 2, attemptDeadlineMs: 1_500, ...options.config },
  });
  stack.push(given);
  const gatewayId = newId();
  const { settings, secrets } = fake;
  await given.calls.patch({
    gateways: [{ id: gatewayId, kind: dialect.adapter.kind, settings, secrets }],
  });
  return { ...given, gatewayId, fake };
}

/** The service takes everything and says nothing until it has been told of `count` messages. */
function silentFor(fake: FakeService, count: number) {
  fake.mood = "silence";
  return until(() => fake.taken.length >= count, { what: "messages that were taken in silence" });
}

describe("an attempt without an answer", () => {
  test("is looked up where the service can be asked, also while every slot waits for an answer", async () => {
    const given = await setUpWith(postmark);
    const heard = silentFor(given.fake, 2);
    const batch = await send(given, 6);
    await heard;
    given.fake.mood = "accept";
    expect(await finished(given, batch, 30_000)).toEqual({ sent: 6 });
    expect(given.fake.taken).toHaveLength(6);
  });

  test("is made again under the same key where the service knows that one again", async () => {
    const given = await setUpWith(resend);
    const heard = silentFor(given.fake, 2);
    const batch = await send(given, 6);
    await heard;
    given.fake.mood = "accept";
    expect(await finished(given, batch, 30_000)).toEqual({ sent: 6 });
    expect(given.fake.taken).toHaveLength(6);
    expect(given.web.reports.filter(({ event }) => event === "CONFIRMED").length).toBeGreaterThan(
      0,
    );
  });

  test("is uncertain where it cannot be made again with an answer either, and is taken once", async () => {
    const given = await setUpWith(resend);
    given.fake.mood = "silence";
    const batch = await send(given, 2);
    expect(await finished(given, batch, 30_000)).toEqual({ uncertain: 2 });
    expect(given.fake.taken).toHaveLength(2);
  });

  test("is not made again for a campaign that was cancelled meanwhile", async () => {
    const given = await setUpWith(resend);
    const heard = silentFor(given.fake, 2);
    const batch = await send(given, 2);
    await heard;
    await given.calls.control(batch.campaign, "cancelled");
    // Whoever is asked under the key now would say so.
    given.fake.taken.length = 0;
    given.fake.mood = "accept";
    expect(await finished(given, batch, 30_000)).toEqual({ uncertain: 2 });
    expect(given.fake.taken).toEqual([]);
  });

  test("is not made again for somebody who was suppressed meanwhile", async () => {
    const given = await setUpWith(resend);
    const heard = silentFor(given.fake, 2);
    const batch = await send(given, 2);
    await heard;
    await given.calls.suppress(batch.recipients.slice(0, 1));
    given.fake.taken.length = 0;
    given.fake.mood = "accept";
    expect(await finished(given, batch, 30_000)).toEqual({ uncertain: 1, sent: 1 });
    expect(given.fake.taken.map(({ key }) => key)).toEqual([batch.recipients[1]!.id]);
  });

  test("is uncertain where the service knows neither", async () => {
    const given = await setUpWith(ses);
    const heard = silentFor(given.fake, 2);
    const batch = await send(given, 4);
    await heard;
    given.fake.mood = "accept";
    const ends = await finished(given, batch, 30_000);
    expect(ends).toEqual({ sent: 4 - (ends["uncertain"] ?? 0), uncertain: expect.any(Number) });
    expect(given.fake.taken).toHaveLength(4);
  });
});

describe("an attempt during which the sender was killed", () => {
  test.each<[string, Dialect, Record<string, number>]>([
    ["made again under the same key", resend, { sent: 8 }],
    ["looked up", postmark, { sent: 8 }],
    ["uncertain where there is neither", ses, { sent: 4, uncertain: 4 }],
  ])(
    "is %s, and reaches nobody twice",
    async (_what, dialect, ends) => {
      const { fake, web, handed, killAndRecover } = await killable(dialect);
      await silentFor(fake, 4);
      fake.mood = "accept";
      await killAndRecover();
      expect(countBy(handed.recipients.map(({ id }) => web.stateOf(id) ?? "?"))).toEqual(ends);
      const keys = fake.taken.map(({ key }) => key);
      expect([keys.length, new Set(keys).size]).toEqual([8, 8]);
    },
    60_000,
  );
});

test("what was attempted through a gateway that has changed since is not made again: another account knows none of its keys", async () => {
  const { fake, web, handed, gateway, calls, killAndRecover } = await killable(resend);
  await silentFor(fake, 4);
  await calls.control(handed.campaign, "paused");
  const other = await httpSubject(resend).start();
  stack.push(other);
  await killAndRecover(async (again) => {
    await again.patch({
      gateways: [{ id: gateway, settings: other.settings, secrets: other.secrets }],
    });
    await again.control(handed.campaign, "running");
  });
  expect(countBy(handed.recipients.map(({ id }) => web.stateOf(id) ?? "?"))).toEqual({
    sent: 4,
    uncertain: 4,
  });
  const keys = [...fake.taken, ...other.taken].map(({ key }) => key);
  expect([keys.length, new Set(keys).size]).toEqual([8, 8]);
}, 60_000);

/** A real process with eight emails, four at once. */
async function killable(dialect: Dialect) {
  const redis = await ownRedis();
  const web = webStandIn([SERVICE_KEY]);
  const fake = await httpSubject(dialect).start();
  fake.mood = "silence";
  stack.push(redis, web, fake);
  const start = async () => {
    const child = await startChild({
      REDIS_URL: redis.url,
      WEB_URL: web.url,
      SEND_CONCURRENCY: "4",
      ATTEMPT_DEADLINE_MS: "5000",
    });
    stack.push(child);
    return child;
  };
  const first = await start();
  const calls = callsTo(first.url);
  const gateway = newId();
  const { settings, secrets } = fake;
  await calls.patch({ gateways: [{ id: gateway, kind: dialect.adapter.kind, settings, secrets }] });
  const handed = batch({ content: await calls.put(content()), gateway, recipients: recipients(8) });
  await calls.post(handed);
  return {
    fake,
    web,
    handed,
    gateway,
    calls,
    async killAndRecover(meanwhile: (again: Calls) => Promise<void> = async () => {}) {
      first.signal("SIGKILL");
      await first.exited;
      const again = callsTo((await start()).url);
      await meanwhile(again);
      await until(async () => (await again.batch(handed.batch))?.done === true, {
        what: "every email to be settled",
        timeoutMs: 40_000,
      });
    },
  };
}
