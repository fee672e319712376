import { type Html, render } from "@mailwright/html";
import { HTMX_VARY, type HtmxResponseHeaders } from "./htmx.ts";

export interface Answer {
  /** 200 unless said otherwise: 422 for a form to be mended, 404, 409... */
  status?: number;
  headers?: HtmxResponseHeaders & Record<string, string>;
}

/** A whole page: the layout's `<html>` with the doctype before it. */
export function page(html: Html, answer: Answer = {}): Response {
  return htmlResponse(`<!doctype html>${render(html)}`, answer);
}

/** One region, for htmx to swap. It begins with an element, as everything that JSX makes does. */
export function fragment(html: Html, answer: Answer = {}): Response {
  return htmlResponse(render(html), answer);
}

/**
 * A document of somebody else's making (an email to preview), to be framed and nothing more: an opaque origin of its
 * own, no script, no form, no frame; pictures and styles only.
 */
export function foreignDocument(markup: string): Response {
  return new Response(markup, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": [
        "sandbox allow-popups allow-popups-to-escape-sandbox",
        "default-src 'none'",
        "img-src https: data:",
        "style-src 'unsafe-inline'",
        "frame-ancestors 'self'",
        "base-uri 'none'",
        "form-action 'none'",
      ].join("; "),
      "cache-control": "private, no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
  });
}

/**
 * The policy of every page of ours. Scripts run only with this answer's nonce, styles come from our own files only (no
 * style attribute works), and nothing frames us. The nonce is made anew for every page: 128 random bits.
 */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; ");
}

function htmlResponse(markup: string, { status = 200, headers = {} }: Answer): Response {
  return new Response(markup, {
    status,
    headers: {
      "cache-control": "private, no-cache",
      ...headers,
      "content-type": "text/html; charset=utf-8",
      vary: HTMX_VARY,
    },
  });
}
