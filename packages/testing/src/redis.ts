import { Redis } from "ioredis";
import { testRun } from "./test-run.ts";

/** A Redis database of a test's own. Disposing empties it and closes `redis`. */
export interface TestRedis extends AsyncDisposable {
  /** With the number of the database: whoever connects to it sees this database alone. */
  url: string;
  redis: Redis;
}

/** After this long a number is free again, although nobody gave it back: its test was killed. */
const LONGEST_TEST_S = 1_800;

/**
 * Takes an empty logical database on the Redis of TEST_REDIS_URL, or on one that all tests of the run share and that is
 * started by the first who asks. Publish and subscribe, scripts and CONFIG know no databases: a test that is about
 * those, or about a Redis that dies, takes `ownRedis()`.
 */
export async function testRedis(): Promise<TestRedis> {
  const server = process.env["TEST_REDIS_URL"] ?? (await (await testRun()).serverUrl("redis"));
  const leases = new Redis(server);
  const database = await lease(leases);
  const url = new URL(server);
  url.pathname = `/${database}`;
  const redis = new Redis(url.href);
  await redis.flushdb();
  return {
    url: url.href,
    redis,
    async [Symbol.asyncDispose]() {
      // The test may have closed its own connection.
      await leases.multi().select(database).flushdb().select(0).del(leaseKey(database)).exec();
      leases.disconnect();
      redis.disconnect();
    },
  };
}

/** Numbers are leased in database 0, whatever process asks; the search begins where the last one ended. */
async function lease(leases: Redis): Promise<number> {
  const [, databases] = (await leases.config("GET", "databases")) as [string, string];
  const usable = Number(databases) - 1;
  const first = await leases.incr("mailwright-test:asked");
  for (let offset = 0; offset < usable; offset++) {
    const database = 1 + ((first + offset) % usable);
    if (await leases.set(leaseKey(database), process.pid, "EX", LONGEST_TEST_S, "NX")) {
      return database;
    }
  }
  leases.disconnect();
  throw new Error(
    `All ${usable} databases of the test Redis are in use: start it with more ("databases 1024") or leave TEST_REDIS_URL unset.`,
  );
}

function leaseKey(database: number): string {
  return `mailwright-test:database:${database}`;
}
