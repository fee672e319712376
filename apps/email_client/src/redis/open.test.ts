import { describe, expect, test } from "bun:test";
import { createLog, silentLog, systemClock } from "@mailwright/platform";
import { FaultProxy, ManualClock, ownRedis, until } from "@mailwright/testing";
import type { Redis } from "ioredis";
import { openRedis } from "./open.ts";
import { redisFaults, requireRedis } from "./require.ts";

/** A log that is kept instead of written. */
function heard() {
  const said: string[] = [];
  const log = createLog("test", "silent");
  const hear = (first: unknown, second?: unknown) =>
    void said.push(typeof first === "string" ? first : String(second));
  Object.assign(log, { error: hear, warn: hear, info: hear });
  return { log, said };
}

/** What is said of a Redis with these settings. */
async function faultsOf(settings: Record<string, string>): Promise<string> {
  await using server = await ownRedis(settings);
  const { log, said } = heard();
  const redis = openRedis([server.url], silentLog);
  await requireRedis(redis, systemClock, log);
  redis.disconnect();
  return said.join("; ");
}

describe("while Redis is away", () => {
  test("a request fails fast, and the next one after its return succeeds", async () => {
    await using server = await ownRedis();
    const redis = openRedis([server.url], silentLog);
    await redis.ping();
    await server.kill();
    const begun = performance.now();
    await expect(redis.ping()).rejects.toThrow();
    expect(performance.now() - begun).toBeLessThan(5_500);
    await server.start();
    await until(async () => (await redis.ping()) === "PONG", { timeoutMs: 5_000 });
    redis.disconnect();
  });

  test("a patient connection waits, and is back within five seconds of Redis; that is said once each", async () => {
    await using server = await ownRedis();
    const { log, said } = heard();
    const redis = openRedis([server.url], log, { patient: true });
    await redis.ping();
    await server.kill();
    const waiting = redis.set("key", "value");
    await until(() => said.length > 0);
    await server.start();
    const back = performance.now();
    expect(await waiting).toBe("OK");
    expect(performance.now() - back).toBeLessThan(5_000);
    await until(() => said.length > 1);
    expect(said).toEqual(["Redis does not answer; waiting for it", "Redis answers again"]);
    redis.disconnect();
  });
});

describe("at the start", () => {
  test("original, weakness 23: Redis is waited for until it answers", async () => {
    await using server = await ownRedis();
    await using proxy = new FaultProxy(server.port);
    proxy.set({ mode: "refuse" });
    const redis = openRedis([proxy.through(server.url)], silentLog);
    const required = requireRedis(redis, systemClock, silentLog);
    await until(() => redis.status === "reconnecting");
    proxy.heal();
    expect(await required).toBeUndefined();
    redis.disconnect();
  });

  test("a stop ends the wait, and so does patience that is at its end", async () => {
    const away = { ping: () => Promise.reject(new Error("not there")) } as unknown as Redis;
    const clock = new ManualClock();
    const stopping = new AbortController();
    const stopped = requireRedis(away, clock, silentLog, stopping.signal);
    await clock.advance(1_000);
    stopping.abort(new Error("stopped by SIGTERM"));
    await expect(stopped).rejects.toThrow("stopped by SIGTERM");

    const impatient = requireRedis(away, clock, silentLog).catch((error: Error) => error.message);
    await clock.advance(29_000);
    expect(Bun.peek.status(impatient)).toBe("pending");
    await clock.advance(1_500);
    expect(await impatient).toBe("not there");
  });

  test("what would lose emails is said, and the right settings are passed over in silence", async () => {
    expect(await faultsOf({})).toBe("");
    const wrong = await faultsOf({ appendonly: "no", "maxmemory-policy": "allkeys-lru" });
    expect(wrong).toMatch(/append-only file.*may evict keys/);
    expect(await faultsOf({ appendfsync: "everysec" })).toMatch(
      /^Redis answers before its file is on the disk/,
    );
  });

  test.each([
    ["ERR unknown command 'CONFIG'", "does not let its settings be read (CONFIG is disabled)"],
    [
      "NOPERM no permissions for 'config|get'",
      "does not let its settings be read (CONFIG is disabled)",
    ],
    ["Command timed out", "could not be asked how it keeps data (Command timed out)"],
  ])("settings that cannot be read are told with the reason: %s", async (said, told) => {
    const redis = { config: () => Promise.reject(new Error(said)) } as unknown as Redis;
    expect(await redisFaults(redis)).toEqual([expect.stringContaining(`Redis ${told}`)]);
  });

  test("one that is too old is refused", async () => {
    const old = {
      ping: async () => "PONG",
      info: async () => "# Server\r\nredis_version:6.2.14\r\n",
    } as unknown as Redis;
    await expect(requireRedis(old, systemClock, silentLog)).rejects.toThrow(
      "Redis is version 6.2.14; it has to be 7.0 or newer",
    );
  });
});
