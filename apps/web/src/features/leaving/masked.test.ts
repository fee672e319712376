import { expect, test } from "bun:test";
import { masked } from "./masked.ts";

test.each([
  ["anna@example.com", "a…a@example.com"],
  ["ab@example.com", "a…@example.com"],
  ["a@example.com", "a…@example.com"],
  ["😀bc😎@example.com", "😀…😎@example.com"],
  ['"a@b c"@example.com', '"…"@example.com'],
])("%s is shown as %s", (address, shown) => {
  expect(masked(address)).toBe(shown);
});
