import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { type GatewayTraffic, parseGatewayTraffic } from "@mailwright/protocol";
import { until } from "@mailwright/testing";
import { finished, send, setUp, type SetUp } from "../testing/client.ts";

async function trafficOf({ calls }: SetUp, gateway: string): Promise<GatewayTraffic | number> {
  const path = `/v1/gateways/${gateway}/traffic`;
  const answer = await calls.client.call("GET", path, undefined, parseGatewayTraffic);
  if (answer.kind === "unreachable") throw new Error(answer.why);
  return answer.kind === "ok" ? answer.value : answer.status;
}

function totals({ minutes }: GatewayTraffic) {
  const sum = (outcome: "accepted" | "rejected" | "throttled") =>
    minutes.map((minute) => minute[outcome]).reduce((total, count) => total + count, 0);
  return { accepted: sum("accepted"), rejected: sum("rejected"), throttled: sum("throttled") };
}

test("what the attempts of all workers came to is told, and what is slowed down", async () => {
  await using given = await setUp({ pace: { tallyMs: 50 } });
  await using _second = await given.start();
  const { gateway, gatewayId } = given;
  await given.calls.patch({ gateways: [{ id: gatewayId, rate_per_second: 100 }] });
  expect(await trafficOf(given, gatewayId)).toMatchObject({
    rate_per_second: 100,
    slowed: [],
    minutes: [],
  });
  gateway.answer = ({ attempt }) =>
    attempt === 1 ? 429 : gateway.received.length % 2 ? 400 : "accept";
  const handed = await Promise.all([send(given, 20), send(given, 20)]);
  for (const each of handed) await finished(given, each);
  const traffic = await until(
    async () => {
      const seen = (await trafficOf(given, gatewayId)) as GatewayTraffic;
      const { accepted, rejected } = totals(seen);
      return accepted + rejected === 40 ? seen : undefined;
    },
    { what: "all attempts to be counted" },
  );
  expect(totals(traffic)).toEqual({
    accepted: gateway.accepted.length,
    rejected: 40 - gateway.accepted.length,
    throttled: 40,
  });
  const [slowed] = traffic.slowed;
  expect(slowed?.domain).toBeUndefined();
  expect(slowed?.rate_per_second).toBeLessThan(60);
  expect(traffic.rate_per_second).toBeLessThan(60);
  expect(slowed!.until).toBeGreaterThan(traffic.at);
});

test("a gateway that there is none of has no traffic", async () => {
  await using given = await setUp();
  expect(await trafficOf(given, newId())).toBe(404);
  expect(await trafficOf(given, "x")).toBe(404);
});
