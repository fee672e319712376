/** An element of a page, as a test looks at it. */
export interface Found {
  /** All text inside, white space folded. */
  text: string;
  attributes: Record<string, string>;
}

/** The elements of a page that a CSS selector names, in their order. */
export function findElements(html: string, selector: string): Found[] {
  const found: Found[] = [];
  const open: Found[] = [];
  new HTMLRewriter()
    .on(selector, {
      element(element) {
        const attributes = [...element.attributes].map(([name = "", value = ""]) => [
          name,
          decoded(value),
        ]);
        const entry: Found = { text: "", attributes: Object.fromEntries(attributes) };
        found.push(entry);
        if (!element.selfClosing && !VOID.has(element.tagName)) {
          open.push(entry);
          element.onEndTag(() => void open.splice(open.indexOf(entry), 1));
        }
      },
      text({ text }) {
        for (const entry of open) entry.text += text;
      },
    })
    .transform(html);
  return found.map(({ text, attributes }) => ({
    text: decoded(text).replaceAll(/\s+/g, " ").trim(),
    attributes,
  }));
}

const VOID = new Set(["area", "br", "col", "hr", "img", "input", "link", "meta", "source", "use"]);

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  "#x27": "'",
  "#39": "'",
};

/** A text or an attribute as it was before it was escaped. */
export function decoded(text: string): string {
  return text.replaceAll(/&(#?\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
