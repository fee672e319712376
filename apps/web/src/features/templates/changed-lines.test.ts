import { expect, test } from "bun:test";
import fc from "fast-check";
import { changedLines } from "./changed-lines.ts";

test("equal texts have no difference", () => {
  expect(changedLines("a\nb", "a\nb")).toBeUndefined();
});

test("what differs is told with the line it begins at", () => {
  expect(changedLines("a\nb\nc\nd", "a\nx\ny\nd")).toEqual({
    line: 2,
    removed: ["b", "c"],
    added: ["x", "y"],
  });
  expect(changedLines("a\na", "a\na\na")).toEqual({ line: 3, removed: [], added: ["a"] });
});

test("putting what was added in the place of what was removed makes the one text of the other", () => {
  const text = fc
    .array(fc.constantFrom("a", "b", "", "c"), { maxLength: 8 })
    .map((lines) => lines.join("\n"));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const change = changedLines(before, after);
      if (change === undefined) return expect(before).toBe(after);
      const lines = before.split("\n");
      lines.splice(change.line - 1, change.removed.length, ...change.added);
      return expect(lines.join("\n")).toBe(after);
    }),
  );
});
