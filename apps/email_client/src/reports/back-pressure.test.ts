import { expect, test } from "bun:test";
import { silentLog } from "@mailwright/platform";
import { ManualClock, until } from "@mailwright/testing";
import { finished, send, setUp } from "../testing/client.ts";
import { watchOutbox } from "./back-pressure.ts";

test("the watch says full above the limit and not full at it, and a failed look changes nothing", async () => {
  const clock = new ManualClock();
  let seen: number | undefined = 0;
  const counts = async () => {
    if (seen === undefined) throw new Error("Redis is down");
    return { outbox: seen, emails: 0, states: {} };
  };
  using watch = watchOutbox({ counts }, 10, clock, silentLog);
  const afterLooking = async (outbox: number | undefined) => {
    seen = outbox;
    await clock.advance(1_000);
    return watch.isFull();
  };
  expect([await afterLooking(10), await afterLooking(11)]).toEqual([false, true]);
  expect(await afterLooking(undefined)).toBe(true);
  expect(await afterLooking(10)).toBe(false);
});

test("while web is too far behind no attempt begins; when it has caught up sending goes on", async () => {
  const said: unknown[] = [];
  const log = silentLog.child({});
  log.warn = ((_about: unknown, what: unknown) => void said.push(what)) as typeof log.warn;
  await using given = await setUp({ config: { outboxLimit: 40, concurrency: 2 }, log });
  const { gateway, web } = given;
  gateway.answer = async () => {
    await Bun.sleep(10);
    return "accept" as const;
  };
  web.answer = () => new Response(null, { status: 503 });
  const handed = await send(given, 300);
  await until(() => said.includes("sending waits for web"));
  // Whoever was let through before goes on. Without the limit all would be through in 1.5 s.
  const begun = await until(async () => {
    const before = gateway.received.length;
    await Bun.sleep(500);
    return gateway.received.length === before && before;
  });
  expect(begun).toBeLessThan(200);
  let begunWhenWebWasBack = 0;
  web.answer = () => {
    begunWhenWebWasBack ||= gateway.received.length;
    return undefined;
  };
  expect(await finished(given, handed)).toEqual({ sent: 300 });
  // Two at a time: so many may still have been on their way when it seemed quiet.
  expect(begunWhenWebWasBack).toBeLessThanOrEqual(begun + 2);
});
