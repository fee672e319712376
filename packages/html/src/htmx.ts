/**
 * The attributes of htmx 4.0.1 and of its SSE extension that these pages may use, as its source reads them. `hx-on`,
 * `hx-live` and the like are left out: they evaluate strings, which the content security policy forbids.
 */
const ATTRIBUTES = [
  "hx-action",
  "hx-boost",
  "hx-config",
  "hx-confirm",
  "hx-delete",
  "hx-disable",
  "hx-encoding",
  "hx-get",
  "hx-headers",
  "hx-history-elt",
  "hx-ignore",
  "hx-include",
  "hx-indicator",
  "hx-method",
  "hx-morph-skip",
  "hx-morph-skip-children",
  "hx-patch",
  "hx-post",
  "hx-preserve",
  "hx-push-url",
  "hx-put",
  "hx-query",
  "hx-replace-url",
  "hx-select",
  "hx-select-oob",
  "hx-sse:close",
  "hx-sse:connect",
  "hx-swap",
  "hx-swap-oob",
  "hx-sync",
  "hx-target",
  "hx-trigger",
  "hx-validate",
  "hx-vals",
] as const;

const KNOWN = new Set<string>(ATTRIBUTES);
const STATUS = /^hx-status:(\d{3}|\d\dx|\dxx)$/;

/**
 * Whether htmx knows the attribute, with or without its `:inherited` and `:append` endings. TypeScript lets any
 * hyphenated attribute pass in JSX, so the runtime refuses a misspelt one instead of leaving a dead button.
 */
export function isHtmxAttribute(name: string): boolean {
  const base = withoutInheritance(name);
  return KNOWN.has(base) || STATUS.test(base);
}

/** `hx-include:inherited:append` and its like are `hx-include`, said of more elements. */
export function withoutInheritance(name: string): string {
  return name.replace(/:append$/, "").replace(/:inherited$/, "");
}

type StatusPattern = number | "2xx" | "3xx" | "4xx" | "5xx";

/**
 * An attribute to spread that says what htmx does with answers of one status, e.g.
 * `<form {...onStatus(422, "target:#errors")}>`. The value is htmx's own: `swap:`, `target:`, `select:`, `push:`,
 * `replace:`, `transition:`. JSX cannot spell the colon before a digit, hence the spread.
 */
export function onStatus<S extends StatusPattern>(
  status: S,
  action: string,
): Record<`hx-status:${S}`, string> {
  return { [`hx-status:${status}`]: action } as Record<`hx-status:${S}`, string>;
}

/** The same for a whole subtree: the element's descendants inherit it. */
export function onStatusInherited<S extends StatusPattern>(
  status: S,
  action: string,
): Record<`hx-status:${S}:inherited`, string> {
  return { [`hx-status:${status}:inherited`]: action } as Record<
    `hx-status:${S}:inherited`,
    string
  >;
}
