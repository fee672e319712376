export type { Children } from "./children.ts";
export type { HtmxAttributes } from "./elements.ts";
export { Html, render, trusted } from "./html.ts";
export { isHtmxAttribute, onStatus, onStatusInherited } from "./htmx.ts";
export { INERT_URL, safeUrl } from "./url.ts";
