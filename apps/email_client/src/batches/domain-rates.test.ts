import { expect, test } from "bun:test";
import { ownRedis, until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { finished, send, setUp, type SetUp } from "../testing/client.ts";
import { recipient } from "../testing/factories.ts";

const to = (domain: string, count: number) =>
  Array.from({ length: count }, (_, i) => recipient({ email: `someone-${i}@${domain}` }));

const mixed = () => [...to("one.example.com", 15), ...to("two.example.com", 15)];

const domainsOf = ({ gateway }: SetUp) =>
  gateway.received.map(({ body }) => (body["to"] as { email: string }).email.split("@")[1]);

const countOf = (given: SetUp, domain: string) =>
  domainsOf(given).filter((one) => one === domain).length;

test("an email whose domain is out of turn keeps nobody of its batch, and goes when its turn comes", async () => {
  await using given = await setUp();
  const { calls, gatewayId } = given;
  const rateOfSlow = (rate: number) =>
    calls.patch({ gateways: [{ id: gatewayId, domain_rates: { "slow.example.com": rate } }] });
  await rateOfSlow(0.01);
  const all = [...to("slow.example.com", 6), ...to("example.org", 100)];
  const handed = await send(given, 0, {}, { recipients: all });
  await until(() => countOf(given, "example.org") === 100, {
    what: "everybody else to be mailed",
  });
  expect(countOf(given, "slow.example.com")).toBe(1);
  await rateOfSlow(10);
  expect(await finished(given, handed)).toEqual({ sent: 106 });
});

test("a rate for every domain is each domain's own, and shared by all workers", async () => {
  await using given = await setUp();
  await using _second = await given.start();
  const { calls, gatewayId, gateway } = given;
  const rate = 20;
  await calls.patch({ gateways: [{ id: gatewayId, domain_rate_per_second: rate }] });
  const handed = await Promise.all(
    [1, 2, 3].map(() => send(given, 0, {}, { recipients: mixed() })),
  );
  for (const each of handed) expect(await finished(given, each)).toEqual({ sent: 30 });
  for (const domain of ["one.example.com", "two.example.com"]) {
    const times = gateway.received
      .filter(({ body }) => (body["to"] as { email: string }).email.endsWith(domain))
      .map(({ at }) => at);
    expect(times).toHaveLength(45);
    for (const from of times) {
      const inHalfASecond = times.filter((at) => at >= from && at < from + 500).length;
      // Half a second's, the burst, one, and as many as a busy machine may hold up and then deliver at once.
      expect(inHalfASecond).toBeLessThanOrEqual(rate * 0.6 + 1 + 4);
    }
  }
});

test("a domain's rate that is changed or taken away holds for what is being sent", async () => {
  await using given = await setUp();
  const { calls, gatewayId } = given;
  await calls.patch({ gateways: [{ id: gatewayId, domain_rates: { "example.com": 0.01 } }] });
  const handed = await send(given, 40);
  await until(() => given.gateway.received.length === 1, { what: "the first email" });
  await calls.patch({ gateways: [{ id: gatewayId, domain_rates: { "example.com": 500 } }] });
  expect(await finished(given, handed)).toEqual({ sent: 40 });
  await calls.patch({ gateways: [{ id: gatewayId, domain_rates: {} }] });
  expect(await finished(given, await send(given, 40))).toEqual({ sent: 40 });
});

test("a batch whose every domain is out of turn asks Redis a few times a second, not without end", async () => {
  await using given = await setUp({ redis: await ownRedis() });
  const { calls, gatewayId, redisUrl } = given;
  await calls.patch({ gateways: [{ id: gatewayId, domain_rate_per_second: 0.05 }] });
  await send(given, 50);
  await until(() => given.gateway.received.length === 1, { what: "the first email" });
  const redis = new Redis(redisUrl);
  const commands = async () =>
    Number(/total_commands_processed:(\d+)/.exec(await redis.info("stats"))?.[1]);
  const [before, begun] = [await commands(), performance.now()];
  // Nothing is to happen meanwhile.
  await Bun.sleep(1_000);
  const asked = (await commands()) - before;
  const seconds = (performance.now() - begun) / 1_000;
  redis.disconnect();
  expect(given.gateway.received).toHaveLength(1);
  // Heartbeats, the queue and the reporter ask too.
  expect(asked / seconds).toBeLessThan(300);
});
