import { describe, expect, test } from "bun:test";
import { compileSource } from "./compile.ts";
import type { TemplateContent, TemplateKind } from "./content.ts";
import { createRenderer } from "./render.ts";

const common = {
  campaign: { name: "May" },
  sender: { name: "Shop & Co", email: "shop@example.com" },
};

function compiled(kind: TemplateKind, body: string): TemplateContent {
  const result = compileSource({ kind, subject: "News", body });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.content;
}

function rendered(kind: TemplateKind, body: string, contact: Record<string, unknown> = {}) {
  const result = createRenderer(compiled(kind, body), common)(contact);
  if (!result.ok) throw new Error(result.reason);
  return { text: result.text, html: result.html ?? "" };
}

/** What stands inside the column that Markdown is set in. */
function markdown(body: string, contact: Record<string, unknown> = {}) {
  const { html, text } = rendered("markdown", body, contact);
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
    const { html } = compiled("markdown", "Hello");
    expect(html).toStartWith("<!doctype html>");
    expect(html).toContain('name="viewport"');
    expect(html).toContain("prefers-color-scheme: dark");
  });
});

describe("the text part of html", () => {
  test("keeps blocks, lists, links and images, and leaves out what is not shown", () => {
    const { text } = rendered(
      "html",
      `<html><head><title>Title</title><style>p { color: red }</style></head><body>
        <div style="display: none">preheader</div>
        <h1>Heading &amp; more</h1><p>Some <b>bold</b>\n text.</p>
        <p><a href="https://example.com/a">A link</a>, <a href="https://example.com">https://example.com</a>,
        <a href="#top">top</a>, <a href="mailto:a@example.com">write</a></p>
        <ul><li>one</li><li>two<ul><li>inner</li></ul></li></ul><ol><li>first</li><li>second</li></ol>
        <table><tr><th>Item</th><th>Price</th></tr><tr><td>Tea</td><td>3</td></tr></table>
        <a href="https://example.com/shop"><img src="x.png" alt="Shop now"></a><br>Bye<hr><pre>  kept
  as is</pre></body></html>`,
    );
    expect(text).toBe(
      [
        "Heading & more",
        "",
        "Some bold text.",
        "",
        "A link (https://example.com/a), https://example.com, top, write (a@example.com)",
        "",
        " * one",
        " * two",
        "   * inner",
        "",
        " 1. first",
        " 2. second",
        "",
        "Item Price",
        "Tea 3",
        "",
        "Shop now (https://example.com/shop)",
        "Bye",
        "",
        "-".repeat(40),
        "",
        "  kept",
        "  as is",
      ].join("\n"),
    );
  });

  test("a long paragraph is one line, so that no tag is split", () => {
    const long = `${"word ".repeat(60)}{{ contact.name | default: "a value of several words" }}`;
    expect(compiled("html", `<p>${long}</p>`).text).toBe(long);
  });

  test("assignments count wherever they stand", () => {
    const body = `{% assign a = "1" %}<html><head>{% assign b = "2" %}</head><body><p style="display:none">{% assign c = "3" %}hidden</p>{{ a }}{{ b }}{{ c }}</body></html>`;
    expect(rendered("html", body).text).toBe("123");
  });

  test("tags that trim space do not run blocks together", () => {
    const body =
      "<p>one</p>\n{%- if contact.vip -%}\n<p>two</p>\n{%- endif -%}\n<p>three {%- if true %}, four{% endif %}</p>";
    expect(rendered("html", body, { vip: true }).text).toBe("one\n\ntwo\n\nthree, four");
    expect(rendered("html", body).text).toBe("one\n\nthree, four");
    expect(rendered("html", "<p>{{ 1 -}}</p> <p>{{- 2 }}</p>").text).toBe("1\n\n2");
  });

  test("a repeated item has no number, which would be 1 for all", () => {
    const body = "<ol>{% for i in contact.items %}<li>{{ i }}</li>{% endfor %}</ol><p>end</p>";
    expect(rendered("html", body, { items: ["a", "b"] }).text).toBe(" * a\n * b\n\nend");
  });

  test("text is its own text part, and has no html", () => {
    const body = "Hi {{ contact.name }}\n\n\n\n<b>not html</b>  \n";
    expect(compiled("text", body)).toEqual({ subject: "News", html: null, text: body });
    expect(rendered("text", body, { name: "<Ann>" }).text).toBe(
      "Hi <Ann>\n\n\n\n<b>not html</b>  \n",
    );
  });
});

function hrefOf(href: string, contact: Record<string, unknown>) {
  const { html, text } = rendered("html", `<a href=${href}>x</a>`, contact);
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
      "html",
      '<a href="https://example.com/{{ contact.id }}">https://example.com/{{ contact.id }}</a>',
      { id: "7" },
    );
    expect(text).toBe("https://example.com/7");
  });
});

describe("what cannot be compiled", () => {
  test.each([
    ["html", "<p>{{ contact.name </p>", 'Output "{{ contact.name </p>" not closed.', 1],
    ["html", "a\n{% if x %}", "Tag {% if x %} not closed.", 2],
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
    expect(compiled("html", `<p>a</p>${"<div>".repeat(10_000)}`).text).toStartWith("a");
  });

  test("more Liquid than LiquidJS can take in", () => {
    const body = "{{ contact.name }}".repeat(3_000);
    expect(compileSource({ kind: "html", subject: "s", body })).toMatchObject({
      ok: false,
      problems: [{ message: expect.stringContaining("too much Liquid") }],
    });
  });
});
