import { expect, test } from "bun:test";
import { createLog, newId, silentLog } from "@mailwright/platform";
import { FaultProxy, ManualClock, ownRedis, testRedis } from "@mailwright/testing";
import { openRedis, type RedisClient } from "../redis/open.ts";
import { patchSettings } from "../settings/settings.ts";
import { createVerp } from "../bounces/verp.ts";
import { createVault } from "../settings/vault.ts";
import { aGateway, CREDENTIALS_KEY } from "../testing/client.ts";
import { MESSAGE } from "../testing/messages.ts";
import { ANYWHERE } from "./outbound.ts";
import { createGatewayRegistry, type OpenGateway } from "./registry.ts";

const vault = createVault([CREDENTIALS_KEY]);
const verp = createVerp([CREDENTIALS_KEY]);

function registryOf(redis: RedisClient, log = silentLog) {
  const clock = new ManualClock();
  const registry = createGatewayRegistry(redis, vault, clock, log, verp, ANYWHERE);
  const patch = (change: Parameters<typeof patchSettings>[2]["gateways"][0]) =>
    patchSettings(redis, vault, { gateways: [change] }, ANYWHERE);
  return { clock, registry, patch };
}

test("a gateway is opened once and held, with its breaker, while it does not change", async () => {
  await using given = await testRedis();
  const { registry, clock, patch } = registryOf(given.redis);
  const id = newId();
  await patch(aGateway(id, "http://gateway.example.com"));
  const open = await registry.get(id);
  expect(open).toMatchObject({ id, ratePerSecond: null });
  await clock.advance(10_000);
  expect((await registry.get(id))?.gateway).toBe(open!.gateway);
});

test("who asks for a gateway at once gets the same one, at first and after a change: its connections and its breaker are there once", async () => {
  await using given = await testRedis();
  const { registry, clock, patch } = registryOf(given.redis);
  const id = newId();
  const askAtOnce = async () => {
    const opened = await Promise.all(Array.from({ length: 10 }, () => registry.get(id)));
    return [new Set(opened).size, new Set(opened.map((open) => open?.breaker)).size];
  };
  await patch(aGateway(id, "http://gateway.example.com"));
  expect(await askAtOnce()).toEqual([1, 1]);
  await patch({ id, rate_per_second: 9 });
  await clock.advance(500);
  expect(await askAtOnce()).toEqual([1, 1]);
});

test("new credentials and a new rate are obeyed within half a second, or at once after a refresh, and get a new breaker", async () => {
  await using given = await testRedis();
  const { registry, clock, patch } = registryOf(given.redis);
  const id = newId();
  await patch(aGateway(id, "http://gateway.example.com"));
  const first = (await registry.get(id))!;
  for (let i = 0; i < 10; i++)
    first.breaker.record({ kind: "unauthorized", detail: "no" }, clock.now());
  expect(registry.breakerState(id)).toBe("open");
  await patch({ id, secrets: { password: "better" }, rate_per_second: 9 });
  expect(await registry.get(id)).toBe(first);
  await clock.advance(500);
  const second = (await registry.get(id))!;
  expect([second.ratePerSecond, second.gateway === first.gateway]).toEqual([9, false]);
  expect(registry.breakerState(id)).toBe("closed");
  await patch({ id, rate_per_second: 10 });
  registry.refresh();
  expect((await registry.get(id))?.ratePerSecond).toBe(10);
});

/** How many places there were to be taken. */
function takeAll({ places }: OpenGateway): number {
  let taken = 0;
  while (places!.tryAcquire("campaign") !== undefined) taken++;
  return taken;
}

