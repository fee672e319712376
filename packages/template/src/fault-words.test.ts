import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { textEngine } from "./engine.ts";
import { readingFault, renderingFault } from "./fault-words.ts";
import { lintTemplate } from "./lint.ts";
import { createRenderer } from "./render.ts";
import { parseLiquid } from "./syntax.ts";
import { common, rendererOf } from "./testing/rendered.ts";

/** What stands in a template, and what its marketer is told. */
const READ: [string, string][] = [
  ["{% %}x", "A tag has no name. Say first what it is to do, as {% if contact.city %} does."],
  [
    '{% liquid "x" %}',
    "A tag has no name. Say first what it is to do, as {% if contact.city %} does.",
  ],
  ["{% foo %}", "There is no tag “foo”. Did you mean “for”?"],
  [
    "{% render 'x' %}",
    "The tag “render” is not allowed: an email is one template and cannot pull in others.",
  ],
  ["{% endif %}", "“endif” has no tag before it that it could belong to."],
  ["{{ x | upcsae }}", "There is no filter “upcsae”. Did you mean “upcase”?"],
  [
    "{% if contact.city\nDear reader, here is the news",
    "The tag “{% if contact.city Dear reade…” has no end. Close it with “%}”.",
  ],
  [
    "{{ contact.city",
    "“{{ contact.city” has no end. Close it with “}}”, and each quotation mark in it with another.",
  ],
  [
    '{{ x | default: "y }}',
    '“{{ x | default: "y }}” has no end. Close it with “}}”, and each quotation mark in it with another.',
  ],
  [
    "{% raw %}{{",
    "“{% raw %}” has no “{% endraw %}”. Write that where the text ends that is to stay as it is.",
  ],
  ...["if x", "unless x", "case x", "for i in x", "tablerow i in x", "capture x", "comment"].map(
    (tag): [string, string] => [
      `{%- ${tag} -%}`,
      `“{%- ${tag} -%}” has no “{% end${tag.split(" ")[0]} %}”. Write that where the block is to end.`,
    ],
  ),
  [
    "{% liquid\n if x\n echo x %}",
    "“if x” has no “{% endif %}”. Write that where the block is to end.",
  ],
  [
    "{{ }}",
    "A value is missing. Write a name such as contact.city, a number, or a text in quotation marks.",
  ],
  [
    "{% if %}x{% endif %}",
    "A value is missing. Write a name such as contact.city, a number, or a text in quotation marks.",
  ],
  [
    "{{ | upcase }}",
    "Before “| upcase” a value is missing. Write a name such as contact.city, a number, or a text in quotation marks.",
  ],
  [
    "{% for i in (1..) %}{% endfor %}",
    "Before “)” a value is missing. Write a name such as contact.city, a number, or a text in quotation marks.",
  ],
  [
    "{{ contact.name: contact.city }}",
    "Something that does not belong there comes after a value. Put “|” before a filter, quotation marks around a text, and an operator such as “==” between two values.",
  ],
  [
    "{% if x = 1 %}x{% endif %}",
    "Something that does not belong there comes after a value. Put “|” before a filter, quotation marks around a text, and an operator such as “==” between two values.",
  ],
  ['{{ x | "y" }}', "After “|” the name of a filter is missing. Write one, or take the “|” out."],
  [
    '{{ x | default "y" }}',
    'Something that does not belong there comes after a filter. Put “:” before what it is given, as in | default: "there", and “|” before the next filter.',
  ],
  [
    "{{ x | slice: 1 2 }}",
    "“2” does not belong after what a filter is given. Put “,” between two values, and “|” before the next filter.",
  ],
  ['{{ x["y" }}', 'A “[” has no “]”. Close it after the name in it, as in contact["city"].'],
  [
    "{% if (x == 1) %}x{% endif %}",
    "Parentheses can hold nothing but a range, as (1..5) does. Take them out, and put one condition inside the other where they were to group some.",
  ],
  [
    "{% assign %}",
    '“assign” has no name to keep its value under. Write one, as in {% assign greeting = "Hello" %}.',
  ],
  [
    "{% assign contact.name = 1 %}",
    'In “assign” a “=” is missing after the name, which has no dots and no spaces in it. Write it as in {% assign greeting = "Hello" %}.',
  ],
  [
    "{% for i %}{% endfor %}",
    "“{% for i %}” does not say what to go through. Write it as in {% for item in contact.items %}.",
  ],
  [
    "{% tablerow i %}{% endtablerow %}",
    "“{% tablerow i %}” does not say what to go through. Write it as in {% tablerow item in contact.items %}.",
  ],
  [
    "{% capture %}{% endcapture %}",
    "“capture” has no name to keep its text under. Write one, as in {% capture greeting %}.",
  ],
  [
    "{% cycle %}",
    '“cycle” has nothing to take turns with. Write its values, as in {% cycle "odd", "even" %}.',
  ],
  [
    "{% if x %}{% else %}{% elsif y %}{% endif %}",
    "An “elsif” stands after the “else”. Move it before that: “else” comes last.",
  ],
  [
    "{% if x %}{% else %}{% else %}{% endif %}",
    "An “if” has two “else”. Leave one, or make the first an “elsif” with its condition.",
  ],
  [
    "{% if x %}{% else if y %}{% endif %}",
    "“if y” does not belong there: “else” and what ends a block stand alone. A further condition is an “elsif”.",
  ],
  [
    "{% # one\ntwo %}",
    "A comment that begins with “#” goes over several lines. Begin each of them with “#”, or write {% comment %}…{% endcomment %} around them.",
  ],
];

