import { expect, test } from "bun:test";
import { parseRedisView } from "@mailwright/protocol";
import { ownRedis } from "@mailwright/testing";
import { setUp } from "../testing/client.ts";

test("whoever asks is told what is wrong with how Redis keeps data", async () => {
  await using given = await setUp({ redis: await ownRedis({ appendonly: "no" }) });
  const { calls } = given;
  expect(await calls.client.call("GET", "/v1/redis", undefined, parseRedisView)).toEqual({
    kind: "ok",
    status: 200,
    value: { faults: [expect.stringContaining("without its append-only file")] },
  });
});
