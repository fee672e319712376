import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { Context, type Liquid } from "liquidjs";
import { htmlEngine, textEngine } from "./engine.ts";
import { planOf } from "./plan.ts";

/** Templates of every kind of tag, and data with every kind of value they may meet. */
const name = fc.constantFrom("a", "b", "c", "missing", "size", "first", "constructor", "__proto__");
const path = fc
  .tuple(fc.constantFrom("contact", "sender", "nobody"), fc.array(name, { maxLength: 3 }))
  .map(([root, names]) => [root, ...names].join("."));
const literal = fc.constantFrom('"x & y"', "1", "true", "nil", "empty", "blank", "(1..3)");
const operand = fc.oneof(path, literal);
const filter = fc.oneof(
  fc.constantFrom("upcase", "escape", "newline_to_br", "size", "json", "raw", "url_encode", "join"),
  operand.map((value) => `default: ${value}`),
  operand.map((value) => `append: ${value}`),
  operand.map((value) => `default: ${value}, allow_false: true`),
);
const output = fc
  .tuple(operand, fc.array(filter, { maxLength: 3 }))
  .map(([value, filters]) => `{{ ${[value, ...filters].join(" | ")} }}`);
const condition = fc
  .tuple(operand, fc.constantFrom("==", "!=", "contains", "and", "or", ">"), operand)
  .map(([left, operator, right]) => `${left} ${operator} ${right}`);
const text = fc.constantFrom("<p>", " text \n", "{{- 'trim' -}}", "{% raw %}{{ x }}{% endraw %}");
const statement = fc.oneof(
  fc.constantFrom(
    "{% increment a %}",
    "{% cycle 'one', contact.a %}",
    "{% break %}",
    "{{ x }}{{ x.size }}{{ x.a }}",
    "{{ contact.a }}",
  ),
  operand.map((value) => `{% assign x = ${value} %}`),
  operand.map((value) => `{% assign contact = ${value} %}`),
);
const { template } = fc.letrec<{ template: string; block: string; other: string }>((tie) => ({
  template: fc
    .array(fc.oneof({ depthSize: "small" }, text, output, statement, tie("block"), tie("other")), {
      maxLength: 6,
    })
    .map((parts) => parts.join("")),
  other: fc
    .tuple(fc.constantFrom("for x in contact.a", "for x in (1..3)", "capture x"), tie("template"))
    .map(([tag, inside]) => `{% ${tag} %}${inside}{% end${tag.split(" ")[0]} %}`),
  block: fc
    .tuple(
      fc.constantFrom("if", "unless"),
      fc.oneof(operand, condition),
      tie("template"),
      fc.option(fc.tuple(operand, tie("template"))),
      tie("template"),
    )
    .map(
      ([tag, test, yes, elsif, no]) =>
        `{% ${tag} ${test} %}${yes}${elsif ? `{% elsif ${elsif[0]} %}${elsif[1]}` : ""}{% else %}${no}{% end${tag} %}`,
    ),
}));
const value = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    true,
    false,
    0,
    1.5,
    "",
    "<b>&'\"",
    "text",
    [],
    ["x", 2],
  ),
  fc.dictionary(name, fc.constantFrom<unknown>("deep", 7, null, ["y"])),
);
const data = fc.record({ contact: fc.dictionary(name, value), sender: fc.record({ a: value }) });

function outcome(render: () => unknown): unknown {
  try {
    return render();
  } catch {
    return "failed";
  }
}

test.each([
  ["html", htmlEngine],
  ["text", textEngine],
] as [string, Liquid][])("a plan renders %s as LiquidJS does", (_name, engine) => {
  fc.assert(
    fc.property(template, data, (source, scope) => {
      const templates = engine.parse(source);
      const plan = planOf(templates);
      const rendered = outcome(() => {
        // `increment` writes into its scope.
        const own = { ...scope };
        return plan(own, new Context(own, engine.options, { sync: true }, { liquid: engine }));
      });
      expect(rendered).toEqual(outcome(() => engine.renderSync(templates, { ...scope })));
    }),
    { numRuns: 1_000 },
  );
});
