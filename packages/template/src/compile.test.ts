import { describe, expect, test } from "bun:test";
import { compileSource } from "./compile.ts";
import { compiled } from "./testing/rendered.ts";

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
