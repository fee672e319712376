import { jsx as kita } from "@kitajs/html/jsx-runtime";
import { safeAttributes } from "./attributes.ts";
import { type Children, markupOf } from "./children.ts";
import type { Elements } from "./elements.ts";
import { Html, trusted } from "./html.ts";

/** A component: props in, `Html` out, or null for nothing. It is never async: a route awaits, a view shows. */
// oxlint-disable-next-line typescript/no-explicit-any -- JSX needs a type that every component's props fit
type Component = (props: any) => Html | null;

/**
 * What JSX compiles to. Kita writes the tag; before that every attribute is escaped and every URL judged, and every
 * child is escaped unless it is `Html`.
 */
export function jsx(type: string | Component, props: { children?: Children }): Html {
  if (typeof type === "function") return componentHtml(type, props);
  if (!isTagName(type)) throw new TypeError(`${JSON.stringify(type)} is not an element.`);
  const attributes: Record<string, string | true> = safeAttributes(props);
  if (props.children !== undefined) attributes["children"] = content(type, props.children);
  return trusted(kita(type, attributes) as string);
}

export { jsx as jsxs, jsx as jsxDEV };

/** `<>...</>`: children without an element around them. */
export function Fragment(props: { children?: Children }): Html {
  return trusted(markupOf(props.children));
}

function componentHtml(component: Component, props: object): Html {
  const html: unknown = component(props);
  if (html instanceof Html) return html;
  if (html === null || html === undefined) return trusted("");
  throw new TypeError(
    html instanceof Promise
      ? `${component.name} is async: await in the route, then call the view.`
      : `${component.name} answered a ${typeof html} instead of Html.`,
  );
}

const tagNames = new Set<string>();

function isTagName(type: string): boolean {
  if (tagNames.has(type)) return true;
  if (type === "tag" || !/^[a-z][\w:-]*$/i.test(type)) return false;
  tagNames.add(type);
  return true;
}

function content(tag: string, children: Children): string {
  if (tag === "script" || tag === "style") {
    throw new TypeError(`<${tag}> holds no text here: serve a file and name it by URL.`);
  }
  const markup = markupOf(children);
  // The parser drops a newline right after these tags, so a text that begins with one needs a second.
  return (tag === "textarea" || tag === "pre") && markup.startsWith("\n") ? `\n${markup}` : markup;
}

export declare namespace JSX {
  type Element = Html;
  type ElementType = keyof Elements | Component;
  interface ElementChildrenAttribute {
    children: unknown;
  }
  interface IntrinsicAttributes {
    key?: never;
  }
  type IntrinsicElements = Elements;
}
