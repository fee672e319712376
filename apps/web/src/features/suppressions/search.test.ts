import { expect, test } from "bun:test";
import { soughtTexts } from "./search.ts";

test.each([
  ["", []],
  ["   ", []],
  [" Kowalska ", ["kowalska"]],
  ["@Example.com", ["@example.com"]],
  ["anna@münchen.de", ["anna@münchen.de", "anna@xn--mnchen-3ya.de"]],
  ["münchen.de", ["münchen.de", "xn--mnchen-3ya.de"]],
  ["jö@example.com", ["jö@example.com"]],
  ["ü ü", ["ü ü"]],
  ["a%b_c\\", ["a%b_c\\"]],
])("%j is looked for as %j", (typed, texts) => {
  expect(soughtTexts(typed)).toEqual(texts);
});
