/**
 * Whether a request that changes something was made by one of our own pages. Browsers say so in `Sec-Fetch-Site`, which no
 * script can set; over plain http to a host other than localhost they leave it out, and then `Origin`, which they send
 * with every POST, must name us: by the address we were told, or by the host the request was sent to. A request with
 * neither comes from no browser of a person who is signed in, and is refused.
 */
export function isSameOrigin(request: Request, webUrl: string): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  const sent = request.headers.get("origin") ?? "";
  if (!URL.canParse(sent)) return false;
  const { origin, host } = new URL(sent);
  return origin === new URL(webUrl).origin || host === hostOf(request);
}

/** Methods that change nothing (RFC 9110, 9.2.1), and so need no such proof. */
export function isSafe(method: string): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}

function hostOf(request: Request): string {
  return request.headers.get("host") ?? new URL(request.url).host;
}
