import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import {
  type Children,
  type Html,
  INERT_URL,
  onStatus,
  render,
  safeUrl,
  trusted,
} from "./index.ts";

const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string(),
  fc
    .array(
      fc.constantFrom(
        "<",
        ">",
        '"',
        "'",
        "&",
        "&lt;",
        "</p>",
        "<script>",
        "javascript:",
        "\n",
        "\0",
        "`",
        "=",
        " ",
      ),
    )
    .map((parts) => parts.join("")),
);

async function Later() {
  return <p />;
}

function Shout({ text }: { text: string }) {
  return text.toUpperCase();
}

function Nothing() {
  return null;
}

function decoded(markup: string): string {
  const names: Record<string, string> = {
    lt: "<",
    gt: ">",
    quot: '"',
    "#x27": "'",
    "#39": "'",
    amp: "&",
  };
  return markup.replace(/&(\w+|#\w+);/g, (whole, name: string) => names[name] ?? whole);
}

describe("text", () => {
  test("any string is shown as it is and never becomes markup", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const [, inner] = /^<p>([^<>"']*)<\/p>$/.exec(render(<p>{text}</p>)) ?? [];
        expect(decoded(inner!)).toBe(text);
      }),
    );
  });

  test("nested arrays are flattened and every string in them is escaped", () => {
    const { nested } = fc.letrec<{ nested: Children[] }>((tie) => ({
      nested: fc.array(
        fc.oneof({ maxDepth: 4 }, hostile, fc.integer(), fc.constant(null), tie("nested")),
      ),
    }));
    const flat = (children: Children): string =>
      Array.isArray(children) ? children.map(flat).join("") : String(children ?? "");
    fc.assert(
      fc.property(nested, (children) => {
        const [, inner] = /^<p>([^<>"']*)<\/p>$/.exec(render(<p>{children}</p>)) ?? [];
        expect(decoded(inner!)).toBe(flat(children));
      }),
    );
  });

  test("nothing and booleans vanish, zero does not", () => {
    expect(render(<p>{[null, undefined, false, true, 0, "", 1n]}</p>)).toBe("<p>01</p>");
  });

  test("Html is not escaped again, and what looks like it is", () => {
    const name = "<b>";
    const item = <li>{name}</li>;
    expect(render(<ul>{[item, trusted("<hr>"), render(item)]}</ul>)).toBe(
      "<ul><li>&lt;b&gt;</li><hr>&lt;li&gt;&amp;lt;b&amp;gt;&lt;/li&gt;</ul>",
    );
  });

  test("an object that claims to be Html is refused", () => {
    const forged = JSON.parse('{"markup":"<script>","toString":"x"}') as Html;
    expect(() => <p>{forged}</p>).toThrow(TypeError);
    expect(() => render(Object.create(Object.getPrototypeOf(trusted(""))) as Html)).toThrow(
      TypeError,
    );
  });

  test("a text area and a pre keep a newline at the start", () => {
    expect(render(<textarea name="body">{"\nhello"}</textarea>)).toBe(
      '<textarea name="body">\n\nhello</textarea>',
    );
    expect(render(<pre>{"\n"}</pre>)).toBe("<pre>\n\n</pre>");
  });
});

describe("attributes", () => {
  test("any string stays inside its quotes and is read back as it was", () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const [, inner] = /^<p title="([^<>"]*)"><\/p>$/.exec(render(<p title={value} />)) ?? [];
        expect(decoded(inner!)).toBe(value);
      }),
    );
  });

  test("a name that comes from a person cannot add an attribute", () => {
    fc.assert(
      fc.property(hostile, (name) => {
        fc.pre(!/^[a-z_][\w.:-]*$/i.test(name));
        expect(() => <p {...{ [name]: "1" }} />).toThrow(TypeError);
      }),
    );
  });

  test("true is a bare attribute, false none; for aria, data and enumerated ones they are words", () => {
    expect(
      render(<input required disabled={false} aria-invalid={false} data-on spellcheck={false} />),
    ).toBe('<input required aria-invalid="false" data-on="true" spellcheck="false"/>');
  });

  test("class takes a list and vanishes when it is empty", () => {
    expect(render(<p class={["a", false, undefined, "b"]} />)).toBe('<p class="a b"></p>');
    expect(render(<p class={[null, ""]} />)).toBe("<p></p>");
  });

  test("numbers and dates are written plainly", () => {
    expect(render(<time datetime={new Date(0)} tabindex={0} />)).toBe(
      '<time datetime="1970-01-01T00:00:00.000Z" tabindex="0"></time>',
    );
  });
});

