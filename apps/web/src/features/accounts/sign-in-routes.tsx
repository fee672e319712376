import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { parseForm } from "../../http/forms.ts";
import { localPath } from "../../http/htmx.ts";
import { openKept } from "../../http/kept-form.ts";
import { openPages, type OpenPageTools, pages } from "../../http/pages.tsx";
import { addressOf } from "../../http/peer.ts";
import { csrfToken, noSessionCookie, sessionCookie, signedIn } from "../../http/session.ts";
import { SignInCard } from "../../ui/sign-in-card.tsx";
import { hasAccounts, makeFirstOwner } from "./accounts.ts";
import { signInAddress } from "./credentials.ts";
import { SetupForm, SignInForm } from "./forms.ts";
import { signOut } from "./sessions.ts";
import type { SignInOutcome } from "./sign-in.ts";
import { KeptCard, SetupCard } from "./sign-in-views.tsx";

const SETUP = {
  title: "Welcome to Mailwright",
  lead: "Make the first account. It owns this installation and can invite others.",
};
const SIGN_IN = {
  title: "Sign in",
  foot: "Forgotten the password? An owner or admin can give you a new one.",
};

/** Setting up and signing in. */
export function signInPages(context: Context) {
  return new Elysia({ name: "sign-in" })
    .use(openPages(context))
    .get(
      "/setup",
      async ({ show, leave }) =>
        (await hasAccounts(context.db)) ? leave("/sign-in") : show(SETUP, <SetupCard form={{}} />),
      { permission: "public" },
    )
    .post(
      "/setup",
      async ({ form, request, peer, show, leave }) => {
        const posted = parseForm(SetupForm, form);
        if (!posted.ok) return show({ ...SETUP, status: 422 }, <SetupCard form={posted} />);
        const { name, password } = posted.value;
        const email = signInAddress(posted.value.email) ?? posted.value.email;
        const outcome = await makeFirstOwner(context.db, { name, email, password });
        if (outcome === "not the first") return leave("/sign-in");
        const opened = await attempt(context, request, peer, { email, password });
        return answerSignIn(context, opened, { leave, next: "/", again: () => leave("/sign-in") });
      },
      { permission: "public" },
    )
    .get(
      "/sign-in",
      async ({ request, show, leave }) => {
        const next = localPath(new URL(request.url).searchParams.get("next"));
        if (await signedIn(context, request)) return leave(next);
        if (!(await hasAccounts(context.db))) return leave("/setup");
        return show(SIGN_IN, <SignInCard form={{}} next={next} />);
      },
      { permission: "public" },
    )
    .post(
      "/sign-in",
      async ({ form, request, peer, show, leave }) => {
        const next = localPath(form.get("next"));
        const kept = keptIn(form);
        const posted = parseForm(SignInForm, form);
        if (!posted.ok)
          return show(
            { ...SIGN_IN, status: 422 },
            <SignInCard {...{ form: posted, next, kept }} />,
          );
        const opened = await attempt(context, request, peer, posted.value);
        if (opened.kind === "signed-in" && kept !== undefined)
          return askToSend(context, opened.token, { show, leave, next, kept });
        return answerSignIn(context, opened, {
          leave,
          next,
          again: (status, message, headers) =>
            show(
              { ...SIGN_IN, status, headers },
              <SignInCard {...{ form: posted.refuse({ "": message }), next, kept }} />,
            ),
        });
      },
      { permission: "public" },
    );
}

export function signOutPage(context: Context) {
  return new Elysia({ name: "sign-out" }).use(pages(context)).post(
    "/sign-out",
    async ({ person, leave }) => {
      await signOut(context.db, person);
      const response = leave("/sign-in");
      response.headers.append("set-cookie", noSessionCookie(context));
      return response;
    },
    { permission: "signed-in" },
  );
}

async function attempt(
  context: Context,
  request: Request,
  peer: string | undefined,
  { email, password }: { email: string; password: string },
): Promise<SignInOutcome> {
  const before = await signedIn(context, request);
  return context.signIn({
    email: signInAddress(email) ?? email,
    password,
    address: addressOf(request, peer),
    agent: request.headers.get("user-agent") ?? undefined,
    now: context.clock.now(),
    previous: before?.session.token,
  });
}

/** What somebody typed before they were asked to sign in, as the form to do so carries it. */
interface SealedForm {
  sealed: string;
  token: string;
}

function keptIn(form: URLSearchParams): SealedForm | undefined {
  const sealed = form.get("kept");
  return sealed === null ? undefined : { sealed, token: form.get("_csrf") ?? "" };
}

/** Signs a browser in that brought what somebody had typed before, and asks whether it is to be sent now. */
async function askToSend(
  context: Context,
  token: string,
  {
    show,
    leave,
    next,
    ...posted
  }: Pick<OpenPageTools, "show" | "leave"> & {
    next: string;
    kept: SealedForm;
  },
): Promise<Response> {
  const person = await context.identities.bySession(token);
  const kept = openKept(context, posted.kept.sealed);
  const response =
    person === undefined || kept === undefined
      ? leave(next)
      : show(
          {
            title: "You are signed in again",
            lead: `As ${person.user.name}. What was typed into “${kept.label}” is not saved yet.`,
          },
          <KeptCard csrf={csrfToken(context, person)} detour={person.detour} {...{ kept, next }} />,
        );
  response.headers.append("set-cookie", sessionCookie(context, token));
  return response;
}

function answerSignIn(
  context: Context,
  outcome: SignInOutcome,
  {
    leave,
    next,
    again,
  }: Pick<OpenPageTools, "leave"> & {
    next: string;
    again: (status: number, message: string, headers: Record<string, string>) => Response;
  },
): Response {
  switch (outcome.kind) {
    case "signed-in": {
      const response = leave(next);
      response.headers.append("set-cookie", sessionCookie(context, outcome.token));
      return response;
    }
    case "wrong":
      return again(422, "That email and password do not belong together. Try again.", {});
    case "wait":
      return again(
        429,
        `That was tried too often. Wait ${readableWait(outcome.seconds)}, then try again.`,
        { "retry-after": String(outcome.seconds) },
      );
  }
}

function readableWait(seconds: number): string {
  if (seconds === 1) return "a second";
  return seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
}
