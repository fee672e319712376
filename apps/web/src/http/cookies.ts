/** The value of a cookie of a request, as it was set. */
export function cookieOf(request: Request, name: string): string | undefined {
  const header = request.headers.get("cookie");
  if (header === null) return undefined;
  for (const pair of header.split(";")) {
    const equals = pair.indexOf("=");
    if (equals !== -1 && pair.slice(0, equals).trim() === name)
      return pair.slice(equals + 1).trim();
  }
  return undefined;
}

/**
 * A `Set-Cookie` that scripts cannot read and other sites cannot make a browser send with a form. On https it is never
 * sent over plain http, and its prefix makes a browser refuse one that a neighbouring host tried to plant.
 */
export function privateCookie(
  name: string,
  value: string,
  { secure, maxAgeS }: { secure: boolean; maxAgeS: number },
): string {
  const flags = `Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
  return `${cookieName(name, secure)}=${value}; ${flags}`;
}

/** The name under which a browser keeps a private cookie. */
export function cookieName(name: string, secure: boolean): string {
  return secure ? `__Host-${name}` : name;
}
