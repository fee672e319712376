import { expect, test } from "bun:test";
import { until } from "./until.ts";

test("the answer is given back as soon as it is truthy", async () => {
  let asked = 0;
  expect(await until(() => (++asked === 3 ? "third" : undefined))).toBe("third");
  expect(asked).toBe(3);
});

test("a failed expectation counts as not yet", async () => {
  let count = 0;
  await until(() => {
    expect(++count).toBeGreaterThan(2);
    return true;
  });
  expect(count).toBe(3);
});

test("when the time is up, it says what was waited for and how it stood", async () => {
  await expect(until(() => 0, { what: "rain", timeoutMs: 20 })).rejects.toThrow(
    "Waited in vain for rain, 20 ms; the last answer was 0",
  );
  await expect(
    until(() => Promise.reject(new Error("dry")), { what: "rain", timeoutMs: 20 }),
  ).rejects.toThrow("Waited in vain for rain, 20 ms; the last error was: dry");
});
