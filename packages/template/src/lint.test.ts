import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import type { TemplateSource } from "./content.ts";
import { lintTemplate } from "./lint.ts";
import { starterTemplates } from "./starters.ts";
import { editDistance } from "./suggest.ts";
import { variableUses } from "./variables.ts";

function lint(source: Partial<TemplateSource>, attributes: string[] = []) {
  return lintTemplate({ kind: "html", subject: "News", body: "<p>x</p>", ...source }, attributes);
}

test("a sound template has no problems", () => {
  const body = `{% assign who = contact.first_name | default: "there" %}
    {% for tag in contact.tags %}{{ tag }} {{ forloop.index }}{% endfor %}{{ who }} {{ contact["city"] }}
    <a href="https://example.com/?id={{ contact.id }}" {% if contact.email %}title="{{ sender.name }}"{% endif %}>x</a>
    <style>p { color: red } .a{margin:0}</style>`;
  expect(lint({ body, subject: "{{ campaign.name }}" }, ["tags", "city"])).toEqual([]);
});

test("every starter template is sound and uses only what every contact has", () => {
  expect(Object.values(starterTemplates).flatMap((starter) => lintTemplate(starter, []))).toEqual(
    [],
  );
});

test("a subject that is empty, or comes out so for somebody of whom nothing is known, is named", () => {
  expect(lint({ subject: "  " })).toEqual([
    { severity: "error", part: "subject", message: "Write a subject: an email needs one." },
  ]);
  for (const subject of [
    "{{ contact.first_name }}",
    "{% if contact.city %}News from {{ contact.city }}{% endif %}",
  ])
    expect(lint({ subject }, ["city"])).toEqual([
      {
        severity: "warning",
        part: "subject",
        message:
          "It comes out empty for a contact without a name and attributes. Say what stands there then: “{{ contact.first_name | default: 'News for you' }}”.",
      },
    ]);
  for (const subject of [
    "{{ contact.email }}",
    "{{ campaign.name }}",
    "{{ contact.first_name | default: 'News' }}",
    "{% if contact.city %}{{ contact.city }}{% else %}News{% endif %}",
  ])
    expect(lint({ subject }, ["city"])).toEqual([]);
});

describe("variables", () => {
  test("unknown ones are named with their line and the nearest known one", () => {
    const body =
      "{{ contact.first_nmae }}\n{{ contcat.email }}\n{{ first_name }}\n\n{{ sender.phone }} {% if contact.zzzzzz %}{% endif %}";
    expect(lint({ subject: "For {{ contact.ctiy }}", body }, ["city"])).toEqual([
      {
        severity: "error",
        part: "body",
        line: 2,
        message: "There is no “contcat”. Did you mean “contact”?",
      },
      {
        severity: "error",
        part: "body",
        line: 3,
        message: "There is no “first_name”. Did you mean “contact.first_name”?",
      },
      { severity: "error", part: "body", line: 5, message: "“sender” has no “phone”." },
      {
        severity: "warning",
        part: "subject",
        line: 1,
        message:
          "No contact has the attribute “ctiy”, so nothing is shown there. Did you mean “city”?",
      },
      {
        severity: "warning",
        part: "body",
        line: 1,
        message:
          "No contact has the attribute “first_nmae”, so nothing is shown there. Did you mean “first_name”?",
      },
      {
        severity: "warning",
        part: "body",
        line: 5,
        message: "No contact has the attribute “zzzzzz”, so nothing is shown there.",
      },
    ]);
  });

  test("a tag of several lines names the line of the variable", () => {
    const body = "a\n{{ contact.name\n  | default: contact.nick\n}}\n{{ contact.city }}";
    expect(lint({ body }).map(({ line }) => line)).toEqual([3, 5]);
  });

  test("those the template sets itself are none, and a name that is computed ends a path", () => {
    const uses = variableUses(
      '{{ contact.city }}{% assign x = sender.name %}{{ x }}{% if contact.city == "a" and contact["b c"] %}{% endif %}{{ contact[x].y }}',
    );
    expect(new Set(uses.map(({ path }) => path.join(".")))).toEqual(
      new Set(["contact", "contact.b c", "contact.city", "sender.name"]),
    );
  });
});