test.each(READ)("%j is told in our words, with its line", (liquid, message) => {
  const { problems } = parseLiquid(textEngine, "body", `one\n${liquid}`);
  expect(problems[0]).toEqual({
    severity: "error",
    part: "body",
    line: expect.any(Number),
    message,
  });
  const faults = lintTemplate({ kind: "html", subject: "x", body: `<p>\n${liquid}</p>` }, []);
  expect(faults.find(({ severity }) => severity === "error")?.line).toBeNumber();
});

test("blocks that are nested without end are too much Liquid, or too deep", () => {
  const nested = `${"{% if x %}".repeat(20_000)}${"{% endif %}".repeat(20_000)}`;
  expect(lintTemplate({ kind: "text", subject: "x", body: nested }, [])).toEqual([
    {
      severity: "error",
      part: "body",
      message:
        "There is too much Liquid in the body: 40,000 characters between braces are the most. Write out what is the same for everybody.",
    },
  ]);
  expect(readingFault(new RangeError("Maximum call stack size exceeded."), textEngine)).toBe(
    "The Liquid is nested too deeply. Take out some of the blocks that stand in one another.",
  );
});

test("whatever a person types, the library's own words reach nobody", () => {
  const pieces =
    "{{ }} {% %} {%- if endif for in endfor case when endcase unless endunless else elsif capture endcapture assign = | upcase : , 'q' \"q\" ( ) .. 1 [ ] . cycle tablerow endtablerow raw endraw comment endcomment liquid echo # == contains and not increment foo ' \" limit: nil url endurl -1.5 include";
  const typed = fc
    .array(fc.constantFrom("\n", "{{ x", " }}", "{% if x", " %}", ...pieces.split(" ")), {
      maxLength: 12,
    })
    .map((some) => some.join(" "));
  fc.assert(
    fc.property(fc.constantFrom("", "{{", "{%"), typed, (begin, rest) => {
      const { problems } = parseLiquid(textEngine, "body", `${begin}${rest}`);
      expect(problems.filter(({ message }) => message.includes("cannot be read"))).toEqual([]);
    }),
    { numRuns: 5_000 },
  );
});

describe("a contact for whom a piece cannot be rendered", () => {
  const contact = { code: "%zz", zone: "ann@example.com", name: "🙂 Ann", list: [1, 2] };

  test.each<[string, string]>([
    [
      "{{ contact.code | base64_decode }}",
      "The value is not Base64. Use “base64_decode” only where every contact's value is.",
    ],
    [
      "{{ contact.code | url_decode }}",
      "The value has a “%” in it that begins no encoded character. Use “url_decode” only where every contact's value is encoded.",
    ],
    [
      "{{ contact.name | split: '' | first | url_encode }}",
      "The value ends or begins with half a character: something cut it in an emoji. Encode it before it is cut.",
    ],
    [
      '{{ "2026-01-01" | date: "%H", contact.zone }}',
      '“date” is given a time zone that there is not. Name one, such as "Europe/Berlin", or its offset in minutes.',
    ],
    [
      "{{ contact.code | append }}",
      '“append” takes one text, no more and no less. Write it as in | append: "!".',
    ],
    [
      "{{ contact.code | prepend: 'a', 'b' }}",
      '“prepend” takes one text, no more and no less. Write it as in | prepend: "!".',
    ],
    ["{% cycle contact.code | upcsae %}", "There is no filter “upcsae”. Did you mean “upcase”?"],
  ])("by %s is told which and why, without the contact's value", (liquid, why) => {
    expect(rendererOf({ kind: "text", body: `a ${liquid} b` })(contact)).toEqual({
      ok: false,
      reason: `The text part could not be rendered at ${liquid}. ${why}`,
    });
  });

  test("by what is not known to fail, is told the library's words as a detail", () => {
    expect(renderingFault(new Error("Odd."), textEngine)).toBe(
      "It failed (“Odd.”). Write it in another way, or take it out.",
    );
  });

  test("nor does any filter fail in words that are not ours", () => {
    const values =
      "contact.code contact.zone contact.name contact.list nil 'abc' -1 1e3 '' true".split(" ");
    const value = fc.constantFrom(...values);
    const filters = Object.keys(textEngine.filters);
    fc.assert(
      fc.property(
        fc.constantFrom(...filters),
        value,
        fc.array(value, { maxLength: 3 }),
        (name, input, args) => {
          const body = `{{ ${input} | slice: 0, 1 | ${name}${args.length > 0 ? `: ${args.join(", ")}` : ""} }}`;
          const result = createRenderer({ subject: "x", html: null, text: body }, common)(contact);
          expect(result.ok || !result.reason.includes("It failed")).toBe(true);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
