import { expect, test } from "bun:test";
import { freePort } from "./ports.ts";

test("a free port is one that nobody is given by chance, each call's another, and passes over what is taken", () => {
  const first = Array.from({ length: 20 }, () => freePort());
  expect(new Set(first).size).toBe(20);
  expect(Math.min(...first)).toBeGreaterThanOrEqual(20_000);
  expect(Math.max(...first)).toBeLessThan(32_768);
  const next = first.at(-1)! + 1;
  using _taken = Bun.listen({ hostname: "127.0.0.1", port: next, socket: { data() {} } });
  expect(freePort()).not.toBe(next);
});
