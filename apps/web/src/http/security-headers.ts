/** For whatever is not one of our pages: it may load nothing, and nothing may frame it. */
const POLICY_OF_THE_REST =
  "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const YEAR_S = 31_536_000;

/**
 * Adds what every answer says about itself, where it does not say otherwise: pages bring a policy with a nonce, and the
 * frame of an email's preview brings its own (`http/html.ts`).
 */
export function addSecurityHeaders(headers: Headers, secure: boolean): void {
  const say = (name: string, value: string) => {
    if (!headers.has(name)) headers.set(name, value);
  };
  say("content-security-policy", POLICY_OF_THE_REST);
  say("x-content-type-options", "nosniff");
  // Not no-referrer: that would make browsers send `Origin: null` with our own forms, see same-origin.ts.
  say("referrer-policy", "same-origin");
  say("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
  say("cross-origin-opener-policy", "same-origin");
  say("cross-origin-resource-policy", "same-origin");
  say("cache-control", "no-store");
  if (secure) say("strict-transport-security", `max-age=${YEAR_S}`);
}
