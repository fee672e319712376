import { expect, test } from "bun:test";
import { render } from "@mailwright/html";
import fc from "fast-check";
import { findElements } from "../../testing/find-elements.ts";
import {
  draftOf,
  editDraft,
  fieldOfFault,
  inputOf,
  newDraft,
  readDraft,
  type RuleDraft,
} from "./rule-form.ts";
import { RuleBuilder } from "./rule-views.tsx";
import { parseRule, type SegmentRule } from "./rule.ts";

const SEGMENT = { id: "0198c0de-0000-7000-8000-000000000001", name: '<b>"Friends"</b>' };
const choices = { attributes: ["city", 'a"b', "<i>"], segments: [SEGMENT], moreSegments: false };

/** What a browser would send of the fields as they are shown. */
function posted(draft: RuleDraft): URLSearchParams {
  const html = render(
    <RuleBuilder
      draft={draft}
      choices={choices}
      draftUrl="/segments/draft"
      countUrl="/segments/count"
      form="f"
    />,
  );
  const names = findElements(html, "select, input").map(({ attributes }) => attributes);
  return new URLSearchParams(
    names.map(({ name = "", value }): [string, string] => [
      name,
      value ??
        findElements(html, `select[name="${name}"] option[selected]`)[0]?.attributes["value"] ??
        "",
    ]),
  );
}

const text = fc.string({ maxLength: 20 }).map((value) => `x${value.trim()}`);
const condition: fc.Arbitrary<SegmentRule> = fc.oneof(
  fc.record({
    field: fc.constantFrom("email", "name", "attributes.city", 'attributes.a"b', "attributes.<i>"),
    is: fc.constantFrom("equals", "not_contains", "begins_with"),
    value: text,
  }),
  fc.record({ field: fc.constant("last_name"), is: fc.constantFrom("set", "not_set") }),
  fc.record({
    field: fc.constant("attributes.city"),
    is: fc.constantFrom("greater_than", "less_than"),
    value: fc.integer({ min: -1_000, max: 1_000 }),
  }),
  fc.record({
    field: fc.constant("created_at"),
    is: fc.constant("before"),
    value: fc.constant("2026-01-31"),
  }),
  fc.record({
    field: fc.constant("segment"),
    is: fc.constantFrom("in", "not_in"),
    value: fc.constant(SEGMENT.id),
  }),
);
const groupOf = (parts: fc.Arbitrary<SegmentRule>): fc.Arbitrary<SegmentRule> => {
  const list = fc.array(parts, { minLength: 1, maxLength: 4 });
  return fc.oneof(fc.record({ all: list }), fc.record({ any: list }));
};
const rules = groupOf(fc.oneof(condition, groupOf(condition)));

test("a rule that is shown and sent back unchanged is the same rule", () => {
  fc.assert(
    fc.property(rules, (rule) => {
      const back = inputOf(readDraft(posted(draftOf(rule))));
      expect(parseRule(back)).toEqual({ ok: true, rule: rule as never });
    }),
    { numRuns: 60 },
  );
});

test("whatever is posted, a draft can be made of it, edited and shown again", () => {
  const name = fc
    .array(fc.constantFrom("rule", "0", "1", "7", "999", "match", "field", "is", "value", "x"), {
      minLength: 1,
      maxLength: 5,
    })
    .map((parts) => parts.join("."));
  const command = fc.oneof(
    fc.constantFrom("add", "add-group", "add 0", "remove 0", "remove 7.1", "remove x", "count"),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.string())), command, (pairs, edit) => {
      const draft = editDraft(readDraft(new URLSearchParams(pairs)), edit);
      expect(posted(draft)).toBeDefined();
      parseRule(inputOf(draft));
    }),
  );
});

test("conditions and groups are added and taken away where it was asked for", () => {
  const commands = ["add-group", "add", "add 1", "remove 0", "add 0", "remove 0.1"];
  const draft = commands.reduce(editDraft, newDraft());
  const blank = { field: "email", is: "contains", value: "" };
  expect(draft).toEqual({
    match: "all",
    parts: [{ match: "any", conditions: [blank, blank] }, blank],
  });
  expect(editDraft(editDraft(draft, "remove 0.0"), "remove 0.0").parts).toEqual([blank]);
});

function changed(condition: { field: string; is: string; value: string }) {
  return editDraft({ match: "all", parts: [condition] }, "").parts[0];
}

test("another field brings comparisons of its own, and keeps a value only where it fits", () => {
  expect(changed({ field: "created_at", is: "contains", value: "Berlin" })).toEqual({
    field: "created_at",
    is: "in_last_days",
    value: "",
  });
  expect(changed({ field: "first_name", is: "contains", value: "An" })).toEqual({
    field: "first_name",
    is: "contains",
    value: "An",
  });
  expect(changed({ field: "attributes.age", is: "greater_than", value: "old" })).toEqual({
    field: "attributes.age",
    is: "greater_than",
    value: "",
  });
});

test("whatever a field for numbers takes is a number, and is kept", () => {
  for (const value of [".5", "1e3", "-1e-7", "1234567890123456", "+2"]) {
    const condition = { field: "attributes.score", is: "greater_than", value };
    expect(changed(condition)).toEqual(condition);
    expect(inputOf({ match: "all", parts: [condition] })).toEqual({
      all: [{ ...condition, value: Number(value) }],
    });
  }
});

test("a fault is told at the field of the form that it belongs to", () => {
  expect(
    ["rule", "rule.all", "rule.all.0.value", "rule.any.1.all.0.field"].map(fieldOfFault),
  ).toEqual(["rule", "rule", "rule.0.value", "rule.1.0.field"]);
});
