import { expect, test } from "bun:test";
import { silentLog, systemClock } from "@mailwright/platform";
import { parseSettingsView } from "@mailwright/protocol";
import { until } from "@mailwright/testing";
import { aGateway, callsTo, finished, send, setUp } from "./testing/client.ts";
import { startChild } from "./testing/child.ts";
import { startEmailClient } from "./start.ts";

test("a port that is taken is a fault of the start, which leaves nothing open; the one that has it goes on", async () => {
  await using given = await setUp();
  const port = Number(new URL(given.client.url).port);
  await expect(
    startEmailClient({ ...given.config, port }, systemClock, silentLog),
  ).rejects.toThrow();
  expect(await finished(given, await send(given, 3))).toEqual({ sent: 3 });
});

test("SIGTERM in the middle of a batch ends the process with code 0: its attempts end, and the next process does the rest", async () => {
  await using given = await setUp({ config: { concurrency: 4 } });
  const { gateway, web, redisUrl, client } = given;
  await client[Symbol.asyncDispose]();
  const env = { REDIS_URL: redisUrl, WEB_URL: web.url, SEND_CONCURRENCY: "4" };
  await using first = await startChild(env);
  gateway.answer = async () => {
    await Bun.sleep(10);
    return "accept" as const;
  };
  const handed = await send({ calls: callsTo(first.url), gatewayId: given.gatewayId }, 200);
  await until(() => gateway.received.length > 20);
  first.signal("SIGTERM");
  expect(await first.exited).toBe(0);
  const begun = gateway.received.length;
  expect(gateway.accepted).toHaveLength(begun);
  await using second = await startChild(env);
  expect(await finished({ calls: callsTo(second.url), web }, handed)).toEqual({ sent: 200 });
  expect(gateway.received).toHaveLength(200);
  expect(web.gaps()).toEqual([]);
});

test("with PRIVATE_GATEWAYS=refuse nothing goes to a gateway on this machine, and the log, every attempt and a change of it say so", async () => {
  await using given = await setUp();
  const { gateway, gatewayId, web, redisUrl, client } = given;
  await client[Symbol.asyncDispose]();
  const env = { REDIS_URL: redisUrl, WEB_URL: web.url, PRIVATE_GATEWAYS: "refuse" };
  await using strict = await startChild(env);
  expect(strict.output).toMatch(
    new RegExp(`"gateway":"${gatewayId}","setting":"url".*PRIVATE_GATEWAYS`),
  );
  const calls = callsTo(strict.url);
  const handed = await send({ calls, gatewayId }, 3, { attempts: 2, first_wait_s: 0.1 });
  expect(await finished({ calls, web }, handed)).toEqual({ failed: 3 });
  const refused = {
    code: "unavailable",
    detail:
      "Not connected: 127.0.0.1 has no public address, which gateways need unless PRIVATE_GATEWAYS is “allow”.",
  };
  expect(web.historyOf(handed.recipients[0]!.id)).toMatchObject([
    { event: "START", state: "sending" },
    { event: "UNAVAILABLE", state: "retrying", error: refused },
    { event: "DUE", state: "sending" },
    { event: "UNAVAILABLE", state: "failed", error: refused },
  ]);
  const moved = { gateways: [aGateway(gatewayId, "http://127.0.0.2/email")] };
  expect(await calls.client.call("PATCH", "/v1/settings", moved, parseSettingsView)).toMatchObject({
    kind: "refused",
    status: 422,
    field: "gateways.0.settings.url",
  });
  expect(gateway.received).toEqual([]);
});

test("SIGTERM while Redis has not come up yet ends the start at once", async () => {
  const child = Bun.spawn([process.execPath, `${import.meta.dir}/main.ts`], {
    env: {
      PATH: process.env["PATH"] ?? "",
      REDIS_URL: "redis://127.0.0.1:1",
      WEB_URL: "http://127.0.0.1:1",
      SERVICE_KEYS: `k:${Buffer.alloc(32).toString("base64")}`,
      CREDENTIALS_KEYS: `k:${Buffer.alloc(32).toString("base64")}`,
      PORT: "0",
    },
    stdout: "pipe",
    stderr: "pipe",
  });
  const reader = child.stdout.getReader();
  await reader.read();
  const begun = performance.now();
  child.kill("SIGTERM");
  await child.exited;
  expect(performance.now() - begun).toBeLessThan(5_000);
});
