import { describe, expect, test } from "bun:test";
import { compiled, rendered } from "./testing/rendered.ts";

describe("the text part of html", () => {
  test("keeps blocks, lists, links and images, and leaves out what is not shown", () => {
    const { text } = rendered({
      body: `<html><head><title>Title</title><style>p { color: red }</style></head><body>
        <div style="display: none">preheader</div>
        <h1>Heading &amp; more</h1><p>Some <b>bold</b>\n text.</p>
        <p><a href="https://example.com/a">A link</a>, <a href="https://example.com">https://example.com</a>,
        <a href="#top">top</a>, <a href="mailto:a@example.com">write</a></p>
        <ul><li>one</li><li>two<ul><li>inner</li></ul></li></ul><ol><li>first</li><li>second</li></ol>
        <table><tr><th>Item</th><th>Price</th></tr><tr><td>Tea</td><td>3</td></tr></table>
        <a href="https://example.com/shop"><img src="x.png" alt="Shop now"></a><br>Bye<hr><pre>  kept
  as is</pre></body></html>`,
    });
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

  test("has no entities and no tags where the html escapes, breaks lines or takes markup", () => {
    const names = ["escape", "xml_escape", "escape_once", "newline_to_br", "raw"];
    const body = names.map((name) => `<p>{{ contact.note | ${name} }}</p>`).join("");
    const note = "Tom O'Brien & Co\n<b>bold</b>";
    const { text, subject } = rendered(
      { body, subject: "For {{ contact.note | escape }}" },
      { note },
    );
    expect(text.split("\n\n")).toEqual([
      ...Array.from({ length: 4 }, () => note),
      "Tom O'Brien & Co bold",
    ]);
    const address = "Main St 1<br>Springfield &amp; Co<ul><li>one</li><li>two</li></ul>";
    expect(rendered({ body: "<p>{{ contact.address | raw }}</p>" }, { address }).text).toBe(
      "Main St 1\nSpringfield & Co\n * one\n * two",
    );
    expect(subject).toBe("For Tom O'Brien & Co <b>bold</b>");
  });

  test("keeps what tags in comments decide and assign, and nothing else of them", () => {
    const body = `<p>a</p><!-- {% if contact.vip %} --><p>b</p><!-- {% endif %}{{ contact.vip }} -->
      <!-- {% assign x = "c" %} --><p>{{ x }}<!-- d --></p><script>if (a<!--b) {}</script><p>e</p>`;
    expect([rendered({ body }).text, rendered({ body }, { vip: "yes" }).text]).toEqual([
      "a\n\nc\n\ne",
      "a\n\nb\n\nc\n\ne",
    ]);
  });

  test("a long paragraph is one line, so that no tag is split", () => {
    const long = `${"word ".repeat(60)}{{ contact.name | default: "a value of several words" }}`;
    expect(compiled({ body: `<p>${long}</p>` }).text).toBe(long);
  });

  test("assignments count wherever they stand", () => {
    const body = `{% assign a = "1" %}<html><head>{% assign b = "2" %}</head><body><p style="display:none">{% assign c = "3" %}hidden</p>{{ a }}{{ b }}{{ c }}</body></html>`;
    expect(rendered({ kind: "html", body }).text).toBe("123");
  });

  test("tags that trim space do not run blocks together", () => {
    const body =
      "<p>one</p>\n{%- if contact.vip -%}\n<p>two</p>\n{%- endif -%}\n<p>three {%- if true %}, four{% endif %}</p>";
    expect(rendered({ kind: "html", body }, { vip: true }).text).toBe("one\n\ntwo\n\nthree, four");
    expect(rendered({ kind: "html", body }).text).toBe("one\n\nthree, four");
    expect(rendered({ body: "<p>{{ 1 -}}</p> <p>{{- 2 }}</p>" }).text).toBe("1\n\n2");
  });

  test("a repeated item has no number, which would be 1 for all", () => {
    const body = "<ol>{% for i in contact.items %}<li>{{ i }}</li>{% endfor %}</ol><p>end</p>";
    expect(rendered({ kind: "html", body }, { items: ["a", "b"] }).text).toBe(" * a\n * b\n\nend");
  });

  test("text is its own text part, and has no html", () => {
    const body = "Hi {{ contact.name }}\n\n\n\n<b>not html</b>  \n";
    expect(compiled({ kind: "text", body })).toEqual({ subject: "News", html: null, text: body });
    expect(rendered({ kind: "text", body }, { name: "<Ann>" }).text).toBe(
      "Hi <Ann>\n\n\n\n<b>not html</b>  \n",
    );
  });
});
