import { describe, expect, test } from "bun:test";
import { newId, silentLog, systemClock } from "@mailwright/platform";
import { createServiceClient, REPORTS_LIMIT, type Report } from "@mailwright/protocol";
import { FaultProxy, testRedis, until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { createShards, type Shard } from "../redis/keys.ts";
import { SERVICE_KEY } from "../testing/client.ts";
import { putEntry, reportsOf } from "../testing/outbox.ts";
import { type WebStandIn, webStandIn } from "../testing/web-stand-in.ts";
import { createOutbox } from "./outbox.ts";
import { startReporter } from "./reporter.ts";

const shard = createShards(1)[0] as Shard;
const PACE = {
  gatherMs: 10,
  readBlockMs: 50,
  signOfLifeMs: 50,
  abandonedMs: 400,
  lookForAbandonedMs: 50,
};

async function setUp() {
  await using stack = new AsyncDisposableStack();
  const { redis, url } = stack.use(await testRedis());
  const web = stack.use(webStandIn([SERVICE_KEY]));
  const proxy = stack.use(new FaultProxy(Number(new URL(web.url).port)));
  const owned = stack.move();
  return {
    redis,
    web,
    proxy,
    put: (reports: Report[]) => putEntry(redis, shard, reports),
    /** Entries in the hands of each reporter. */
    async inHand(): Promise<number[]> {
      const consumers = (await redis.xinfo("CONSUMERS", shard.outbox, "reporters")) as unknown[][];
      return consumers.map((about) => about[about.indexOf("pending") + 1] as number);
    },
    isEmpty: async () =>
      (await redis.xlen(shard.outbox)) === 0 && (await redis.hget(shard.counts, "outbox")) === "0",
    start(pace: Partial<typeof PACE> = {}, key = SERVICE_KEY) {
      const blocking = new Redis(url);
      const outbox = createOutbox(blocking, redis, shard, newId());
      const client = createServiceClient({
        url: proxy.through(web.url).replace(/\/$/, ""),
        keys: [key],
        now: Date.now,
        timeoutMs: 300,
      });
      const reporter = startReporter(outbox, {
        web: client,
        clock: systemClock,
        log: silentLog,
        pace: { ...PACE, ...pace },
      });
      return {
        async [Symbol.asyncDispose]() {
          await reporter[Symbol.asyncDispose]();
          blocking.disconnect();
        },
      };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Numbers of an email's reports in the order in which web took them. */
const orderOf = ({ reports }: WebStandIn, email: string) =>
  reports.filter(({ id }) => id === email).map(({ seq }) => seq);

test("reports reach web in the order of each email's transitions, once, and then the outbox is empty", async () => {
  await using given = await setUp();
  const { web, put, isEmpty } = given;
  const [ann, bob] = [reportsOf(100), reportsOf(100)];
  await using _reporter = given.start();
  for (let i = 0; i < 100; i += 4) await put([...ann.slice(i, i + 4), ...bob.slice(i, i + 4)]);
  await until(isEmpty);
  const inOrder = Array.from({ length: 100 }, (_, index) => index + 1);
  expect(orderOf(web, ann[0]!.id)).toEqual(inOrder);
  expect(orderOf(web, bob[0]!.id)).toEqual(inOrder);
});

describe("an answer that is none", () => {
  const answers: [string, () => Response | Promise<Response>][] = [
    ["500", () => new Response("no", { status: 500 })],
    ["503 with a problem", () => Response.json({ title: "no" }, { status: 503 })],
    ["401", () => new Response(null, { status: 401 })],
    ["404", () => new Response("nothing here", { status: 404 })],
    ["413", () => new Response(null, { status: 413 })],
    ["garbage", () => new Response("<html>", { status: 200 })],
    ["JSON of another shape", () => Response.json({ applied: "all" })],
    ["an empty 200", () => new Response("")],
    ["a 204", () => new Response(null, { status: 204 })],
    ["a redirect", () => new Response(null, { status: 307, headers: { location: "/elsewhere" } })],
    ["silence", () => new Promise<Response>(() => {})],
  ];
  test.each(answers)(
    "(%s) drops nothing: the same is posted again until web has it",
    async (_what, answer) => {
      await using given = await setUp();
      const { web, put, isEmpty, redis } = given;
      const offered: Report[][] = [];
      web.answer = (reports) => {
        offered.push(reports);
        return offered.length < 3 ? answer() : undefined;
      };
      const [ann] = [reportsOf(3)];
      await put(ann);
      await using _reporter = given.start();
      await until(() => offered.length === 2);
      expect(await redis.xlen(shard.outbox)).toBe(1);
      await until(isEmpty);
      expect(offered).toEqual([ann, ann, ann]);
      expect(web.reports).toEqual(ann);
    },
  );
});

test("reports that web took without its answer arriving are posted again, and web writes them once", async () => {
  await using given = await setUp();
  const { web, put, isEmpty, proxy } = given;
  const ann = reportsOf(5);
  proxy.set({ cutAfterBytes: { toClient: 0 } });
  await put(ann);
  await using _reporter = given.start();
  await until(() => web.reports.length === 10);
  proxy.heal();
  await until(isEmpty);
  expect(web.historyOf(ann[0]!.id)).toEqual(ann);
});

test("what web cannot place or read is told as that and not posted again", async () => {
  await using given = await setUp();
  const { web, put, isEmpty } = given;
  let posts = 0;
  web.answer = () => {
    posts++;
    return Response.json({ applied: 0, repeated: 0, unknown: 2, invalid: 1 });
  };
  await put(reportsOf(3));
  await using _reporter = given.start();
  await until(isEmpty);
  expect(posts).toBe(1);
});

test("while web is down nothing is lost and little is held; when it is back everything arrives in order", async () => {
  await using given = await setUp();
  const { web, put, isEmpty, proxy, inHand } = given;
  proxy.set({ mode: "refuse" });
  const ann = reportsOf(400);
  for (const report of ann) await put([report]);
  await using _reporter = given.start();
  await until(async () => (await inHand())[0] === 100);
  proxy.heal();
  await until(isEmpty, { timeoutMs: 15_000 });
  expect(orderOf(web, ann[0]!.id)).toEqual(ann.map(({ seq }) => seq));
});

test("one call at a time is made, of no more reports and no more bytes than web takes", async () => {
  await using given = await setUp();
  const { web, put, isEmpty } = given;
  const posts: { reports: number; bytes: number }[] = [];
  let underWay = 0;
  let most = 0;
  web.answer = async (reports) => {
    most = Math.max(most, ++underWay);
    posts.push({
      reports: reports.length,
      bytes: Buffer.byteLength(JSON.stringify({ reports })),
    });
    await Bun.sleep(20);
    underWay--;
    return undefined;
  };
  for (let entry = 0; entry < 12; entry++) await put(reportsOf(500));
  const wordy = "語".repeat(500);
  for (let entry = 0; entry < 12; entry++) await put(reportsOf(500, newId(), wordy));
  await using _reporter = given.start();
  await until(isEmpty, { timeoutMs: 15_000 });
  expect(most).toBe(1);
  expect(posts.reduce((sum, { reports }) => sum + reports, 0)).toBe(12_000);
  expect(web.refused).toEqual([]);
  for (const { reports, bytes } of posts) {
    expect(reports).toBeLessThanOrEqual(REPORTS_LIMIT);
    expect(bytes).toBeLessThan(2_900_000);
  }
});

describe("several reporters", () => {
  test("take over what one that was killed had in hand", async () => {
    await using given = await setUp();
    const { web, put, isEmpty, redis } = given;
    const ann = reportsOf(10);
    await put(ann);
    const killed = createOutbox(redis, redis, shard, newId());
    expect(await killed.next(10)).toHaveLength(1);
    await using _reporter = given.start();
    await until(isEmpty);
    expect(web.reports).toEqual(ann);
  });

  test("take nothing from one that waits for web, however long", async () => {
    await using given = await setUp();
    const { put, isEmpty, web, redis } = given;
    let posts = 0;
    let down = true;
    web.answer = () => {
      posts++;
      return down ? new Response(null, { status: 503 }) : undefined;
    };
    await put(reportsOf(1));
    await using _waiting = given.start();
    const other = createOutbox(redis, redis, shard, newId());
    const taken: unknown[] = [];
    // Its sixth post comes after three times as long as abandoned reports are left alone.
    await until(async () => {
      taken.push(...(await other.abandoned(PACE.abandonedMs)));
      return posts === 6;
    });
    expect(taken).toEqual([]);
    down = false;
    await until(isEmpty);
    expect(web.reports).toHaveLength(1);
  });

  test("are given at once what one that stops has in hand", async () => {
    await using given = await setUp();
    const { web, put, isEmpty, proxy, inHand } = given;
    const forEver = { abandonedMs: 3_600_000 };
    proxy.set({ mode: "refuse" });
    await put(reportsOf(7));
    {
      await using _stopping = given.start(forEver);
      await until(async () => (await inHand())[0] === 1);
    }
    proxy.heal();
    await using _next = given.start(forEver);
    await until(isEmpty);
    expect(web.reports).toHaveLength(7);
  });

  test("leave no trace of those that are gone", async () => {
    await using given = await setUp();
    const { redis, put, isEmpty, inHand } = given;
    {
      await using _stopped = given.start();
      await put(reportsOf(1));
      await until(isEmpty);
    }
    expect(await inHand()).toEqual([]);
    await put(reportsOf(1));
    const killed = newId();
    await createOutbox(redis, redis, shard, killed).next(1);
    await using _heir = given.start({ abandonedMs: 2 });
    await until(isEmpty);
    const known = () => redis.xinfo("CONSUMERS", shard.outbox, "reporters");
    await until(async () => !JSON.stringify(await known()).includes(killed));
  });
});

test("a Redis that lost its data, group and all, is no reason to stop", async () => {
  await using given = await setUp();
  const { redis, put, isEmpty, web } = given;
  await using _reporter = given.start();
  await put(reportsOf(1));
  await until(isEmpty);
  await redis.flushdb();
  await put(reportsOf(2));
  await until(isEmpty);
  expect(web.reports).toHaveLength(3);
});

test("a web with other keys is told nothing, and nothing is lost", async () => {
  await using given = await setUp();
  const { web, put, redis } = given;
  await put(reportsOf(2));
  const strange = { id: "s1", bytes: new Uint8Array(32).fill(99) };
  await using _reporter = given.start({}, strange);
  await until(() => web.refused.length > 1);
  expect(web.reports).toEqual([]);
  expect(await redis.xlen(shard.outbox)).toBe(1);
});
