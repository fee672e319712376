import { cutLog, logSize, until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { setUpGateways } from "./gateways.ts";
import { type Fault, type Heal, SHORT, TRIES_AGAIN_MS } from "./faults.ts";
import type { World } from "./world.ts";

const NOTHING: Heal = () => {};
/** Does something to Redis itself, past every link. */
async function inRedis(all: World, act: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(all.redis.url);
  try {
    await act(redis);
  } finally {
    redis.disconnect();
  }
}

function order(all: World, [command = "", ...rest]: string[]): Promise<void> {
  return inRedis(all, (redis) => redis.call(command, rest));
}

function ofRedis(name: string, bad: string[], good: string[]): Fault {
  return {
    name: `Redis ${name}`,
    weight: 1,
    ...SHORT,
    async strike(all) {
      await order(all, bad);
      return () => order(all, good);
    },
  };
}

/**
 * Redis comes back without the last seconds before it died, cut off somewhere in a command, as after a power cut: what it
 * had acknowledged is not on its disk.
 */
const lostSeconds: Fault = {
  name: "Redis has lost its last seconds",
  weight: 1,
  bunches: true,
  ...SHORT,
  async strike({ redis }, draws) {
    const kept = logSize(redis) + draws.below(100);
    await Bun.sleep(300 + draws.below(1_700));
    await redis.kill();
    cutLog(redis, kept);
    return () => redis.start();
  },
};

/** Redis is emptied. The gateways are gone too, and somebody enters them again. */
const emptied: Fault = {
  name: "Redis is emptied",
  weight: 1,
  bunches: true,
  ...SHORT,
  async strike(all) {
    await inRedis(all, (redis) => redis.flushall());
    return () =>
      until(() => setUpGateways(all).then(() => true), {
        what: "the gateways to be set up again",
        timeoutMs: 60_000,
        everyMs: 200,
      });
  },
};

/** Some emails are locked, and more are waited for in the order opposite to everybody else's. */
const lockedRows: Fault = {
  name: "Postgres: locks against the grain",
  weight: 1,
  ...SHORT,
  async strike({ sql }) {
    await sql
      .begin(async (tx) => {
        await tx`SET LOCAL lock_timeout = '2s'`;
        await tx`SELECT id FROM email ORDER BY id DESC LIMIT 200 FOR UPDATE`;
        await tx`SELECT id FROM campaign ORDER BY id DESC FOR UPDATE`;
      })
      // Whichever side Postgres ends, the other goes on.
      .catch(() => {});
    return NOTHING;
  },
};

/** The campaigns are locked first, so that whoever has locked an email and wants its campaign waits for us, and we for it. */
const deadlock: Fault = {
  name: "Postgres: a deadlock",
  weight: 2,
  ...SHORT,
  async strike({ sql }) {
    await sql
      .begin(async (tx) => {
        await tx`SET LOCAL lock_timeout = '5s'`;
        await tx`SELECT id FROM campaign ORDER BY id DESC LIMIT 4 FOR UPDATE`;
        await Bun.sleep(300);
        await tx`SELECT id FROM email ORDER BY id DESC LIMIT 1000 FOR UPDATE`;
      })
      .catch(() => {});
    return NOTHING;
  },
};

const killedPostgres: Fault = {
  name: "kill -9 of Postgres",
  weight: 2,
  ...SHORT,
  async strike({ postgres }) {
    await postgres.kill();
    return () => postgres.start();
  },
};

/** What happens to Redis and Postgres. */
export const OF_DATABASES: readonly Fault[] = (
  [
    {
      name: "kill -9 of Redis",
      weight: 2,
      bunches: true,
      ...SHORT,
      async strike({ redis }) {
        await redis.kill();
        return () => redis.start();
      },
    },
    lostSeconds,
    emptied,
    ofRedis("is full", ["CONFIG", "SET", "maxmemory", "1mb"], ["CONFIG", "SET", "maxmemory", "0"]),
    ofRedis("is read-only", ["REPLICAOF", "127.0.0.1", "1"], ["REPLICAOF", "NO", "ONE"]),
    ofRedis(
      "misses its replicas",
      ["CONFIG", "SET", "min-replicas-to-write", "1"],
      ["CONFIG", "SET", "min-replicas-to-write", "0"],
    ),
    killedPostgres,
    {
      ...killedPostgres,
      name: "Postgres is down for 30 s",
      weight: 1,
      atLeastMs: 30_000,
      atMostMs: 31_000,
    },
    lockedRows,
    deadlock,
  ] satisfies Fault[]
).map((fault) => ({ ...fault, silencesMs: TRIES_AGAIN_MS }));