test("places for attempts are the same under new settings, as many as those say; a gateway without a limit has none", async () => {
  await using given = await testRedis();
  const { registry, patch } = registryOf(given.redis);
  const [id, limitless] = [newId(), newId()];
  await patch(aGateway(limitless, "http://gateway.example.com"));
  expect((await registry.get(limitless))?.places).toBeUndefined();
  const save = async (settings: Record<string, string>) => {
    await patch({ id, kind: "smtp", settings: { host: "mail.example.com", ...settings } });
    registry.refresh();
    return (await registry.get(id))!;
  };
  const first = await save({});
  expect(takeAll(first)).toBe(5);
  const second = await save({ connections: "7" });
  expect([second.gateway === first.gateway, second.places === first.places]).toEqual([false, true]);
  expect(takeAll(second)).toBe(2);
  expect([takeAll(await save({ connections: "2" })), second.places?.inUse()]).toEqual([0, 7]);
});

test("whatever is opened refuses what no message may hold before its service hears of it", async () => {
  await using given = await testRedis();
  let heard = 0;
  await using server = Bun.serve({
    port: 0,
    fetch: () => Response.json({ message_id: String(++heard) }, { status: 202 }),
  });
  const { registry, patch } = registryOf(given.redis);
  const id = newId();
  await patch(aGateway(id, server.url.href));
  const { gateway } = (await registry.get(id))!;
  const send = (subject: string) =>
    gateway.send({ ...MESSAGE, subject }, AbortSignal.timeout(10_000));
  expect([(await send("Hello\r\nBcc: victim@example.net")).kind, heard]).toEqual(["rejected", 0]);
  expect([(await send("Hello")).kind, heard]).toEqual(["accepted", 1]);
});

test("a clock that is set back by hours keeps nobody on old credentials", async () => {
  await using given = await testRedis();
  const { registry, clock, patch } = registryOf(given.redis);
  const id = newId();
  await clock.advance(7_200_000);
  await patch(aGateway(id, "http://gateway.example.com"));
  await registry.get(id);
  await patch({ id, rate_per_second: 3 });
  await clock.advance(-7_200_000);
  expect((await registry.get(id))?.ratePerSecond).toBe(3);
});

test("one that does not exist, lacks a setting or cannot be opened is not there; of the last two it is said once, and mended it is", async () => {
  await using given = await testRedis();
  const said: string[] = [];
  const log = createLog("test");
  log.error = ((about: { why: string }) => void said.push(about.why)) as typeof log.error;
  const { registry, clock, patch } = registryOf(given.redis, log);
  const id = newId();
  const look = async () => {
    await clock.advance(1_000);
    return (await registry.get(id)) !== undefined;
  };
  expect([await look(), await look()]).toEqual([false, false]);
  await patch({ id, kind: "seed", settings: { url: "http://gateway.example.com" } });
  expect([await look(), await look()]).toEqual([false, false]);
  await patch({ id, settings: { username: "ann" }, secrets: { password: "secret" } });
  expect([await look(), await look()]).toEqual([true, true]);

  const stranger = createVault([{ id: "other", bytes: new Uint8Array(32).fill(9) }]);
  await patchSettings(
    given.redis,
    stranger,
    { gateways: [{ id, secrets: { password: "x" } }] },
    ANYWHERE,
  );
  expect([await look(), await look()]).toEqual([false, false]);
  // That one does not exist is no error: anybody may ask for one.
  expect(said).toEqual([
    "a setting is missing",
    "its secrets cannot be opened with CREDENTIALS_KEYS",
  ]);
});

test("while Redis does not answer, what was read last holds", async () => {
  await using server = await ownRedis();
  await using proxy = new FaultProxy(server.port);
  const redis = openRedis([proxy.through(server.url)], silentLog);
  try {
    const { registry, clock, patch } = registryOf(redis);
    const id = newId();
    await patch(aGateway(id, "http://gateway.example.com"));
    const open = await registry.get(id);
    proxy.set({ mode: "reset" });
    proxy.set({ mode: "refuse" });
    await clock.advance(1_000);
    expect(await registry.get(id)).toBe(open!);
    await expect(registry.get(newId())).rejects.toThrow();
  } finally {
    redis.disconnect();
  }
});
