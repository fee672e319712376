import type { Context } from "../context.ts";
import type { Shell } from "../ui/shell.ts";
import { themeOf } from "../ui/theme.ts";
import type { SignedIn } from "./access.ts";
import type { Flash } from "./flash.ts";
import { csrfToken } from "./session.ts";

/** What stands around a page besides the person and the browser: it comes from the features (`surroundings.ts`). */
export type Surroundings = Pick<Shell, "organisation" | "nav" | "banners">;

/** Puts together what the layout needs to know for one answer. Its nonce is for that answer alone. */
export async function shellFor(
  context: Context,
  request: Request,
  person: SignedIn,
  flash?: Flash,
): Promise<Shell> {
  const { organisation, nav, banners } = await context.surroundings(person.user);
  const { pathname } = new URL(request.url);
  return {
    organisation,
    nav,
    banners,
    path: pathname,
    nonce: newNonce(),
    csrf: csrfToken(context, person),
    theme: themeOf(request),
    user: { name: person.user.name, email: person.user.email },
    links: { account: "/account", signOut: "/sign-out" },
    toasts: flash === undefined ? [] : [flash],
  };
}

/** 128 random bits, in letters that need no escaping. */
export function newNonce(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url");
}
