/** Request headers of htmx 4.0.1. Elements are named `tag#id`. */
export const HX_REQUEST = {
  request: "HX-Request",
  /** "partial" when a region is swapped, "full" when the body is, or when `hx-select` picks from a page. */
  type: "HX-Request-Type",
  source: "HX-Source",
  target: "HX-Target",
  currentUrl: "HX-Current-URL",
  boosted: "HX-Boosted",
  historyRestore: "HX-History-Restore-Request",
} as const;

/** Response headers that htmx 4.0.1 obeys, whatever the status. */
export interface HtmxResponseHeaders {
  /** Loads the URL as a page of its own. */
  "HX-Redirect"?: string;
  /** Fetches the URL and swaps it into the body without a page load. */
  "HX-Location"?: string;
  "HX-Refresh"?: "true";
  "HX-Push-Url"?: string;
  "HX-Replace-Url"?: string;
  /** Swaps into this selector instead of the element's own target. */
  "HX-Retarget"?: string;
  "HX-Reswap"?: string;
  /** Picks this selector out of the answer instead of the element's `hx-select`. */
  "HX-Reselect"?: string;
  /** Event names, comma-separated, or JSON of name to detail, fired on the element after the swap. */
  "HX-Trigger"?: string;
}

/** Puts an answer among the messages in the corner: the region that asked stays as it is. */
export function asMessage(
  swap: "beforeend" | "innerHTML",
): HtmxResponseHeaders & Record<string, string> {
  return {
    "HX-Retarget": "#toasts",
    "HX-Reswap": swap,
    "HX-Reselect": ".toast",
    "HX-Push-Url": "false",
  };
}

/** Answers differ by these, so caches must too. */
export const HTMX_VARY = `${HX_REQUEST.request}, ${HX_REQUEST.type}`;

/** Whether htmx sent the request, for a region or for a page. */
export function isHtmx(request: Request): boolean {
  return request.headers.get(HX_REQUEST.request) === "true";
}

/** Whether the answer should be the region alone: htmx asks for a part and is not restoring a page from history. */
export function wantsFragment(request: Request): boolean {
  return (
    isHtmx(request) &&
    request.headers.get(HX_REQUEST.type) === "partial" &&
    !isHistoryRestore(request)
  );
}

/** Whether htmx asks for a whole page, to put it in the place of the one that is there. */
export function isHistoryRestore(request: Request): boolean {
  return request.headers.get(HX_REQUEST.historyRestore) === "true";
}

/**
 * Sends the browser to another page: 303 for a plain form, `HX-Redirect` for htmx. A 303 would be followed by fetch and
 * the page it leads to swapped into the region; `HX-Location` would swap the body but keep the scroll position, the
 * focus and the open streams of the page before. A real navigation has none of these faults.
 */
export function redirect(request: Request, url: string): Response {
  if (!isHtmx(request))
    return new Response(null, { status: 303, headers: { location: ascii(url) } });
  const headers: HtmxResponseHeaders = { "HX-Redirect": ascii(reloading(request, url)) };
  return new Response(null, { status: 204, headers: { ...headers } });
}

/**
 * A path on this site out of something a person may have typed (`?return_to=`), or the fallback. Whatever names another
 * host is refused: `//host`, `/\host`, a scheme.
 */
export function localPath(value: unknown, fallback = "/"): string {
  if (typeof value !== "string" || !value.startsWith("/")) return fallback;
  const base = "http://local.invalid";
  if (!URL.canParse(value, base)) return fallback;
  const url = new URL(value, base);
  // `/..//host` is a path of this site until its dots are resolved; then it names another.
  if (url.origin !== base || url.pathname.startsWith("//")) return fallback;
  return url.pathname + url.search + url.hash;
}

/** Setting `location.href` to the page one is on loads it again only when no fragment is named. */
function reloading(request: Request, url: string): string {
  const current = request.headers.get(HX_REQUEST.currentUrl);
  if (current === null || !URL.canParse(current)) return url;
  const next = new URL(url, current);
  if (next.href.split("#")[0] !== current.split("#")[0]) return url;
  return next.pathname + next.search;
}

/** A header takes Latin-1 only; a path with other letters is written in percent form. */
function ascii(url: string): string {
  return url.replace(/[^\u0021-\u007e]/gu, (character) =>
    encodeURIComponent(character.toWellFormed()),
  );
}
