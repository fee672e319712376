import { expect, test } from "bun:test";
import { until } from "@mailwright/testing";
import { startChild } from "../testing/child.ts";
import { callsTo, finished, send, setUp } from "../testing/client.ts";

/**
 * A process is frozen (SIGSTOP) with its attempts under way, for longer than its lock lasts; another client takes the
 * batch over. Then the gateway accepts, and the process wakes up (SIGCONT).
 */
async function frozen(successorDeadlineMs: number) {
  await using stack = new AsyncDisposableStack();
  const given = stack.use(
    await setUp({ config: { concurrency: 4, attemptDeadlineMs: successorDeadlineMs } }),
  );
  const { gateway, redisUrl, web, client } = given;
  await client[Symbol.asyncDispose]();
  const zombie = stack.use(
    await startChild({
      REDIS_URL: redisUrl,
      WEB_URL: web.url,
      SEND_CONCURRENCY: "4",
      ATTEMPT_DEADLINE_MS: "60000",
    }),
  );
  const thawed = Promise.withResolvers<void>();
  let isFrozen = false;
  gateway.answer = async () => {
    if (!isFrozen) await thawed.promise;
    return "accept" as const;
  };
  const handed = await send({ calls: callsTo(zombie.url), gatewayId: given.gatewayId }, 12);
  await until(() => gateway.received.length === 4);
  zombie.signal("SIGSTOP");
  isFrozen = true;
  const successor = stack.use(await given.start());
  const calls = callsTo(successor.url);
  const owned = stack.move();
  return {
    gateway,
    web,
    handed,
    zombie,
    finished: () => finished({ calls, web }, handed, 20_000),
    resolving: () => handed.recipients.filter(({ id }) => web.stateOf(id) === "resolving").length,
    wakeUp() {
      thawed.resolve();
      zombie.signal("SIGCONT");
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test("fault 5: a process that was frozen past its lock writes nothing when it wakes up after the batch was settled without it", async () => {
  await using given = await frozen(300);
  const { gateway, web, handed, zombie } = given;
  expect(await given.finished()).toEqual({ sent: 8, uncertain: 4 });
  const before = handed.recipients.map(({ id }) => web.historyOf(id));
  given.wakeUp();
  await until(() => gateway.accepted.length === 12);
  // It is quite alive: it stops when it is told to, and has then said all that it ever will.
  zombie.signal("SIGTERM");
  expect(await zombie.exited).toBe(0);
  expect(handed.recipients.map(({ id }) => web.historyOf(id))).toEqual(before);
  expect(new Set(gateway.received.map(({ key }) => key)).size).toBe(12);
  expect(gateway.received).toHaveLength(12);
  expect(web.gaps()).toEqual([]);
}, 60_000);

test("a process that wakes up while its successor still wonders tells it how its attempts ended: nothing stays uncertain", async () => {
  await using given = await frozen(15_000);
  const { gateway, web } = given;
  await until(() => given.resolving() === 4, { timeoutMs: 20_000 });
  given.wakeUp();
  expect(await given.finished()).toEqual({ sent: 12 });
  expect(gateway.received).toHaveLength(12);
  expect(web.gaps()).toEqual([]);
}, 60_000);
