import { describe, expect, test } from "bun:test";
import { compileEmail } from "./compile.ts";
import type { TemplateSource } from "./content.ts";
import { lintTemplate } from "./lint.ts";
import { createRenderer } from "./render.ts";
import { starterTemplates } from "./starters.ts";

const URL = "https://example.com/u/a-b_c";
const COMMON = {
  campaign: { name: "May" },
  sender: { name: "Shop", email: "shop@example.com", postal_address: "1 <Road>, Town & Co" },
};

function sent(source: Partial<TemplateSource>) {
  const compiled = compileEmail({ kind: "html", subject: "News", body: "", ...source });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  const rendered = createRenderer(compiled.content, COMMON)({ email: "ann@example.com" }, URL);
  if (!rendered.ok) throw new Error(rendered.reason);
  return { html: rendered.html ?? "", text: rendered.text };
}

function count(text: string, piece: string): number {
  return text.split(piece).length - 1;
}

/** How often the link and the address stand in the html and in the text. */
function shown({ html, text }: { html: string; text: string }) {
  return {
    html: [count(html, `href="${URL}"`), count(html, "1 &lt;Road&gt;, Town &amp; Co")],
    text: [count(text, URL), count(text, "1 <Road>, Town & Co")],
  };
}

const ONCE = { html: [1, 1], text: [1, 1] };

describe("a template that names neither the postal address nor the link gets both, once", () => {
  test("in a document before its body ends, and not after", () => {
    const email = sent({ body: "<html><body><p>Hello</p></BODY ></html>" });
    expect(shown(email)).toEqual(ONCE);
    expect(email.html).toMatch(/<p>Hello<\/p><div style="[^"]*">[^]*<\/div>\n<\/BODY ><\/html>$/);
    expect(email.text).toBe(`Hello\n\n1 <Road>, Town & Co\nUnsubscribe: ${URL}`);
  });

  test.each([
    ["a piece of html", { body: "<p>Hello</p>" }],
    ["an empty body", { body: "" }],
    ["Markdown", { kind: "markdown", body: "# Hello" }],
  ] as const)("in %s at its end", (_what, source) => {
    expect(shown(sent(source))).toEqual(ONCE);
  });

  test("in a plain text at its end", () => {
    const { html, text } = sent({ kind: "text", body: "Hello\n\n\n" });
    expect([html, text]).toEqual(["", `Hello\n\n1 <Road>, Town & Co\nUnsubscribe: ${URL}\n`]);
  });
});

test("a loop that is left early leaves the footer where it is", () => {
  const body =
    "{% for each in (1..9) %}{% if each == 2 %}{% continue %}{% elsif each == 4 %}{% break %}{% endif %}{{ each }}{% endfor %}";
  const email = sent({ body });
  expect(shown(email)).toEqual(ONCE);
  expect(email.text).toStartWith("13");
});

describe("a template that shows them itself gets nothing more", () => {
  test.each([
    [
      "html",
      { body: '<p>{{ sender.postal_address }} <a href="{{ unsubscribe_url }}">Leave</a></p>' },
    ],
    [
      "html without quotes",
      { body: "<p>{{sender.postal_address}} <a href={{unsubscribe_url}}>Leave</a></p>" },
    ],
    [
      "Markdown",
      { kind: "markdown", body: "{{ sender.postal_address }} [Leave]({{ unsubscribe_url }})" },
    ],
  ] as const)("in %s", (_what, source) => {
    const email = sent(source);
    expect(shown(email)).toEqual(ONCE);
    expect(email.html).not.toContain("Unsubscribe");
  });

  test("in text", () => {
    const body = "{{ sender.postal_address }}\n{{ unsubscribe_url }}";
    expect(sent({ kind: "text", body }).text).toBe(`1 <Road>, Town & Co\n${URL}`);
  });

  test.each(Object.entries(starterTemplates))(
    "as the starter for %s does or need not",
    (_kind, starter) => {
      const { html, text } = shown(sent(starter));
      expect(text).toEqual([1, 1]);
      if (starter.kind !== "text") expect(html).toEqual([1, 1]);
    },
  );
});

describe("a footer stands where everybody sees it", () => {
  test.each([
    ["the end of a body in a comment", "<body><p>Hello</p></body><!-- </body> -->"],
    ["the end of a body for some", "<p>Hello</p>{% if contact.city %}</body>{% endif %}"],
    ["the end of a body in a comment of Liquid", "Hello{% comment %}</body>{% endcomment %}"],
    ["a comment that is never closed", "<p>Hello</p><!-- the end"],
    ["a comment without an end around one of a body", "<p>Hello</p><!-- the end</body>"],
  ])("in spite of %s", (_what, body) => {
    const { html } = sent({ body });
    expect(count(html.replaceAll(/<!--[^]*?(?:-->|$)/g, ""), `href="${URL}"`)).toBe(1);
  });
});

test("bodies that end again and again, and comments that never do, take no longer than others", () => {
  const [ends, rest] = ["</body>".repeat(70_000), "x".repeat(500_000)];
  expect(sent({ body: ends + rest }).html).toContain(`href="${URL}"`);
  expect(sent({ body: "<!--".repeat(240_000) }).html).toContain(`href="${URL}"`);
});

describe("what only some recipients would see does not count", () => {
  const link = '<a href="{{ unsubscribe_url }}">Leave</a>';
  test.each([
    ["in a condition", `{% if contact.city %}${link}{% endif %}`],
    ["in a condition in comments", `<!-- {% if contact.city %} -->${link}<!-- {% endif %} -->`],
    ["in a loop over nothing", `{% for each in contact.lists %}${link}{% endfor %}`],
    ["in a comment", `<!-- ${link} -->`],
    ["in a comment that is never closed", `<!-- ${link}`],
    ["for one mail client only", `<!--[if mso]>${link}<![endif]-->`],
    ["as what a filter is given", "{{ contact.name | default: unsubscribe_url }}"],
    ["in the title", "<title>{{ unsubscribe_url }}</title>"],
    ["in what is not displayed", `<div style="color:red; display:none">${link}</div>`],
    ["in a capture that is never printed", `{% capture x %}{{ unsubscribe_url }}{% endcapture %}`],
  ])("%s", (_where, body) => {
    const { html, text } = sent({ body: `<p>Hello</p>${body}` });
    expect(html.replaceAll(/<!--[^]*?(?:-->|$)/g, "")).toContain(`href="${URL}"`);
    expect(text).toContain(URL);
  });
});

function lint(body: string): string[] {
  return lintTemplate({ kind: "html", subject: "News", body }, []).map(({ message }) => message);
}

test("the variables are known, and one that is misspelt is not", () => {
  expect(lint("{{ unsubscribe_url }} {{ sender.postal_address }}")).toEqual([]);
  expect(lint("{{ unsubscribe_link }}")).toEqual([expect.stringContaining("unsubscribe_link")]);
});
