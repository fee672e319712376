import { isHtmxAttribute, withoutInheritance } from "./htmx.ts";
import { isUrlAttribute, safeUrl } from "./url.ts";

/** Attributes whose absence does not mean "false", so that false has to be written out. */
const ENUMERATED = new Set(["contenteditable", "draggable", "spellcheck", "writingsuggestions"]);

/** Attributes whose value htmx would run if it began with `js:`; text of a person may stand in them. */
const EVALUATED_BY_PREFIX = new Set(["hx-confirm", "hx-vals", "hx-headers"]);

/**
 * Turns the props of an element into what Kita writes as they are: values escaped, or `true` for a bare attribute.
 * Throws a TypeError for what a page may not hold at all (inline handlers and styles, unknown `hx-*` attributes, names
 * that are no attribute names), because only a bug puts them there.
 */
export function safeAttributes(props: object): Record<string, string | true> {
  const attributes: Record<string, string | true> = {};
  for (const name of Object.keys(props)) {
    const value: unknown = (props as Record<string, unknown>)[name];
    if (name === "children" || value === null || value === undefined) continue;
    if (!isAllowed(name)) throw new TypeError(refusal(name));
    const written = typeof value === "boolean" ? ofBoolean(name, value) : ofValue(name, value);
    if (written !== undefined) attributes[name] = written;
  }
  return attributes;
}

/** Every name seen so far and found good: there are a few hundred in all, and they all come from the source. */
const allowed = new Set<string>();

function isAllowed(name: string): boolean {
  if (allowed.has(name)) return true;
  if (refusal(name) !== "") return false;
  allowed.add(name);
  return true;
}

function refusal(name: string): string {
  if (!/^[a-z_][\w.:-]*$/i.test(name)) return `${JSON.stringify(name)} is not an attribute name.`;
  if (/^on/i.test(name)) return `${name}: inline handlers are forbidden, listeners live in app.js.`;
  if (name === "style") return "style: inline styles are forbidden, use a class.";
  if (name === "className") return "className: write class.";
  if (name === "safe" || name === "attrs" || name === "of")
    return `${name}: Kita's own attribute has no meaning here.`;
  if (name.startsWith("data-hx-")) return `${name}: write hx- without data-.`;
  if (name.startsWith("hx-") && !isHtmxAttribute(name))
    return `${name}: htmx has no such attribute.`;
  return "";
}

function ofBoolean(name: string, value: boolean): string | true | undefined {
  if (name.startsWith("aria-") || name.startsWith("data-") || ENUMERATED.has(name)) {
    return String(value);
  }
  if (!value) return undefined;
  return name.startsWith("hx-") ? "true" : true;
}

function ofValue(name: string, value: unknown): string | undefined {
  if (name === "class") {
    const names = classNames(value);
    return names === "" ? undefined : Bun.escapeHTML(names);
  }
  const base = name.startsWith("hx-") ? withoutInheritance(name) : name;
  const text = textOf(base, value);
  return Bun.escapeHTML(isUrlAttribute(base) ? safeUrl(text) : text);
}

function classNames(value: unknown): string {
  return Array.isArray(value)
    ? value.filter((part) => typeof part === "string" && part !== "").join(" ")
    : textOf("class", value);
}

function textOf(name: string, value: unknown): string {
  if (typeof value === "string") {
    return EVALUATED_BY_PREFIX.has(name) && /^(js|javascript):/.test(value) ? ` ${value}` : value;
  }
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (value instanceof Date) return value.toISOString();
  if (name === "hx-vals" || name === "hx-headers") return JSON.stringify(value);
  throw new TypeError(`${name}: a value of type ${typeof value} cannot be an attribute.`);
}