describe("what is no good in an email", () => {
  test.each<[string, Partial<TemplateSource>, object]>([
    ["an empty subject", { subject: " " }, { severity: "error", part: "subject" }],
    ["a script", { body: "\n<p>x</p>\n<SCRIPT src=x></SCRIPT>" }, { severity: "warning", line: 3 }],
    ["raw output", { body: "\n{{ contact.name | raw }}" }, { severity: "warning", line: 2 }],
    [
      "a value without quotes",
      { body: "<p\nid={{ contact.id }}>" },
      { severity: "error", line: 2 },
    ],
    ["a value for a name", { body: "<p {{ contact.id }}=x>" }, { severity: "error", line: 1 }],
    [
      "a body that Gmail cuts off",
      { body: "x".repeat(103_000) },
      { severity: "warning", part: "body" },
    ],
    [
      "a tag that is not allowed",
      { kind: "text", body: "a\n{% include 'x' %}" },
      { severity: "error", line: 2 },
    ],
    [
      "a syntax error in the subject",
      { subject: "{{ x" },
      { severity: "error", part: "subject", line: 1 },
    ],
  ])("%s", (_what, source, problem) => {
    expect(lint(source)).toEqual([expect.objectContaining(problem)]);
  });

  test("placeholders of the old system are named with what they are called now", () => {
    const body =
      "Dear {first_name},\n{user_id} {city} {unrelated} {{ contact.name }} .a{name} %{name}";
    expect(
      lint({ kind: "text", subject: "Hi {name}", body }, ["city"]).map(
        ({ part, line, message }) => [part, line, message],
      ),
    ).toEqual([
      [
        "subject",
        1,
        "“{name}” is sent as it stands. Write “{{ contact.name }}” for the contact's value.",
      ],
      [
        "body",
        1,
        "“{first_name}” is sent as it stands. Write “{{ contact.first_name }}” for the contact's value.",
      ],
      [
        "body",
        2,
        "“{user_id}” is sent as it stands. Write “{{ contact.id }}” for the contact's value.",
      ],
      [
        "body",
        2,
        "“{city}” is sent as it stands. Write “{{ contact.city }}” for the contact's value.",
      ],
    ]);
  });

  test("text that is not html is not read as html", () => {
    expect(
      lint({ kind: "text", body: "<script> <p id={{ contact.id }}> {{ contact.id | raw }}" }),
    ).toEqual([]);
  });
});

test("nothing a person types makes it throw", () => {
  const piece = fc.constantFrom(
    "{{",
    "}}",
    "{%",
    "%}",
    "{%-",
    "raw",
    "endraw",
    "if",
    "endif",
    "comment",
    "<",
    ">",
    "<a href=",
    '"',
    "'",
    "contact.",
    "name",
    "|",
    "\n",
    "<!--",
    "-->",
    "```",
    "- ",
    "# ",
    "{name}",
    "=",
    "lq0x0p",
    " ",
    "\0",
    "🙂",
  );
  const typed = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(piece, { maxLength: 40 }).map((all) => all.join("")),
  );
  fc.assert(
    fc.property(
      fc.constantFrom("html", "markdown", "text"),
      typed,
      typed,
      (kind, subject, body) => {
        expect(Array.isArray(lintTemplate({ kind, subject, body }, ["city"]))).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

test("a long body of nothing but beginnings is read in one pass", () => {
  // A pass for each of them would take minutes, and the runner's own limit would end it.
  for (const piece of [
    "{{",
    "<a ",
    '<a href="',
    "\n",
    " ",
    "{% if x %}",
    "{{ x | y }}",
    "(a ",
    "*",
    "[",
    "lq0x0p",
  ]) {
    lint({ kind: "html", body: piece.repeat(200_000 / piece.length) });
  }
});

test("the edit distance counts a swap as one", () => {
  expect(
    [
      ["city", "city"],
      ["ctiy", "city"],
      ["", "abc"],
      ["kitten", "sitting"],
    ].map(([from = "", to = ""]) => editDistance(from, to)),
  ).toEqual([0, 1, 3, 3]);
});
