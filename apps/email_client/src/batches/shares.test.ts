import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { until } from "@mailwright/testing";
import { aGateway, finished, send, setUp } from "../testing/client.ts";
import { gatewayStandIn } from "../testing/gateway-stand-in.ts";

test("a campaign through a gateway that answers slowly leaves another one slots to be sent at its own pace", async () => {
  await using given = await setUp({ config: { attemptDeadlineMs: 3_000 } });
  await using quick = gatewayStandIn();
  const { calls, gateway } = given;
  gateway.answer = async () => {
    await Bun.sleep(400);
    return "accept" as const;
  };
  const quickId = newId();
  await calls.patch({ gateways: [aGateway(quickId, quick.url)] });
  const slow = await send(given, 400);
  await until(() => gateway.received.length === 32);
  expect(gateway.mostAtOnce).toBe(16);
  const handed = await send({ calls, gatewayId: quickId }, 200);
  expect(await finished(given, handed)).toEqual({ sent: 200 });
  // Its slots come free 40 times a second: with every other of them the quick one would take 5 seconds, and 200 of its attempts.
  expect(gateway.received.length).toBeLessThan(32 + 100);
  expect(await finished(given, slow, 20_000)).toEqual({ sent: 400 });
});
