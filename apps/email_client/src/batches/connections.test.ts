import { afterEach, describe, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { ROUTE } from "@mailwright/protocol";
import { until } from "@mailwright/testing";
import { weightField } from "../gateways/route.ts";
import {
  callsTo,
  finished,
  send,
  setUp,
  type SetUp,
  type SetUpOptions,
} from "../testing/client.ts";
import { smtpScript } from "../testing/smtp-script.ts";

/** Campaigns through a mail server that takes its time for every message and may be used over so many connections only. */
const stack: AsyncDisposable[] = [];
afterEach(async () => {
  for (const owned of stack.splice(0).toReversed()) await owned[Symbol.asyncDispose]();
});

async function setUpSmtp(tookMs: number, connections: number, options: SetUpOptions = {}) {
  const server = smtpScript();
  stack.push(server);
  const stats = { underWay: 0, mostAtOnce: 0 };
  server.hear = async () => {
    stats.mostAtOnce = Math.max(stats.mostAtOnce, ++stats.underWay);
    await Bun.sleep(tookMs);
    stats.underWay--;
  };
  const given = await setUp({ ...options, config: { concurrency: 10, ...options.config } });
  stack.push(given);
  const smtpId = newId();
  const here = { host: "127.0.0.1", port: String(server.port), security: "none" };
  const use = (atOnce: number) =>
    given.calls.patch({
      gateways: [{ id: smtpId, kind: "smtp", settings: { ...here, connections: String(atOnce) } }],
    });
  await use(connections);
  return { ...given, server, stats, smtpId, use };
}

/** Hands a batch of a campaign over that goes through the mail server. */
function mail(
  { calls, smtpId }: Pick<SetUp, "calls"> & { smtpId: string },
  emails: number,
  campaign = newId(),
) {
  return send({ calls, gatewayId: smtpId }, emails, {}, { campaign });
}

test("emails wait for a connection before their attempt begins: a slow server gets all of them, once", async () => {
  const given = await setUpSmtp(200, 1, { config: { attemptDeadlineMs: 1_000 } });
  const handed = await mail(given, 40);
  await until(() => given.server.messages.length === 10);
  const states = (await given.calls.batch(handed.batch))!.emails.map(({ state }) => state);
  // What a crash would leave in doubt: the one in dialogue, and the one before while its end is written.
  expect(states.filter((state) => state === "sending").length).toBeLessThanOrEqual(2);
  expect(await finished(given, handed, 30_000)).toEqual({ sent: 40 });
  expect([given.server.messages.length, given.stats.mostAtOnce]).toEqual([40, 1]);
  for (const { id } of handed.recipients)
    expect(given.web.historyOf(id).map(({ event }) => event)).toEqual(["START", "ACCEPTED"]);
  expect(given.web.gaps()).toEqual([]);
});

describe("of the emails that wait for a connection, none is sent", () => {
  test("after the campaign was paused, and all are when it is resumed", async () => {
    const given = await setUpSmtp(100, 1, { config: { attemptDeadlineMs: 5_000 } });
    const { calls, server, web } = given;
    const handed = await mail(given, 20);
    await until(() => handed.recipients.some(({ id }) => web.stateOf(id) === "sent"));
    await calls.control(handed.campaign, "paused");
    const before = server.messages.length;
    // Nothing tells that nothing happens: the time in which ten of them were sent.
    await Bun.sleep(1_000);
    expect(server.messages.length - before).toBeLessThanOrEqual(1);
    await calls.control(handed.campaign, "running");
    expect(await finished(given, handed)).toEqual({ sent: 20 });
  });

  test("after the campaign was cancelled", async () => {
    const given = await setUpSmtp(100, 1, { config: { attemptDeadlineMs: 5_000 } });
    const { calls, server } = given;
    const handed = await mail(given, 20);
    await until(() => server.messages.length === 2);
    await calls.control(handed.campaign, "cancelled");
    const before = server.messages.length;
    const { sent = 0, cancelled = 0 } = await finished(given, handed);
    expect(sent - before).toBeLessThanOrEqual(1);
    expect(sent + cancelled).toBe(20);
  });

  test("to somebody who has unsubscribed meanwhile", async () => {
    const given = await setUpSmtp(100, 1, { config: { attemptDeadlineMs: 5_000 } });
    const { calls, server } = given;
    const handed = await mail(given, 20);
    await until(() => server.messages.length === 2);
    await calls.suppress(handed.recipients.map(({ id, run }) => ({ id, run })));
    const before = server.messages.length;
    const { sent = 0, skipped = 0 } = await finished(given, handed);
    expect(sent - before).toBeLessThanOrEqual(1);
    expect(sent + skipped).toBe(20);
  });
});

test("a worker that stops makes no attempt that waited for a connection, and leaves all of them to the next", async () => {
  const given = await setUpSmtp(300, 1);
  const handed = await mail(given, 10);
  await until(() => given.server.messages.length === 1);
  await given.client[Symbol.asyncDispose]();
  expect(given.server.messages).toHaveLength(1);
  await using next = await given.start();
  expect(await finished({ ...given, calls: callsTo(next.url) }, handed)).toEqual({ sent: 10 });
  expect(given.server.messages).toHaveLength(10);
});

test("more connections are used as soon as they are set", async () => {
  const given = await setUpSmtp(200, 1);
  const handed = await mail(given, 30);
  await until(() => given.server.messages.length === 2);
  await given.use(6);
  expect(await finished(given, handed)).toEqual({ sent: 30 });
  expect(given.stats.mostAtOnce).toBe(6);
});

test("a route goes through another gateway while all connections to a server are taken", async () => {
  const given = await setUpSmtp(1_500, 1, { config: { attemptDeadlineMs: 5_000 } });
  const { calls, gateway, gatewayId, smtpId, server } = given;
  const route = newId();
  const settings = { [weightField(smtpId)]: "1000", [weightField(gatewayId)]: "1" };
  await calls.patch({ gateways: [{ id: route, kind: ROUTE, settings }] });
  const handed = await send({ calls, gatewayId: route }, 40);
  expect(await finished(given, handed)).toEqual({ sent: 40 });
  expect(server.messages.length).toBeLessThanOrEqual(2);
  expect(gateway.accepted.length + server.messages.length).toBe(40);
});

describe("a campaign through a slow server", () => {
  test("leaves the slots to others", async () => {
    const given = await setUpSmtp(500, 2, { config: { concurrency: 4, attemptDeadlineMs: 3_000 } });
    const slow = await mail(given, 30);
    await until(() => given.server.messages.length === 2);
    expect(await finished(given, await send(given, 200))).toEqual({ sent: 200 });
    expect(given.server.messages.length).toBeLessThan(10);
    expect(await finished(given, slow)).toEqual({ sent: 30 });
  });

  test("leaves room for batches of others among those that are worked on", async () => {
    const given = await setUpSmtp(700, 1, { config: { attemptDeadlineMs: 3_000 } });
    const campaign = newId();
    // More than are worked on at once.
    for (let batch = 0; batch < 14; batch++) await mail(given, 3, campaign);
    await until(() => given.server.messages.length === 1);
    expect(await finished(given, await send(given, 50))).toEqual({ sent: 50 });
    expect(given.server.messages.length).toBeLessThan(8);
  });

  test("shares its connections evenly with another one, however many batches it has", async () => {
    const given = await setUpSmtp(100, 1, { config: { attemptDeadlineMs: 3_000 } });
    const large = newId();
    for (let batch = 0; batch < 5; batch++) await mail(given, 30, large);
    await until(() => given.server.messages.length === 5);
    expect(await finished(given, await mail(given, 10))).toEqual({ sent: 10 });
    expect(given.server.messages.length).toBeLessThan(5 + 2 * 10 + 8);
  });
});
