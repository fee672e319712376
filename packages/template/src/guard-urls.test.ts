import { describe, expect, test } from "bun:test";
import { rendered } from "./testing/rendered.ts";

function hrefOf(href: string, contact: Record<string, unknown>) {
  const { html, text } = rendered({ body: `<a href=${href}>x</a>` }, contact);
  return { href: /href=["']([^"']*)["']/.exec(html)?.[1], text };
}

describe("URLs", () => {
  test.each([
    ["javascript:alert(1)", "#"],
    ["JaVaScRiPt:alert(1)", "#"],
    [" \u0001java\nscript:alert(1)", "#"],
    ["data:text/html,x", "#"],
    ["vbscript:x", "#"],
    [":x", "#"],
    ["https://example.com/a?b=c&d=e#f", "https://example.com/a?b=c&amp;d=e#f"],
    ["/relative:path", "/relative:path"],
    ["mailto:a@example.com", "mailto:a@example.com"],
  ])("the whole URL %j becomes %j", (site, href) => {
    expect(hrefOf('"{{ contact.site }}"', { site }).href).toBe(href);
    expect(hrefOf("{{ contact.site }}", { site }).href).toBe(href);
    expect(hrefOf('"{% if true %}{{ contact.site }}{% endif %}"', { site }).href).toBe(href);
  });

  test("a scheme put together from several values is judged whole", () => {
    const parts = { a: "java", b: "script", c: ":alert(1)" };
    expect(hrefOf('"{{ contact.a }}{{ contact.b }}{{ contact.c }}"', parts)).toEqual({
      href: "#",
      text: "x (#)",
    });
    expect(hrefOf('"java{{ contact.b }}:alert(1)"', parts).href).toBe("#");
  });

  test("values are encoded for the place they stand in, in both parts", () => {
    const contact = { a: "a b/c?d", b: "a b/c?d&e" };
    expect(hrefOf('"https://example.com/{{ contact.a }}?q={{ contact.b }}"', contact)).toEqual({
      href: "https://example.com/a%20b/c%3Fd?q=a%20b%2Fc%3Fd%26e",
      text: "x (https://example.com/a%20b/c%3Fd?q=a%20b%2Fc%3Fd%26e)",
    });
  });

  test("a value that is encoded already is not encoded again", () => {
    expect(
      hrefOf('"https://example.com/?q={{ contact.a | url_encode }}"', { a: "a b&c" }).href,
    ).toBe("https://example.com/?q=a+b%26c");
  });

  test("each branch of a condition is judged from where the condition began", () => {
    const href =
      '"{% if contact.x %}https://example.com/{{ contact.x }}{% else %}{{ contact.site }}{% endif %}"';
    expect(hrefOf(href, { site: "https://example.com/?a=b" }).href).toBe(
      "https://example.com/?a=b",
    );
    expect(hrefOf(href, { site: "javascript:alert(1)" }).href).toBe("#");
    expect(hrefOf(href, { x: "a b", site: "javascript:alert(1)" }).href).toBe(
      "https://example.com/a%20b",
    );
  });

  test("a link that shows its own URL is written once", () => {
    const { text } = rendered(
      {
        body: '<a href="https://example.com/{{ contact.id }}">https://example.com/{{ contact.id }}</a>',
      },
      { id: "7" },
    );
    expect(text).toBe("https://example.com/7");
  });
});
