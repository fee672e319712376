import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { ROUTE } from "@mailwright/protocol";
import { ownRedis, until } from "@mailwright/testing";
import { weightField } from "../gateways/route.ts";
import { startChild } from "../testing/child.ts";
import { aGateway, callsTo, finished, send, SERVICE_KEY, setUp } from "../testing/client.ts";
import { type GatewayStandIn, gatewayStandIn } from "../testing/gateway-stand-in.ts";
import { httpSubject } from "../testing/services/fake-service.ts";
import { postmark } from "../testing/services/postmark.ts";
import { webStandIn } from "../testing/web-stand-in.ts";

/** An email client with two gateways and a route over both. */
async function withRoute(weights: [first: number, second: number], attemptDeadlineMs = 1_000) {
  const stack = new AsyncDisposableStack();
  const given = stack.use(await setUp({ config: { attemptDeadlineMs } }));
  const second = stack.use(gatewayStandIn());
  const [firstId, secondId, route] = [given.gatewayId, newId(), newId()];
  const [first, other] = weights;
  await given.calls.patch({
    gateways: [
      aGateway(secondId, second.url),
      {
        id: route,
        kind: ROUTE,
        name: "Both",
        settings: { [weightField(firstId)]: String(first), [weightField(secondId)]: String(other) },
      },
    ],
  });
  return {
    ...given,
    first: given.gateway,
    second,
    firstId,
    secondId,
    route,
    /** Hands emails over that go by the route. */
    send: (emails: number, policy = {}) =>
      send({ calls: given.calls, gatewayId: route }, emails, policy),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const keysOf = ({ received }: GatewayStandIn) => received.map(({ key }) => key);

test("attempts go through the gateways of a route by their weights, and reports say through which", async () => {
  await using given = await withRoute([3, 1]);
  const { first, second, firstId, secondId, web } = given;
  const handed = await given.send(200);
  expect(await finished(given, handed)).toEqual({ sent: 200 });
  expect([...first.accepted, ...second.accepted].toSorted()).toEqual(
    handed.recipients.map(({ id }) => id).toSorted(),
  );
  // 150 are to be expected; six standard deviations are 37.
  expect(first.accepted.length).toBeGreaterThan(113);
  expect(first.accepted.length).toBeLessThan(187);
  for (const [standIn, id] of [
    [first, firstId],
    [second, secondId],
  ] as const)
    for (const key of standIn.accepted)
      expect(web.historyOf(key).map(({ gateway }) => gateway)).toEqual([id, id]);
});

test("what a gateway did not take goes through another, and once it fails always, everything does", async () => {
  await using given = await withRoute([1, 1]);
  const { first, second, firstId, secondId, web } = given;
  first.answer = () => 503;
  const handed = await given.send(200, { attempts: 50 });
  expect(await finished(given, handed, 30_000)).toEqual({ sent: 200 });
  expect(second.accepted.toSorted()).toEqual(handed.recipients.map(({ id }) => id).toSorted());
  const moved = keysOf(first)[0]!;
  expect(web.historyOf(moved).map(({ event, gateway }) => [event, gateway])).toEqual(
    expect.arrayContaining([
      ["UNAVAILABLE", firstId],
      ["ACCEPTED", secondId],
    ]),
  );
  // Its breaker opened.
  expect(first.received.length).toBeLessThan(200);
  expect(web.gaps()).toEqual([]);
});

test("a gateway that refuses its credentials fails nobody, while another takes what it refused", async () => {
  await using given = await withRoute([1, 1]);
  const { first, second, firstId, web } = given;
  first.answer = () => 401;
  const handed = await given.send(100, { attempts: 20 });
  expect(await finished(given, handed, 30_000)).toEqual({ sent: 100 });
  expect(second.accepted).toHaveLength(100);
  expect(web.historyOf(keysOf(first)[0]!)).toContainEqual(
    expect.objectContaining({
      event: "UNAVAILABLE",
      gateway: firstId,
      error: expect.objectContaining({ code: "unauthorized" }),
    }),
  );
});

test("how long one gateway asks to be left alone keeps no email from another", async () => {
  await using given = await withRoute([1, 1]);
  const { first, second, firstId, secondId, web } = given;
  first.answer = () => new Response(null, { status: 429, headers: { "retry-after": "86400" } });
  const handed = await given.send(100, { max_age_s: 86_400 });
  expect(await finished(given, handed, 30_000)).toEqual({ sent: 100 });
  expect(second.accepted).toHaveLength(100);
  const throttled = keysOf(first);
  // It is left alone: what it has throttled does not come back to it at once.
  expect(new Set(throttled).size).toBe(throttled.length);
  expect(throttled.length).toBeLessThanOrEqual(given.config.concurrency);
  expect(web.historyOf(throttled[0]!).map(({ event, gateway }) => [event, gateway])).toEqual([
    ["START", firstId],
    ["THROTTLED", firstId],
    ["DUE", secondId],
    ["ACCEPTED", secondId],
  ]);
});

test("one of weight 0 is used while no other can be, and not before", async () => {
  await using given = await withRoute([1, 0]);
  const { first, second } = given;
  expect(await finished(given, await given.send(50))).toEqual({ sent: 50 });
  expect(second.received).toEqual([]);
  first.answer = () => 503;
  expect(await finished(given, await given.send(100, { attempts: 50 }), 30_000)).toEqual({
    sent: 100,
  });
  expect(second.accepted).toHaveLength(100);
});

test("what may have been accepted by one gateway goes through no other, whatever the campaign says of doubt", async () => {
  await using given = await withRoute([1, 1], 200);
  const { first, second, firstId, web } = given;
  first.answer = () => "silence";
  const handed = await given.send(40, { when_uncertain: "resend" });
  const ends = await finished(given, handed, 30_000);
  const inDoubt = keysOf(first);
  expect(ends).toEqual({ sent: 40 - inDoubt.length, uncertain: inDoubt.length });
  expect(inDoubt.length).toBeGreaterThan(0);
  expect(new Set(inDoubt).size).toBe(inDoubt.length);
  expect(keysOf(second).filter((key) => inDoubt.includes(key))).toEqual([]);
  for (const { gateway } of web.historyOf(inDoubt[0]!)) expect(gateway).toBe(firstId);
});

test("after a crash the gateway that made the attempt is asked what became of it, and not the other one", async () => {
  await using redis = await ownRedis();
  await using web = webStandIn([SERVICE_KEY]);
  await using first = await httpSubject(postmark).start();
  await using second = gatewayStandIn();
  first.mood = "silence";
  const env = { REDIS_URL: redis.url, WEB_URL: web.url, ATTEMPT_DEADLINE_MS: "5000" };
  await using dies = await startChild({ ...env, SEND_CONCURRENCY: "4" });
  const calls = callsTo(dies.url);
  const [firstId, secondId, route] = [newId(), newId(), newId()];
  const { settings, secrets } = first;
  await calls.patch({
    gateways: [
      { id: firstId, kind: "postmark", settings, secrets },
      aGateway(secondId, second.url),
      {
        id: route,
        kind: ROUTE,
        settings: { [weightField(firstId)]: "1", [weightField(secondId)]: "0" },
      },
    ],
  });
  const handed = await send({ calls, gatewayId: route }, 4);
  await until(() => first.taken.length === 4, { what: "four attempts under way" });
  dies.signal("SIGKILL");
  await dies.exited;
  await using lives = await startChild(env);
  expect(await finished({ calls: callsTo(lives.url), web }, handed, 30_000)).toEqual({ sent: 4 });
  expect([first.taken.length, second.received.length]).toEqual([4, 0]);
  for (const { id } of handed.recipients) {
    const story = web.historyOf(id).map(({ event, gateway }) => [event, gateway]);
    expect(story).toEqual(["START", "INTERRUPTED", "CONFIRMED"].map((event) => [event, firstId]));
  }
}, 60_000);

test("a route none of whose gateways can be used waits, and goes on when one can", async () => {
  await using given = await withRoute([1, 1]);
  const { calls, firstId, secondId, route } = given;
  const leave = (first: string, second: string) =>
    calls.patch({
      gateways: [
        {
          id: route,
          settings: { [weightField(firstId)]: first, [weightField(secondId)]: second },
        },
      ],
    });
  await leave("", "");
  const handed = await given.send(5);
  expect((await calls.settings()).gateways.find(({ id }) => id === route)?.complete).toBe(false);
  await leave("", "2");
  expect(await finished(given, handed)).toEqual({ sent: 5 });
  expect(given.second.accepted).toHaveLength(5);
});
