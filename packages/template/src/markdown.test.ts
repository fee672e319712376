import { describe, expect, test } from "bun:test";
import { compiled, rendered } from "./testing/rendered.ts";

/** What stands inside the column that Markdown is set in. */
function markdown(body: string, contact: Record<string, unknown> = {}) {
  const { html, text } = rendered({ kind: "markdown", body }, contact);
  const [, column = ""] = /<div class="letter"[^>]*>([\s\S]*)<\/div>\s*<\/body>/.exec(html) ?? [];
  return { html: column.replace(/\n+/g, "\n").trim(), text };
}

describe("Markdown with Liquid", () => {
  test("tags keep their underscores, quotes, asterisks and line breaks", () => {
    const body =
      '_Hi_ {{ contact.first_name | default: "*a_b*\'c\'" }}_and_ {{ contact.x\n | default: "z" }}';
    expect(markdown(body).html).toBe("<p><em>Hi</em> *a_b*&#x27;c&#x27;_and_ z</p>");
  });

  test("a condition around blocks leaves nothing behind when it does not hold", () => {
    const body =
      "before\n{% if contact.vip %}\n# For VIPs\n\n- one\n- two\n{% else %}\nHello\n{% endif %}\nafter";
    expect(markdown(body, { vip: true })).toEqual({
      html: "<p>before</p>\n<h1>For VIPs</h1>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n<p>after</p>",
      text: "before\n\nFor VIPs\n\n * one\n * two\n\nafter",
    });
    expect(markdown(body)).toEqual({
      html: "<p>before</p>\n<p>Hello</p>\n<p>after</p>",
      text: "before\n\nHello\n\nafter",
    });
  });

  test("a loop repeats its items", () => {
    const { text } = markdown("{% for item in contact.items %}\n- {{ item }}\n{% endfor %}", {
      items: ["tea", "milk"],
    });
    expect(text).toBe(" * tea\n\n * milk");
  });

  test("links, code, tables and raw blocks hold Liquid", () => {
    const { html } = markdown(
      [
        "[see](https://example.com/?q={{ contact.q }}) `{{ contact.q }}`",
        "",
        "| a | b |",
        "|---|---|",
        "| {{ contact.q | upcase }} | {% if contact.q %}yes{% endif %} |",
        "",
        "```",
        "{% if true %}",
        "{{ contact.q }}",
        "{% endif %}",
        "```",
        "",
        "{% raw %}{{ not_liquid }}{% endraw %}{% comment %} *gone* {% endcomment %}",
      ].join("\n"),
      { q: "a&b" },
    );
    expect(html).toContain('<a href="https://example.com/?q=a%26b">see</a> <code>a&amp;b</code>');
    expect(html).toContain("<td>A&amp;B</td>\n<td>yes</td>");
    expect(html).toContain("<pre><code>\na&amp;b\n</code></pre>");
    expect(html).toContain("<p>{{ not_liquid }}</p>");
  });

  test("a comment of the writer's own stays a comment", () => {
    expect(markdown("<!--{{ contact.secret }}-->", { secret: "x" }).html).toBe("<!--x-->");
  });

  test("words that look like the hidden ones are left alone", () => {
    expect(markdown("lq0x0p {{ contact.a }} lq1x0t", { a: "A" }).html).toBe(
      "<p>lq0x0p A lq1x0t</p>",
    );
  });

  test("it is set in a whole responsive document that follows dark mode", () => {
    const { html } = compiled({ kind: "markdown", body: "Hello" });
    expect(html).toStartWith("<!doctype html>");
    expect(html).toContain('name="viewport"');
    expect(html).toContain("prefers-color-scheme: dark");
  });
});
