import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import type { Batch, Content } from "@mailwright/protocol";
import { FaultProxy, ownRedis, type OwnServer, until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { startChild } from "../testing/child.ts";
import { aGateway, callsTo, countBy, SERVICE_KEY } from "../testing/client.ts";
import { batch, content, recipients } from "../testing/factories.ts";
import { type GatewayStandIn, gatewayStandIn } from "../testing/gateway-stand-in.ts";
import { type WebStandIn, webStandIn } from "../testing/web-stand-in.ts";

// A process that dies is given up after its lock (3.5 s) and a stall check (0.5 s), and each test waits for that once.
const RECOVERY_MS = 25_000;

interface Scene extends AsyncDisposable {
  redis: OwnServer;
  /** The way to Redis, which a test may cut off. */
  toRedis: FaultProxy;
  gateway: GatewayStandIn;
  web: WebStandIn;
  handed: Batch;
  /** Kills the first process, heals what was broken, starts another and waits until web has heard of every end. */
  killAndRecover(): Promise<Record<string, number>>;
}

/** A real process, with a batch of 40 in its hands and sixteen attempts at once. */
async function scene(
  answer: GatewayStandIn["answer"],
  template?: Content["template"],
): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await ownRedis());
  const toRedis = stack.use(new FaultProxy(redis.port));
  const gateway = stack.use(gatewayStandIn());
  const web = stack.use(webStandIn([SERVICE_KEY]));
  gateway.answer = answer;
  const start = async () =>
    stack.use(
      await startChild({
        REDIS_URL: toRedis.through(redis.url),
        WEB_URL: web.url,
        SEND_CONCURRENCY: "16",
        ATTEMPT_DEADLINE_MS: "1000",
      }),
    );
  const first = await start();
  const calls = callsTo(first.url);
  const gatewayId = newId();
  await calls.patch({ gateways: [aGateway(gatewayId, gateway.url)] });
  const hash = await calls.put(content(template === undefined ? {} : { template }));
  const handed = batch({ content: hash, gateway: gatewayId, recipients: recipients(40) });
  expect(await calls.post(handed)).toBe(202);
  const owned = stack.move();
  return {
    redis,
    toRedis,
    gateway,
    web,
    handed,
    async killAndRecover() {
      first.signal("SIGKILL");
      await first.exited;
      toRedis.heal();
      const next = await startChild({
        REDIS_URL: redis.url,
        WEB_URL: web.url,
        ATTEMPT_DEADLINE_MS: "1000",
      });
      owned.use(next);
      const again = callsTo(next.url);
      await until(async () => (await again.batch(handed.batch))?.done === true, {
        what: "every email to be settled",
        timeoutMs: RECOVERY_MS,
      });
      return countBy(handed.recipients.map(({ id }) => web.stateOf(id) ?? "unheard of"));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function expectOneAttemptEach({ gateway, web, handed }: Scene): Promise<void> {
  const asked = gateway.received.map(({ key }) => key);
  expect(new Set(asked).size).toBe(asked.length);
  expect(new Set(gateway.accepted).size).toBe(gateway.accepted.length);
  for (const { id } of handed.recipients)
    if (web.stateOf(id) === "sent") expect(gateway.accepted).toContain(id);
  // What a reporter had in hand when it died comes later than the rest.
  await until(() => web.gaps().length === 0, { what: "the dead reporter's reports" });
}

test("kill -9 before the socket is touched: what was journalled as begun is uncertain, the rest is sent, nothing twice", async () => {
  // Rendering takes a tenth of a second and stands between the journal and the socket.
  const text = "{% for i in (1..100) %}{% for j in (1..600) %}{% endfor %}{% endfor %}Hello";
  await using given = await scene(() => "accept", { subject: "Hi", html: null, text });
  const redis = new Redis(given.redis.url);
  await until(async () => Number(await redis.hget("{mw-0}:counts", "sending")) > 0, { everyMs: 1 });
  redis.disconnect();
  const before = given.gateway.received.length;
  expect(before).toBeLessThan(16);
  const counts = await given.killAndRecover();
  expect(counts["uncertain"]).toBeGreaterThan(0);
  expect((counts["sent"] ?? 0) + counts["uncertain"]!).toBe(40);
  expect(given.gateway.accepted.length).toBe(counts["sent"]!);
  await expectOneAttemptEach(given);
}, 60_000);

test("kill -9 after the bytes have left: nobody can tell, so those are uncertain and not sent again", async () => {
  const dead = Promise.withResolvers<void>();
  let alive = true;
  await using given = await scene(async () => {
    if (alive) await dead.promise;
    return "accept" as const;
  });
  await until(() => given.gateway.received.length === 16);
  const recovered = given.killAndRecover();
  // The gateway accepts what a process asked that is no more.
  alive = false;
  dead.resolve();
  expect(await recovered).toEqual({ sent: 24, uncertain: 16 });
  expect(given.gateway.accepted).toHaveLength(40);
  await expectOneAttemptEach(given);
}, 60_000);

test("kill -9 after the acceptance and before the journal has it: accepted once, uncertain here, never sent again", async () => {
  const cutOff = Promise.withResolvers<void>();
  let reachable = true;
  await using given = await scene(async () => {
    if (reachable) await cutOff.promise;
    return "accept" as const;
  });
  await until(() => given.gateway.received.length === 16);
  // Reset, not held back: what is held back would still arrive.
  given.toRedis.set({ mode: "reset" });
  reachable = false;
  cutOff.resolve();
  await until(() => given.gateway.accepted.length === 16);
  expect(await given.killAndRecover()).toEqual({ sent: 24, uncertain: 16 });
  await expectOneAttemptEach(given);
}, 60_000);

test("kill -9 of Redis in the middle of a batch: it comes back with all that it had acknowledged, and the work goes on by itself", async () => {
  await using given = await scene(async () => {
    await Bun.sleep(20);
    return "accept" as const;
  });
  const { redis, gateway, web, handed } = given;
  await until(() => gateway.received.length > 8);
  await redis.restart();
  await until(() => handed.recipients.every(({ id }) => web.stateOf(id) === "sent"), {
    timeoutMs: RECOVERY_MS,
  });
  expect(gateway.accepted).toHaveLength(40);
  await expectOneAttemptEach(given);
}, 60_000);
