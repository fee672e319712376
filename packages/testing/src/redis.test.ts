import { expect, test } from "bun:test";
import { Redis } from "ioredis";
import { testRedis } from "./redis.ts";

test("two test databases of Redis know nothing of each other, and nothing is left in them", async () => {
  let url: string;
  {
    await using one = await testRedis();
    await using two = await testRedis();
    await one.redis.set("name", "one");
    expect(await two.redis.get("name")).toBeNull();
    expect(one.url).not.toBe(two.url);
    const another = new Redis(one.url);
    expect(await another.get("name")).toBe("one");
    another.disconnect();
    ({ url } = one);
  }
  const later = new Redis(url);
  expect(await later.exists("name")).toBe(0);
  later.disconnect();
});
