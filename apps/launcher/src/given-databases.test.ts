import { expect, test } from "bun:test";
import { testDatabase, testRedis } from "@mailwright/testing";
import { waitForGiven } from "./given-databases.ts";
import { freePort } from "./ports.ts";
import type { Settings } from "./settings.ts";

type Urls = Pick<Settings, "databaseUrl" | "redisUrl">;

async function outcomeOf(urls: Partial<Urls>, withinMs = 20_000) {
  const said: string[] = [];
  const outcome = await waitForGiven(
    { databaseUrl: undefined, redisUrl: undefined, ...urls },
    { say: (_, line) => said.push(line), signal: new AbortController().signal, withinMs },
  ).then(
    () => "usable",
    (error: Error) => `${error.name}: ${error.message}`,
  );
  return { outcome, said };
}

test("databases of one's own that answer are used without a word, and so is a cluster of which one node answers", async () => {
  await using database = await testDatabase();
  await using redis = await testRedis();
  const redisUrl = `redis://127.0.0.1:${freePort()},${redis.url}`;
  expect(await outcomeOf({})).toEqual({ outcome: "usable", said: [] });
  expect(await outcomeOf({ databaseUrl: database.url, redisUrl })).toEqual({
    outcome: "usable",
    said: [],
  });
});

test("where nobody listens it waits, says for what, and then what to do", async () => {
  const where = `127.0.0.1:${freePort()}`;
  for (const [kind, variable, urls] of [
    ["Postgres", "DATABASE_URL", { databaseUrl: `postgres://me:secret@${where}/mail` }],
    ["Redis", "REDIS_URL", { redisUrl: `redis://default:secret@${where}` }],
  ] as const) {
    const { outcome, said } = await outcomeOf(urls, 700);
    expect(said).toEqual([`waiting for ${kind} at ${where}`]);
    expect(outcome).toBe(
      `StartError: The ${kind} that ${variable} names (${where}) cannot be used: connect ECONNREFUSED ${where}.\n` +
        `Start or mend it, or correct ${variable}. Without ${variable}, one is started in DATA_DIR.`,
    );
  }
});

test("what no waiting would mend is told at once: a password, a database that is not there", async () => {
  await using database = await testDatabase();
  const wrong = new URL(database.url);
  wrong.password = "wrong";
  const missing = new URL(database.url);
  missing.pathname = "/nowhere";
  const startedAt = performance.now();
  expect((await outcomeOf({ databaseUrl: wrong.href })).outcome).toContain(
    "cannot be used: password authentication failed for user",
  );
  expect((await outcomeOf({ databaseUrl: missing.href })).outcome).toContain(
    'cannot be used: database "nowhere" does not exist.',
  );
  await using redis = await testRedis();
  const stranger = new URL(redis.url);
  stranger.username = "nobody";
  stranger.password = "wrong";
  expect((await outcomeOf({ redisUrl: stranger.href })).outcome).toContain("WRONGPASS");
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});
