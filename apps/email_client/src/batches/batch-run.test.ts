import { expect, test } from "bun:test";
import { ownRedis, until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { callsTo, finished, send, setUp } from "../testing/client.ts";

test("a process that is stopped while Redis refuses to say what a campaign may do hears its attempts end first", async () => {
  const redis = await ownRedis();
  await using given = await setUp({
    redis,
    config: { attemptDeadlineMs: 10_000 },
    pace: { sitOutMs: 60_000, turnMs: 60_000 },
  });
  const { calls, client, gateway, gatewayId, web } = given;
  // Between two of its turns the batch asks what its campaign may do.
  await calls.patch({ gateways: [{ id: gatewayId, rate_per_second: 1 }] });
  const stopped = Promise.withResolvers<void>();
  gateway.answer = async () => {
    await stopped.promise;
    return "accept" as const;
  };
  const handed = await send(given, 4);
  await until(() => gateway.received.length > 0);
  const direct = new Redis(redis.url);
  await direct.acl("SETUSER", "default", "-getex");
  await until(async () =>
    /^cmdstat_getex:.*rejected_calls=[1-9]/m.test(await direct.info("commandstats")),
  );
  const stopping = client[Symbol.asyncDispose]();
  // Long enough to stop without them.
  await Promise.race([stopping, Bun.sleep(500)]);
  stopped.resolve();
  await stopping;
  await direct.acl("SETUSER", "default", "+getex");
  direct.disconnect();
  await using next = await given.start();
  expect(await finished({ calls: callsTo(next.url), web }, handed, 30_000)).toEqual({ sent: 4 });
  expect(gateway.received).toHaveLength(4);
});
