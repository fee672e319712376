import { describe, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { conditionsOf, parseRule, placesOf, segmentsIn } from "./rule.ts";

const anna = { field: "first_name", is: "equals", value: "Anna" };
const berlin = { field: "attributes.city", is: "contains", value: "Berlin" };

function asks(is: string, value: string) {
  return { field: "segment", is, value };
}

test("a rule is a group of conditions and groups; a condition by itself is a group of one", () => {
  const rule = { any: [anna, { all: [berlin, { field: "name", is: "not_set" }] }] };
  expect(parseRule(rule)).toEqual({ ok: true, rule });
  expect(parseRule(anna)).toEqual({ ok: true, rule: { all: [anna] } });
  expect(conditionsOf(rule)).toHaveLength(3);
  expect(placesOf(rule).map(({ at }) => at)).toEqual(["any.0", "any.1.all.0", "any.1.all.1"]);
});

test("the segments a rule asks for are found at any depth, each once", () => {
  const [a, b] = [newId(), newId()];
  expect(segmentsIn({ all: [asks("in", a), { any: [asks("not_in", b), asks("in", a)] }] })).toEqual(
    [a, b],
  );
});

describe("what is wrong with a rule is said at its place", () => {
  test.each([
    [null, "", "A condition is {field, is, value}."],
    [[], "", "A condition is {field, is, value}."],
    [{ all: [] }, "all", "Add at least one condition."],
    [{ all: {} }, "", "A group is {all: […]} or {any: […]}, and nothing else."],
    [{ all: [anna], any: [anna] }, "", "A group is {all: […]} or {any: […]}, and nothing else."],
    [
      { all: [{ any: [{ all: [anna] }] }] },
      "all.0.any.0",
      "Groups can stand in a rule, but not in another group.",
    ],
    [{ all: [{ any: [] }] }, "all.0.any", "Add at least one condition."],
    [
      { all: [anna, { ...anna, not: true }] },
      "all.1",
      "A condition has a field, is and a value, and nothing else.",
    ],
    [{ all: [{ ...anna, value: " " }] }, "all.0.value", /^Fill in what to compare with/],
    [{ all: [{ ...anna, value: "x".repeat(501) }] }, "all.0.value", "Use at most 500 characters."],
    [{ all: [{ ...anna, value: ["Anna"] }] }, "all.0.value", /^Fill in what to compare with/],
    [{ all: [{ field: "email", is: "contains" }] }, "all.0.value", "Fill in what to compare with."],
    [{ ...anna, field: "password" }, "field", /^Choose a field: email, domain, name/],
    [{ ...anna, field: "__proto__" }, "field", /^Choose a field/],
    [{ ...anna, field: "attributes." }, "field", /^Choose a field/],
    [{ ...anna, field: 'name" OR TRUE --' }, "field", /^Choose a field/],
    [{ ...anna, is: "constructor" }, "is", /^Choose one of: equals, not_equals/],
    [{ field: "email", is: "greater_than", value: 1 }, "is", /^Choose one of/],
    [{ field: "name", is: "set", value: "x" }, "value", /^Leave the value out/],
    [{ ...berlin, is: "greater_than", value: "12" }, "value", "Use a number."],
    [{ ...berlin, is: "greater_than", value: Number.NaN }, "value", "Use a number."],
    [
      { field: "created_at", is: "before", value: "2026-02-30" },
      "value",
      "Choose a day, like 2026-11-24.",
    ],
    [{ field: "created_at", is: "before", value: "0000-01-01" }, "value", /^Choose a day/],
    [
      { field: "created_at", is: "in_last_days", value: 0 },
      "value",
      "Use a number of days from 1 to 36500.",
    ],
    [{ field: "segment", is: "in", value: "Friends" }, "value", "Choose a segment."],
  ])("%j", (rule, place, message) => {
    expect(parseRule(rule)).toEqual({
      ok: false,
      faults: { [place]: typeof message === "string" ? message : expect.stringMatching(message) },
    });
  });

  test("rules of too many conditions, which would cost Postgres too much", () => {
    const many = (count: number) => Array.from({ length: count }, () => anna);
    expect(parseRule({ all: many(31) })).toEqual({
      ok: false,
      faults: { all: "Use at most 30 conditions in a group." },
    });
    expect(parseRule({ all: [{ any: many(30) }, { any: many(30) }, anna] })).toEqual({
      ok: false,
      faults: { "": "Use at most 60 conditions in a rule." },
    });
  });
});
