import { expect, test } from "bun:test";
import { createLog, newId, systemClock } from "@mailwright/platform";
import { createServiceClient } from "@mailwright/protocol";
import { testRedis, type TestRedis, until } from "@mailwright/testing";
import { readFeedback } from "../feedback/feedback.ts";
import { ANYWHERE } from "../gateways/outbound.ts";
import { patchSettings } from "../settings/settings.ts";
import { createVault } from "../settings/vault.ts";
import { CREDENTIALS_KEY, SERVICE_KEY } from "../testing/client.ts";
import { type PollerContext, startBouncePoller } from "./poller.ts";
import { createVerp } from "./verp.ts";

const PASSWORD = "correct-horse-battery";
const vault = createVault([CREDENTIALS_KEY]);

/** Takes connections and does with each what it is told; `count` is how many there were. */
function server(onOpen: (socket: { end(): void }) => void) {
  let count = 0;
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        count++;
        onOpen(socket);
      },
      data() {},
    },
  });
  return {
    port: listener.port,
    count: () => count,
    [Symbol.dispose]: () => listener.stop(true),
  };
}

async function withMailbox({ redis }: TestRedis, port: number, id = newId()): Promise<string> {
  const settings = {
    host: "127.0.0.1",
    bounce_address: "bounces@example.com",
    bounce_host: "127.0.0.1",
    bounce_port: String(port),
    bounce_security: "none",
    bounce_username: "bounces",
  };
  const secrets = { bounce_password: PASSWORD };
  const gateways = [{ id, kind: "smtp", settings, secrets }];
  expect(await patchSettings(redis, vault, { gateways }, ANYWHERE)).toEqual([]);
  return id;
}

function contextOf({ redis }: TestRedis, bouncesMs: number) {
  const said: { gateway: string; why: string }[] = [];
  const log = createLog("test", "silent");
  log.warn = ((about: (typeof said)[0]) => void said.push(about)) as typeof log.warn;
  const web = createServiceClient({
    url: "http://127.0.0.1:1",
    keys: [SERVICE_KEY],
    now: Date.now,
  });
  const verp = createVerp([CREDENTIALS_KEY]);
  const pace = { bouncesMs };
  const context: PollerContext = {
    redis,
    vault,
    verp,
    web,
    clock: systemClock,
    log,
    pace,
    outbound: ANYWHERE,
  };
  return { context, said };
}

test("of two processes one reads a mailbox in its turn, and the other leaves it alone", async () => {
  await using given = await testRedis();
  using imap = server((socket) => socket.end());
  const id = await withMailbox(given, imap.port);
  const { context, said } = contextOf(given, 60_000);
  let asked = 0;
  const redis = new Proxy(given.redis, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name === "set") asked++;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  await using _first = startBouncePoller({ ...context, redis });
  await using _second = startBouncePoller({ ...context, redis });
  await until(() => asked === 2 && said.length > 0, { what: "both to have asked for the turn" });
  expect(imap.count()).toBe(1);
  expect(said.map(({ gateway }) => gateway)).toEqual([id]);
});

test("a server that never answers is given up before the next turn, and then tried again", async () => {
  await using given = await testRedis();
  using imap = server(() => {});
  await withMailbox(given, imap.port);
  const { context, said } = contextOf(given, 600);
  await using _poller = startBouncePoller(context);
  await until(() => imap.count() >= 2, { what: "the mailbox to be tried again" });
  expect(said[0]?.why).toBe("it took too long");
});

test("a poller that is stopped while a server does not answer stops at once and says nothing", async () => {
  await using given = await testRedis();
  using imap = server(() => {});
  await withMailbox(given, imap.port);
  const { context, said } = contextOf(given, 60_000);
  const poller = startBouncePoller(context);
  await until(() => imap.count() === 1, { what: "the connection" });
  await poller[Symbol.asyncDispose]();
  expect(said).toEqual([]);
});

test("one mailbox that cannot be read keeps no other from being read, and no password is said", async () => {
  await using given = await testRedis();
  using away = server((socket) => socket.end());
  using other = server((socket) => socket.end());
  const ids = [await withMailbox(given, away.port), await withMailbox(given, other.port)];
  const { context, said } = contextOf(given, 60_000);
  await using _poller = startBouncePoller(context);
  await until(() => said.length === 2, { what: "both to be tried" });
  expect(said.map(({ gateway }) => gateway).toSorted()).toEqual(ids.toSorted());
  expect(JSON.stringify(said)).not.toContain(PASSWORD);
});

test("a mailbox that cannot be read says so with the words, and since when it has been so", async () => {
  await using given = await testRedis();
  using imap = server((socket) => socket.end());
  const id = await withMailbox(given, imap.port);
  const { context } = contextOf(given, 300);
  await using _poller = startBouncePoller(context);
  const failing = async () => (await readFeedback(given.redis, id, Date.now()))?.mailbox?.failing;
  const first = await until(failing, { what: "the failure to be noted" });
  expect(first).toMatchObject({ since: first.at, fault: "unreachable" });
  expect(first.detail).not.toBe("");
  const later = await until(
    async () => {
      const now = await failing();
      return now !== undefined && now.at > first.at ? now : undefined;
    },
    { what: "the next try to be noted" },
  );
  expect(later.since).toBe(first.since);
});

test("a password that no key opens is told as such, where nobody would have looked for it", async () => {
  await using given = await testRedis();
  using imap = server((socket) => socket.end());
  const id = await withMailbox(given, imap.port);
  const { context, said } = contextOf(given, 60_000);
  const stranger = createVault([{ id: "c2", bytes: new Uint8Array(32).fill(9) }]);
  await using _poller = startBouncePoller({ ...context, vault: stranger });
  const failing = await until(
    async () => (await readFeedback(given.redis, id, Date.now()))?.mailbox?.failing,
    { what: "the failure to be noted" },
  );
  expect(failing.fault).toBe("sealed");
  expect([imap.count(), said.length]).toEqual([0, 1]);
});

test("a gateway without a mailbox has none that is read", async () => {
  await using given = await testRedis();
  using imap = server((socket) => socket.end());
  const bare = newId();
  const gateways = [{ id: bare, kind: "smtp", settings: { host: "127.0.0.1" } }];
  await patchSettings(given.redis, vault, { gateways }, ANYWHERE);
  const id = await withMailbox(given, imap.port);
  const { context, said } = contextOf(given, 60_000);
  await using _poller = startBouncePoller(context);
  await until(() => said.length === 1, { what: "the one that has one to be tried" });
  expect(said[0]?.gateway).toBe(id);
  expect(await given.redis.keys("mw:bounces:*")).toEqual([`mw:bounces:${id}:turn`]);
});
