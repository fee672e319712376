import { AuthLayout } from "../ui/auth-layout.tsx";
import { LinkButton } from "../ui/button.tsx";
import { SignInCard } from "../ui/sign-in-card.tsx";
import { themeOf } from "../ui/theme.ts";
import { Toast } from "../ui/toast.tsx";
import type { UnauthenticatedError } from "./faults.ts";
import { contentSecurityPolicy, fragment, page } from "./html.ts";
import { asMessage, HX_REQUEST, isHtmx, redirect } from "./htmx.ts";
import { sealKept } from "./kept-form.ts";
import type { OpenContext } from "./open-context.ts";
import { isSafe } from "./same-origin.ts";
import { newNonce } from "./shell.ts";

/**
 * The answer to a request that somebody has to be signed in for, and nobody is. Who asked for a page is sent to sign in. Who sent
 * what they had typed signs in on the page that answers, which carries it on; and a script that asked for its own page leaves that
 * as it is, for whoever signs in beside it can go on there.
 */
export function signInFirst(
  context: OpenContext,
  request: Request,
  { kept }: UnauthenticatedError,
): Response {
  if (isHtmx(request) && !isSafe(request.method)) return signInBeside();
  if (kept === undefined) return redirect(request, signInPath(request));
  const title = "Sign in again";
  const content =
    kept === "too long"
      ? {
          lead: "You have been signed out, and nothing was saved. What you typed is too long to be kept here: go back to it, sign in in another tab, and send it again then.",
          form: (
            <LinkButton href="/sign-in" external>
              Sign in in another tab
            </LinkButton>
          ),
        }
      : {
          lead: `You have been signed out, and what you typed into “${kept.label}” is not saved. It is kept here: sign in, and you are asked whether it is to be sent.`,
          form: (
            <SignInCard
              form={{}}
              next={pageBefore(request)}
              kept={{ sealed: sealKept(context, kept), token: kept.token }}
            />
          ),
        };
  const nonce = newNonce();
  const html = (
    <AuthLayout
      title={title}
      lead={content.lead}
      theme={themeOf(request)}
      nonce={nonce}
      csrf=""
      path="/sign-in"
    >
      {content.form}
    </AuthLayout>
  );
  return page(html, {
    status: 401,
    headers: { "content-security-policy": contentSecurityPolicy(nonce) },
  });
}

function signInBeside(): Response {
  const toast = (
    <Toast
      tone="danger"
      message="You have been signed out, so this was not done. What you typed stays: sign in in another tab, then go on here."
      action={{ href: "/sign-in", label: "Sign in", external: true }}
    />
  );
  // In the place of the one before: a page may ask with every word that is typed.
  return fragment(toast, { status: 401, headers: asMessage("innerHTML") });
}

/** To sign in and come back. */
function signInPath(request: Request): string {
  const next = pageBefore(request);
  return next === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(next)}`;
}

/** The page that was asked for, or the one that the request was made from. */
function pageBefore(request: Request): string {
  const from = request.headers.get(HX_REQUEST.currentUrl) ?? request.headers.get("referer") ?? "";
  const isPage = request.method === "GET" && !isHtmx(request);
  const { pathname, search } = new URL(isPage || !URL.canParse(from) ? request.url : from);
  return isPage || URL.canParse(from) ? pathname + search : "/";
}
