import { describe, expect, test } from "bun:test";
import { type Content, contentHash } from "@mailwright/protocol";
import { testRedis } from "@mailwright/testing";
import { contentKey } from "../redis/keys.ts";
import { content } from "../testing/factories.ts";
import { createContents } from "./contents.ts";

async function kept(wanted: Content = content()) {
  const stack = new AsyncDisposableStack();
  const { redis } = stack.use(await testRedis());
  const contents = createContents(redis);
  const hash = contentHash(wanted);
  expect(await contents.put(hash, wanted)).toBe(true);
  return { redis, contents, hash, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test("a content is kept under its own hash and no other", async () => {
  await using given = await kept();
  const { contents, hash, redis } = given;
  expect([await contents.has(hash), await contents.has("f".repeat(64))]).toEqual([true, false]);
  const before = await redis.dbsize();
  expect(await contents.put("f".repeat(64), content())).toBe(false);
  expect(await redis.dbsize()).toBe(before);
});

test("it is compiled once, also for whoever has only its hash", async () => {
  await using given = await kept();
  const ready = await createContents(given.redis).get(given.hash);
  expect(ready?.render({ first_name: "Ann" })).toEqual({
    ok: true,
    subject: "Hello Ann",
    html: "<p>Hello Ann</p>",
    text: "Hello Ann",
  });
  expect(await given.contents.get(given.hash)).toBe((await given.contents.get(given.hash))!);
  expect(await given.contents.get("f".repeat(64))).toBeUndefined();
});

test("a content that is looked at does not expire under a campaign that waits", async () => {
  await using given = await kept();
  const key = contentKey(given.hash);
  const monthS = 29 * 86_400;
  for (const look of [
    () => given.contents.has(given.hash),
    () => createContents(given.redis).get(given.hash),
  ]) {
    await given.redis.expire(key, 10);
    await look();
    expect(await given.redis.ttl(key)).toBeGreaterThan(monthS);
  }
});

describe("the retry policy", () => {
  test("is in whole milliseconds: a due time with a fraction is none that web takes", async () => {
    const policy = { first_wait_s: 1.005, max_wait_s: 2.0005, max_age_s: 1.1 };
    await using given = await kept(content({}, policy));
    expect((await given.contents.get(given.hash))?.policy).toEqual({
      attempts: 4,
      firstWaitMs: 1_005,
      maxWaitMs: 2_001,
      maxAgeMs: 1_100,
      whenUncertain: "hold",
    });
  });
});

test("a template that cannot be read makes no fault here: its emails fail one by one", async () => {
  const template = { subject: "Hi", html: null, text: "{% if %}" };
  await using given = await kept(content({ template }));
  const ready = await given.contents.get(given.hash);
  expect(ready?.render({})).toMatchObject({ ok: false });
});
