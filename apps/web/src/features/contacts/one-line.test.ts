import { expect, test } from "bun:test";
import { contactRows } from "../imports/rows.ts";
import { readEntry } from "../suppressions/entry.ts";
import { oneLine } from "./one-line.ts";

test.each([
  ["Anna\nKowalska", "Anna Kowalska"],
  [" Anna \t\r\n \n Kowalska\r", "Anna Kowalska"],
  ["Anna   Kowalska", "Anna   Kowalska"],
  ["\n \n", ""],
])("%j on one line is %j", (text, line) => {
  expect(oneLine(text)).toBe(line);
});

test("a cell of nothing but spaces takes no longer than any other", () => {
  const cell = `a\n${" ".repeat(1_000_000)}b${" ".repeat(1_000_000)}c`;
  const line = `a b${" ".repeat(1_000_000)}c`;
  expect(oneLine(cell)).toBe(line);
  expect(
    readEntry({ email: "anna@example.com", origin: cell }, { reason: "manual", origin: "Anna" }),
  ).toMatchObject({ origin: line.slice(0, 1_000) });
  expect(contactRows(["email", "name"], "update").read(["anna@example.com", cell])).toMatchObject({
    refused: "A name is longer than 200 characters.",
  });
});
