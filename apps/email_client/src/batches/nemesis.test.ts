import { expect, test } from "bun:test";
import { createDraws, newId, silentLog, systemClock } from "@mailwright/platform";
import { FaultProxy, ownRedis, until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { startEmailClient } from "../start.ts";
import {
  aGateway,
  callsTo,
  CREDENTIALS_KEY,
  SERVICE_KEY,
  send,
  SHORT_PACE,
} from "../testing/client.ts";
import { type Answer, gatewayStandIn } from "../testing/gateway-stand-in.ts";
import { webStandIn } from "../testing/web-stand-in.ts";

const ANSWERS: [weight: number, answer: Answer][] = [
  [0.7, "accept"],
  [0.86, 500],
  [0.9, 429],
  [0.95, 400],
  [0.97, "silence"],
];

test("three clients on a Redis that dies, behind networks that break, a web that comes and goes and a gateway with moods: everything settles, nothing is accepted twice, nothing is missing in what web heard", async () => {
  const { fraction: random } = createDraws(20_261_124);
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await ownRedis());
  const gateway = stack.use(gatewayStandIn());
  const web = stack.use(webStandIn([SERVICE_KEY]));
  const toWeb = stack.use(new FaultProxy(Number(new URL(web.url).port)));
  gateway.answer = async () => {
    await Bun.sleep(random() * 20);
    const roll = random();
    return ANSWERS.find(([weight]) => roll < weight)?.[1] ?? "accept";
  };

  const ways = Array.from({ length: 3 }, () => stack.use(new FaultProxy(redis.port)));
  const clients = await Promise.all(
    ways.map(async (way) =>
      stack.use(
        await startEmailClient(
          {
            port: 0,
            redisUrls: [way.through(redis.url)],
            webUrl: toWeb.through(web.url).replace(/\/$/, ""),
            serviceKeys: [SERVICE_KEY],
            credentialsKeys: [CREDENTIALS_KEY],
            logLevel: "info",
            shards: 2,
            concurrency: 8,
            emailsLimit: 10_000,
            outboxLimit: 10_000,
            attemptDeadlineMs: 400,
            privateGateways: "allow",
          },
          systemClock,
          silentLog,
          { pace: SHORT_PACE },
        ),
      ),
    ),
  );
  const calls = callsTo(clients[0]!.url);
  const gatewayId = newId();
  await calls.patch({ gateways: [aGateway(gatewayId, gateway.url)] });
  const handed = await Promise.all(
    Array.from({ length: 20 }, () => send({ calls, gatewayId }, 40, { attempts: 20 })),
  );

  const faults = [
    () => ways[Math.floor(random() * 3)]!.set({ mode: "reset" }),
    () => ways[Math.floor(random() * 3)]!.set({ mode: "blackhole" }),
    () => ways[Math.floor(random() * 3)]!.set({ latencyMs: 30 }),
    () => ways.forEach((way) => way.heal()),
    () => ways.forEach((way) => way.heal()),
    () => redis.restart(),
    () => toWeb.set({ mode: random() < 0.5 ? "refuse" : "reset" }),
    () => toWeb.set({ cutAfterBytes: { toClient: 10 } }),
    () => toWeb.heal(),
  ];
  for (let fault = 0; fault < 40; fault++) {
    await faults[Math.floor(random() * faults.length)]!();
    // The faults have to overlap with the work; how long each lasts is drawn too.
    await Bun.sleep(random() * 300);
  }
  ways.forEach((way) => way.heal());
  toWeb.heal();

  const direct = new Redis(redis.url);
  const people = handed.flatMap(({ recipients }) => recipients.map(({ id }) => id));
  const open = () => people.filter((id) => !SETTLED.has(web.stateOf(id) ?? ""));
  await until(() => open().length === 0, { what: "every email to settle", timeoutMs: 45_000 });
  await until(() => web.gaps().length === 0, { what: "gap-free histories", timeoutMs: 15_000 });
  expect(new Set(gateway.accepted).size).toBe(gateway.accepted.length);
  const accepted = new Set(gateway.accepted);
  for (const id of people) {
    const state = web.stateOf(id);
    if (state === "sent") expect(accepted).toContain(id);
    else if (state === "failed") expect(accepted).not.toContain(id);
  }
  await until(
    async () => {
      const shards = await Promise.all(
        [0, 1].map((shard) => direct.hgetall(`{mw-${shard}}:counts`)),
      );
      return shards.every((counts) => Object.values(counts).every((count) => count === "0"));
    },
    { what: "the journal to be empty", timeoutMs: 15_000 },
  );
  direct.disconnect();
}, 120_000);

const SETTLED = new Set<string>(["sent", "failed", "uncertain"]);
