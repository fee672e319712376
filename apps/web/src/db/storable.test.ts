import { expect, test } from "bun:test";
import fc from "fast-check";
import { isStorable, storable, unstorablePath } from "./storable.ts";

test("any text can be made storable, and a storable one stays as it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const stored = storable(text);
      expect(isStorable(stored)).toBe(true);
      expect(Buffer.from(stored).toString()).toBe(stored);
      if (isStorable(text)) expect(stored).toBe(text);
    }),
  );
});

test("the place of what cannot be stored is named", () => {
  expect(unstorablePath({ a: [{ b: "fine" }, { b: "a\0" }] })).toBe("a.1.b");
  expect(unstorablePath({ a: { "\ud800": 1 } })).toBe("a");
  expect(unstorablePath("\udc00")).toBe("");
  expect(unstorablePath({ a: ["x", 1, null, true, { b: "ö💩" }] })).toBeUndefined();
});

test("what is nested without end is refused, not walked", () => {
  let value: unknown = 1;
  for (let depth = 0; depth < 100_000; depth++) value = [value];
  expect(unstorablePath({ a: value })).toStartWith("a.0.0");
});