describe("URLs", () => {
  test("whatever the browser's parser makes of one, its scheme is one that cannot run", () => {
    const disguised = fc
      .tuple(
        fc.constantFrom("", " ", "\0", "\u0001 ", "\n\t", "\u001f"),
        fc.constantFrom(
          "javascript",
          "JaVaScript",
          "java\tscript",
          "js",
          "data",
          "vbscript",
          "https",
          "x",
        ),
        fc.constantFrom("", "\n", "\t\r", " "),
        fc.constantFrom(":", "&#58;", "%3a"),
        hostile,
      )
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(disguised, hostile), (url) => {
        const written = safeUrl(url);
        if (written === INERT_URL || !URL.canParse(written, "https://example.com/")) return;
        expect(["https:", "http:", "mailto:", "tel:"]).toContain(
          new URL(written, "https://example.com/").protocol,
        );
      }),
      { numRuns: 2_000 },
    );
  });

  test("good ones are left as they are", () => {
    for (const url of [
      "/a?b=c&d",
      "#top",
      "?after=x:y",
      "https://example.com",
      "mailto:a@example.com",
      "tel:+1",
    ]) {
      expect(safeUrl(url)).toBe(url);
    }
  });

  test("every attribute that is followed is judged, htmx's too", () => {
    const url = "javascript:alert(1)";
    expect(render(<a href={url} />)).toBe('<a href="about:invalid"></a>');
    expect(render(<form action={url} />)).toBe('<form action="about:invalid"></form>');
    expect(render(<button formaction={url} />)).toBe(
      '<button formaction="about:invalid"></button>',
    );
    expect(render(<p hx-get="js:alert(1)" />)).toBe('<p hx-get="about:invalid"></p>');
    expect(render(<p hx-push-url:inherited={url} />)).toBe(
      '<p hx-push-url:inherited="about:invalid"></p>',
    );
    expect(render(<svg viewBox="0 0 1 1" {...{ "xlink:href": url }} />)).toBe(
      '<svg viewBox="0 0 1 1" xlink:href="about:invalid"></svg>',
    );
  });
});

describe("htmx", () => {
  test("a text of a person cannot make htmx evaluate it", () => {
    expect(render(<p hx-confirm="js:alert(1)" />)).toBe('<p hx-confirm=" js:alert(1)"></p>');
    expect(render(<p hx-vals={{ name: '"},"x' }} />)).toBe(
      '<p hx-vals="{&quot;name&quot;:&quot;\\&quot;},\\&quot;x&quot;}"></p>',
    );
  });

  test("modifiers, the stream and the status helper have their names", () => {
    expect(
      render(<p hx-target:inherited="#a" hx-sse:connect="/live" {...onStatus(422, "target:#b")} />),
    ).toBe('<p hx-target:inherited="#a" hx-sse:connect="/live" hx-status:422="target:#b"></p>');
    expect(render(<hx-partial hx-target="#a">x</hx-partial>)).toBe(
      '<hx-partial hx-target="#a">x</hx-partial>',
    );
  });

  test("a misspelt attribute is refused instead of leaving a dead button", () => {
    expect(() => <p hx-gett="/x" />).toThrow("htmx has no such attribute");
    expect(() => <p hx-on:click="alert(1)" />).toThrow(TypeError);
    expect(() => <p data-hx-get="/x" />).toThrow(TypeError);
  });
});

describe("what a page may not hold is a type error and throws", () => {
  test("inline handlers, styles, scripts and Kita's doors", () => {
    // @ts-expect-error
    expect(() => <p onclick="alert(1)" />).toThrow(TypeError);
    // @ts-expect-error
    expect(() => <p style="color:red" />).toThrow(TypeError);
    // @ts-expect-error
    expect(() => <script>alert(1)</script>).toThrow(TypeError);
    // @ts-expect-error
    expect(() => <style>{"p{}"}</style>).toThrow(TypeError);
    // @ts-expect-error
    expect(() => <p attrs="onclick=alert(1)" />).toThrow(TypeError);
    // @ts-expect-error
    expect(() => <tag of="script" />).toThrow(TypeError);
    // @ts-expect-error
    expect(() => <p hx-vals="js:alert(1)" />).not.toThrow();
    // @ts-expect-error
    expect(() => <p hrf="/x" />).not.toThrow();
    // @ts-expect-error
    expect(() => <p>{{ a: 1 }}</p>).toThrow(TypeError);
  });

  test("async components and promises among the children", () => {
    // @ts-expect-error
    expect(() => <Later />).toThrow("Later is async");
    // @ts-expect-error
    expect(() => <p>{Promise.resolve("x")}</p>).toThrow("await in the route");
  });

  test("a component that answers a string", () => {
    // @ts-expect-error
    expect(() => <Shout text="<b>" />).toThrow("answered a string");
  });
});

test("a component may show nothing, and a fragment needs no element", () => {
  expect(
    render(
      <>
        <Nothing />
        {"<"}
        <br />
      </>,
    ),
  ).toBe("&lt;<br/>");
});
