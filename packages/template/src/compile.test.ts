import { describe, expect, test } from "bun:test";
import { type Compiled, compileSource } from "./compile.ts";
import type { Problem } from "./content.ts";
import { compiled } from "./testing/rendered.ts";

const strayOnLine2 = (tag: string): Compiled => {
  const message = `“${tag}” stands in no “for”, so it would cut off the rest of the email, the link to unsubscribe with it. Move it between “for” and “endfor”, or put what is for some only into an “if”.`;
  return { ok: false, problems: [{ severity: "error", part: "body", line: 2, message }] };
};

describe("what cannot be compiled", () => {
  test.each([
    [
      "html",
      "<p>{{ contact.name </p>",
      "“{{ contact.name </p>” has no end. Close it with “}}”, and each quotation mark in it with another.",
      1,
    ],
    [
      "html",
      "a\n{% if x %}",
      "“{% if x %}” has no “{% endif %}”. Write that where the block is to end.",
      2,
    ],
    [
      "text",
      "a\n\n{% render 'x' %}",
      "The tag “render” is not allowed: an email is one template and cannot pull in others.",
      3,
    ],
    [
      "markdown",
      "{{ contact.name | upcas }}",
      "There is no filter “upcas”. Did you mean “upcase”?",
      1,
    ],
    ["html", "{% fi x %}", "There is no tag “fi”. Did you mean “if”?", 1],
    ["html", "{% endif %}", "“endif” has no tag before it that it could belong to.", 1],
  ] as const)("%s %j", (kind, body, message, line) => {
    expect(compileSource({ kind, subject: "s", body })).toEqual({
      ok: false,
      problems: [{ severity: "error", part: "body", line, message }],
    });
  });

  test.each([
    ["at its top", "a\n{% break %}b"],
    ["in a condition", "a\n{% if x %}{% unless y %}{% break %}{% endunless %}{% endif %}b"],
    ["in an else", "{% if x %}a{% else %}\n{% break %}{% endif %}b"],
    ["in a case", "{% case x %}\n{% when 1 %}{% break %}{% endcase %}b"],
    ["in a capture", "{% capture x %}a\n{% break %}{% endcapture %}b"],
    ["in a URL", '<p>a</p>\n<a href="{{ contact.url }}{% break %}">b</a>'],
    ["in a row of a table, which goes on", "{% tablerow i in x %}\n{% break %}{% endtablerow %}b"],
    ["for an empty list", "{% for i in x %}{% break %}{% else %}\n{% break %}{% endfor %}b"],
  ])("a break %s, which would cut off the footer with the rest", (_where, body) => {
    expect(compileSource({ kind: "html", subject: "s", body })).toEqual(
      strayOnLine2("{% break %}"),
    );
  });

  test.each([
    ["break", "a{% liquid\n break %}b"],
    ["{%- continue -%}", "a\n{%- continue -%}b"],
  ])("%s as the end of everything", (tag, body) => {
    expect(compileSource({ kind: "text", subject: "s", body })).toEqual(strayOnLine2(tag));
  });

  test("a break in the subject, but none that is left over by a loop that cannot be read", () => {
    const { problems } = compileSource({
      kind: "text",
      subject: "a{% break %}b",
      body: "{% for %}{% break %}{% endfor %}",
    }) as { problems: Problem[] };
    expect(problems.map(({ part, message }) => [part, message.slice(0, 20)])).toEqual([
      ["subject", "“{% break %}” stands"],
      ["body", expect.stringContaining("“{% for %}”")],
    ]);
  });

  test("faults of both parts are told together, and what follows from a fault is not blamed", () => {
    const result = compileSource({
      kind: "html",
      subject: "{{ a | nope }}",
      body: "{% if x %}{{ a | nix }}{% endif %}\n{{ b | nada }}",
    });
    expect(result.ok ? [] : result.problems.map(({ part, line }) => [part, line])).toEqual([
      ["subject", 1],
      ["body", 1],
      ["body", 2],
    ]);
  });

  test("a block that begins inside an attribute and ends outside of it", () => {
    const body = '<a href="{% if x %}a">{% else %}b">{% endif %}</a>';
    expect(compileSource({ kind: "html", subject: "s", body })).toMatchObject({
      ok: false,
      problems: [{ severity: "error", part: "body" }],
    });
  });

  test("a body beyond the limit is refused before it is parsed", () => {
    const body = "{{".repeat(600_000);
    expect(compileSource({ kind: "html", subject: "s", body })).toMatchObject({
      ok: false,
      problems: [{ message: expect.stringContaining("too long") }],
    });
  });

  test("levels of Markdown without end, which overflow the stack of its parser", () => {
    const body = "> ".repeat(20_000);
    expect(compileSource({ kind: "markdown", subject: "s", body })).toMatchObject({
      ok: false,
      problems: [{ message: expect.stringContaining("nested too deeply") }],
    });
  });

  test("elements nested without end are no trouble", () => {
    expect(compiled({ body: `<p>a</p>${"<div>".repeat(10_000)}` }).text).toStartWith("a");
  });

  test("more Liquid than LiquidJS can take in", () => {
    const body = "{{ contact.name }}".repeat(3_000);
    expect(compileSource({ kind: "html", subject: "s", body })).toMatchObject({
      ok: false,
      problems: [{ message: expect.stringContaining("too much Liquid") }],
    });
  });
});
