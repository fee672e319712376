import { isSecure } from "../config.ts";
import type { Context } from "../context.ts";
import { answeredSoon } from "../db/away.ts";
import { SESSION_MAX_AGE_S, type SignedIn } from "./access.ts";
import { cookieName, cookieOf, privateCookie } from "./cookies.ts";
import { finishWith } from "./envelope.ts";
import type { OpenContext } from "./open-context.ts";

const COOKIE = "session";

const recognised = new WeakMap<Request, Promise<SignedIn | undefined>>();

/**
 * Who is signed in, by the session cookie: its token, with our proof. It is looked up once a request. A cookie that an
 * older key proved is replaced by one of the newest, so that the old key can be taken away.
 */
export function signedIn(context: Context, request: Request): Promise<SignedIn | undefined> {
  const known = recognised.get(request) ?? recognise(context, request);
  recognised.set(request, known);
  return known;
}

async function recognise(context: Context, request: Request): Promise<SignedIn | undefined> {
  const opened = openCookie(context, request);
  if (opened === undefined) return undefined;
  const person = await answeredSoon(context.identities.bySession(opened.text));
  if (person !== undefined && opened.old) {
    finishWith(request, ({ headers }) =>
      headers.append("set-cookie", sessionCookie(context, opened.text)),
    );
  }
  return person;
}

/**
 * The same as of now. A body can be held back for minutes, and whoever sends it may have been signed out meanwhile, or be
 * somebody with a lesser role.
 */
export function stillSignedIn(context: Context, request: Request): Promise<SignedIn | undefined> {
  const opened = openCookie(context, request);
  const person =
    opened === undefined
      ? Promise.resolve(undefined)
      : answeredSoon(context.identities.bySession(opened.text));
  recognised.set(request, person);
  return person;
}

function openCookie({ config, seals }: OpenContext, request: Request) {
  const cookie = cookieOf(request, cookieName(COOKIE, isSecure(config)));
  return cookie === undefined ? undefined : seals.open("session", cookie);
}

/** The `Set-Cookie` that signs a browser in. */
export function sessionCookie({ seals, config }: Context, token: string): string {
  const options = { secure: isSecure(config), maxAgeS: SESSION_MAX_AGE_S };
  return privateCookie(COOKIE, seals.seal("session", token), options);
}

/** The `Set-Cookie` that makes a browser forget its session. */
export function noSessionCookie({ config }: Context): string {
  return privateCookie(COOKIE, "", { secure: isSecure(config), maxAgeS: 0 });
}

/**
 * The token that the forms of a person carry. It is made of the person, so nothing has to remember it, and a form that was opened
 * before they signed in again is still theirs. It opens nothing by itself: the cookie has to come along, and the request from a
 * page of ours (same-origin.ts).
 */
export function csrfToken({ seals }: Context, { user }: SignedIn): string {
  return seals.seal("csrf", user.id);
}

export function isCsrfToken({ seals }: Context, { user }: SignedIn, given: string): boolean {
  return seals.open("csrf", given)?.text === user.id;
}

/** Whether a token is anybody's: the form that carries it is one of ours. */
export function isGenuineCsrfToken({ seals }: OpenContext, given: string): boolean {
  return seals.open("csrf", given) !== undefined;
}
