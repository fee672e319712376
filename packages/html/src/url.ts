const SCHEMES = new Set(["http", "https", "mailto", "tel"]);

/** Attributes that a browser or htmx follows. `srcset` and `ping` hold lists; a list is judged as one. */
const URL_ATTRIBUTES = new Set([
  "href",
  "src",
  "action",
  "formaction",
  "xlink:href",
  "cite",
  "data",
  "poster",
  "ping",
  "srcset",
  "background",
  "manifest",
  "hx-get",
  "hx-post",
  "hx-put",
  "hx-patch",
  "hx-delete",
  "hx-query",
  "hx-action",
  "hx-push-url",
  "hx-replace-url",
  "hx-sse:connect",
]);

/** What stands in for a URL that could run: it leads nowhere, and fetching it fails. */
export const INERT_URL = "about:invalid";

export function isUrlAttribute(name: string): boolean {
  return URL_ATTRIBUTES.has(name);
}

/**
 * The URL itself when it is relative or http, https, mailto or tel; `about:invalid` when it has any other scheme
 * (`javascript:`, htmx's `js:`, `data:`, `blob:`...).
 */
export function safeUrl(url: string): string {
  // The URL parser skips leading controls and spaces, and drops tabs and newlines wherever they are.
  // oxlint-disable-next-line no-control-regex
  const seen = url.replace(/^[\u0000-\u0020]+|[\t\n\r]/g, "");
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(seen)?.[1];
  return scheme === undefined || SCHEMES.has(scheme.toLowerCase()) ? url : INERT_URL;
}
