import { isSecure } from "../config.ts";
import type { OpenContext } from "./open-context.ts";
import { cookieName, cookieOf, privateCookie } from "./cookies.ts";

/** What is said once, on the page that follows a redirect. */
export interface Flash {
  tone: "info" | "success" | "warning" | "danger";
  message: string;
}

const COOKIE = "flash";
/** The page after a redirect is asked for at once. */
const MAX_AGE_S = 60;
/** A browser keeps 4,096 bytes of a cookie; a message is a sentence with a name in it. */
const MESSAGE_LIMIT = 500;

/** The `Set-Cookie` that carries a message over a redirect. It is sealed: nobody else can put words in our mouth. */
export function flashCookie({ seals, config }: OpenContext, { tone, message }: Flash): string {
  const text = JSON.stringify({ tone, message: shortened(message) });
  const options = { secure: isSecure(config), maxAgeS: MAX_AGE_S };
  return privateCookie(COOKIE, seals.seal("flash", text), options);
}

/** The message that a request brings back, and the `Set-Cookie` that makes it the only time. */
export function takeFlash(
  { seals, config }: OpenContext,
  request: Request,
): { flash: Flash; cookie: string } | undefined {
  const secure = isSecure(config);
  const value = cookieOf(request, cookieName(COOKIE, secure));
  const opened = value === undefined ? undefined : seals.open("flash", value);
  if (opened === undefined) return undefined;
  return {
    flash: JSON.parse(opened.text) as Flash,
    cookie: privateCookie(COOKIE, "", { secure, maxAgeS: 0 }),
  };
}

function shortened(message: string): string {
  return message.length <= MESSAGE_LIMIT
    ? message
    : `${message.slice(0, MESSAGE_LIMIT - 1).toWellFormed()}…`;
}
