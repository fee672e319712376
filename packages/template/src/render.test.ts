import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { compileSource } from "./compile.ts";
import { DEFAULT_LIMITS, htmlEngine, type Limits, textEngine } from "./engine.ts";
import { createRenderer, MAX_RENDERED_SUBJECT } from "./render.ts";
import { common, rendered, rendererOf } from "./testing/rendered.ts";
import { contactVariables } from "./variables.ts";

const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(
      fc.constantFrom(
        ..."<>\"'&/;= \0\t",
        "\r\n",
        "\nBcc: victim@example.com\n",
        "\u2028",
        "\ud800",
        "<script>",
        "</style>",
        "--><img src=x onerror=alert(1)>",
        "{{ sender.email }}",
        "{% render 'x' %}",
        "{{",
        "}}",
        "javascript:",
        "%0d%0a",
        "lq0x0p",
        "{% endurl %}",
        "ß漢🙂",
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join("")),
);

/** The tags of an html part, without what their attributes say. */
function shape(html: string): string[] | undefined {
  return html
    .replaceAll("<br>", "")
    .match(/<[^>]*>/g)
    ?.map((tag) => tag.replace(/"[^"]*"/g, '""'));
}

test("what was frozen with a break that is refused now is rendered as far as that, as before", () => {
  const frozen = { subject: "Hi", html: "<p>a{% break %}b</p>", text: "a{% break %}b" };
  expect(createRenderer(frozen, common)({})).toEqual({
    ok: true,
    subject: "Hi",
    html: "<p>a",
    text: "a",
  });
});

describe("what a contact's data can do", () => {
  const all = {
    subject: "For {{ contact.name }}",
    body: `<title>{{ contact.name }}</title><p title="{{ contact.name }}">{{ contact.name }}</p>
      <a href="{{ contact.name }}">1</a><a href="https://example.com/{{ contact.name }}?q={{ contact.name }}">2</a>
      {% capture c %}{{ contact.name }}{% endcapture %}{{ c }}{{ c | upcase }}{{ contact.name | escape }}
      {{ contact.name | newline_to_br }}{% cycle contact.name, "x" %}{% echo contact.name %}`,
  };

  test("it never becomes markup of the html part", () => {
    const harmless = rendered(all, { name: "Ann" }).html ?? "";
    fc.assert(
      fc.property(hostile, (name) => {
        expect(shape(rendered(all, { name }).html ?? "")).toEqual(shape(harmless));
      }),
    );
  });

  test("no link of the html part leads anywhere but to a page, an address or a number", () => {
    fc.assert(
      fc.property(hostile, (name) => {
        const { html } = rendered(all, { name });
        for (const [, href = ""] of (html ?? "").matchAll(/href="([^"]*)"/g)) {
          const scheme = /^\s*([^:/?#&]*):/.exec(href)?.[1] ?? "https";
          expect(["https", "http", "mailto", "tel", "sms", "cid"]).toContain(scheme.toLowerCase());
        }
      }),
    );
  });

  test("the subject stays one short line without controls", () => {
    fc.assert(
      fc.property(hostile, (name) => {
        const { subject } = rendered(all, { name });
        // oxlint-disable-next-line no-control-regex
        expect(subject).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
        expect(subject.isWellFormed()).toBe(true);
        expect(subject.length).toBeLessThanOrEqual(MAX_RENDERED_SUBJECT);
      }),
    );
  });

  test("it stands in subject and text as it is, and is never run as Liquid", () => {
    const name = `{{ sender.email }}{% assign x = 1 %}<b>&"'`;
    const result = rendered(
      { subject: "{{ contact.name }}", body: "<p>{{ contact.name }}</p>" },
      { name },
    );
    expect(result).toEqual({
      subject: name,
      html: "<p>{{ sender.email }}{% assign x = 1 %}&lt;b&gt;&amp;&quot;&#x27;</p>",
      text: name,
    });
  });

  test("every part can go through JSON and UTF-8 unchanged", () => {
    fc.assert(
      fc.property(hostile, (name) => {
        const { subject, html, text } = rendered(all, { name });
        for (const part of [subject, html ?? "", text]) {
          expect(Buffer.from(part, "utf8").toString("utf8")).toBe(part);
        }
      }),
    );
  });

  test("no carriage return is left in a body: one would be changed after the message was signed", () => {
    const template = { subject: "x", html: "<p>a\r\nb\rc</p>\r\r\n", text: "a\r\nb\rc" };
    const render = createRenderer(template, common);
    const result = render({ name: "x" });
    expect(result).toMatchObject({ html: "<p>a\nb\nc</p>\n" });
    expect(JSON.stringify(result)).not.toContain("\\r");
  });

  test("a subject cut at its limit ends in a whole character", () => {
    const { subject } = rendered(
      { subject: "{{ contact.name }}" },
      { name: `x${"🙂".repeat(400)}` },
    );
    expect(subject).toBe(`x${"🙂".repeat(249)}`);
  });
});

describe("what a template can reach", () => {
  test("original, weakness 15: own properties of what it is given, and nothing of their prototypes", () => {
    const paths = [
      "contact.constructor",
      "contact.constructor.name",
      "contact.__proto__",
      "contact.toString",
      'contact["constructor"]',
      "contact.name.constructor",
      "contact.tags.constructor",
      "captured.constructor",
      "captured.__proto__",
      "constructor",
      "__proto__",
      "contact.hasOwnProperty",
    ];
    const body = `{% capture captured %}x{% endcapture %}${paths.map((path) => `[{{ ${path} }}]`).join("")}`;
    expect(rendered({ kind: "text", body }, { name: "Ann", tags: ["a"] }).text).toBe(
      "[]".repeat(paths.length),
    );
    const direct = paths.map((path) => `[{{ ${path} }}]`).join("");
    expect(rendered({ kind: "text", body: direct }, { name: "Ann", tags: ["a"] }).text).toBe(
      "[]".repeat(paths.length),
    );
  });

  test("a contact without a name of their own is called by first and last name", () => {
    for (const [names, called] of [
      [{ first_name: "Anna", last_name: "Kowalska" }, "Anna Kowalska"],
      [{ name: "", last_name: "Kowalska" }, "Kowalska"],
      [{ name: "Dr. K", first_name: "Anna" }, "Dr. K"],
    ] as const) {
      const variables = contactVariables({ id: "1", email: "a@example.com", ...names });
      const template = { kind: "text", body: "{{ contact.name }}" } as const;
      expect(rendered(template, variables).text).toBe(called);
    }
  });

  test("an attribute called __proto__ is an attribute like any other", () => {
    const attributes = JSON.parse(
      '{"__proto__": {"polluted": true}, "email": "mine", "city": "Łódź"}',
    );
    const variables = contactVariables({ id: "1", email: "a@example.com", attributes });
    expect(Object.getPrototypeOf(variables)).toBe(Object.prototype);
    const body =
      "{{ contact.city }} {{ contact.email }} [{{ contact.polluted }}] [{{ contact.name }}]";
    expect(rendered({ kind: "text", body }, variables).text).toBe("Łódź a@example.com [] []");
  });

  test("filters that would evaluate a contact's text as Liquid do not exist", () => {
    const compiled = compileSource({
      kind: "text",
      subject: "x",
      body: '{{ contact.tags | where_exp: "item", contact.name }}',
    });
    expect(compiled.ok).toBe(false);
  });

  test("one email leaves nothing behind for the next", () => {
    const render = rendererOf({
      kind: "text",
      body: "{% increment n %}{% assign contact = 1 %}{% cycle 'a', 'b' %}{{ seen }}{% assign seen = 'yes' %}",
    });
    expect([render({}), render({})].map((result) => result.ok && result.text)).toEqual([
      "0a",
      "0a",
    ]);
  });

  test("no file", () => {
    for (const engine of [htmlEngine, textEngine]) {
      expect(() => engine.parseFileSync(import.meta.path)).toThrow("ENOENT");
    }
  });

  test("campaign and sender", () => {
    const body = "{{ campaign.name }}/{{ sender.name }}/{{ sender.email }}";
    expect(rendered({ kind: "text", body }).text).toBe("May/Shop & Co/shop@example.com");
  });
});

describe("escaping once", () => {
  test.each([
    ["{{ contact.name }}", "A &amp; B&#x27;s"],
    ["{{ contact.name | escape }}", "A &amp; B&#x27;s"],
    ["{{ contact.name | upcase | escape }}", "A &amp; B&#x27;S"],
    ["{% capture x %}<i>{{ contact.name }}</i>{% endcapture %}{{ x }}", "<i>A &amp; B&#x27;s</i>"],
    ["{% capture x %}{% endcapture %}{{ x | default: 'none' }}", "none"],
    ["{% capture x %}a{% endcapture %}{% if x == 'a' %}same{% endif %}{{ x.size }}", "same1"],
    ["{{ contact.lines | newline_to_br }}", "1 &lt; 2<br>\n3"],
    ["{{ contact.encoded | escape_once }}", "A &amp; B &lt;"],
    ["{{ contact.name | raw }}", "A & B's"],
  ])("%s", (body, html) => {
    const contact = { name: "A & B's", lines: "1 < 2\n3", encoded: "A &amp; B <" };
    expect(rendered({ body }, contact).html).toBe(html);
  });
});

describe("limits", () => {
  const limits: Limits = { ...DEFAULT_LIMITS, renderMs: 50 };
  const refusal = expect.stringContaining("too much time or memory");

  test.each([
    ["a huge range", "{% for i in (1..100000000) %}x{% endfor %}"],
    ["ranges in ranges", "{% for a in (1..900) %}{% for b in (1..900) %}x{% endfor %}{% endfor %}"],
    [
      "loops over the contact's own list",
      `${"{% for a in contact.list %}".repeat(4)}x${"{% endfor %}".repeat(4)}`,
    ],
    [
      "a text that doubles",
      "{% assign s = 'xxxxxxxx' %}{% for i in (1..40) %}{% assign s = s | append: s %}{% endfor %}{{ s }}",
    ],
    [
      "a text multiplied by filters alone",
      `{{ contact.long${" | replace: 'x', contact.long".repeat(3)} }}`,
    ],
    ["much from little", `{% for i in (1..9000) %}${"<p>lorem ipsum</p>".repeat(30)}{% endfor %}`],
  ])("%s is refused, and does not throw", (_what, body) => {
    const contact = {
      list: Array.from({ length: 500 }, (_, index) => index),
      long: "x".repeat(500),
    };
    expect(rendererOf({ body }, limits)(contact)).toEqual({ ok: false, reason: refusal });
  });

  test("a filter that fails names the part, and a neighbour is not affected", () => {
    const render = rendererOf({ kind: "text", body: "{{ contact.code | base64_decode }}" });
    expect(render({ code: "!" })).toEqual({
      ok: false,
      reason:
        "The text part could not be rendered at {{ contact.code | base64_decode }}. The value is not Base64. Use “base64_decode” only where every contact's value is.",
    });
    expect(render({ code: "SGk=" })).toMatchObject({ ok: true, text: "Hi" });
  });

  test("values that cannot be printed fail one email", () => {
    const render = rendererOf({ kind: "text", body: "{{ contact.odd }}" });
    expect(render({ odd: Object.create(null) })).toMatchObject({ ok: false });
  });

  test("a content that does not parse fails every email with one reason", () => {
    const render = createRenderer({ subject: "x", html: "{% if %}", text: "" }, common);
    expect(render({})).toMatchObject({
      ok: false,
      reason: expect.stringContaining("cannot be read"),
    });
  });
});
