import { expect, test } from "bun:test";
import { silentLog, systemClock } from "@mailwright/platform";
import { finished, send, setUp } from "../testing/client.ts";
import { startEmailClient } from "../start.ts";

test("the number of shards cannot be changed under emails that are under way, and can when the journal is empty", async () => {
  await using given = await setUp();
  const campaign = crypto.randomUUID();
  await given.calls.control(campaign, "paused");
  const handed = await send(given, 3, {}, { campaign });
  const start = () => startEmailClient({ ...given.config, shards: 4 }, systemClock, silentLog);
  await expect(start()).rejects.toThrow(
    "REDIS_SHARDS is 4, but the journal holds emails in 1: let it run empty with REDIS_SHARDS=1 first",
  );
  await given.calls.control(campaign, "running");
  expect(await finished(given, handed)).toEqual({ sent: 3 });
  await given.client[Symbol.asyncDispose]();
  const split = await start();
  await split[Symbol.asyncDispose]();
  await using _whole = await given.start();
});
