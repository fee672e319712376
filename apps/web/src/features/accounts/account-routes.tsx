import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { parseForm, type RefusedForm } from "../../http/forms.ts";
import { NotFoundError } from "../../http/faults.ts";
import { ById } from "../../http/params.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import { addressOf } from "../../http/peer.ts";
import { sessionCookie } from "../../http/session.ts";
import { AccountPage, PasswordPage } from "./account-views.tsx";
import { renameAccount } from "./accounts.ts";
import { NameForm, PasswordForm } from "./forms.ts";
import { changePassword, endOtherSessions, endSession, readSessions } from "./sessions.ts";

/** What a person can do with their own account. */
export function accountPages(context: Context) {
  const { db, clock } = context;

  async function showAccount({ person, csrf, show }: PageTools, refused?: RefusedForm) {
    const { user, session } = person;
    return show(
      { title: "Your account", width: "narrow", ...(refused && { status: 422 }) },
      <AccountPage
        csrf={csrf}
        email={user.email}
        form={refused ?? { values: { name: user.name } }}
        sessions={await readSessions(db, clock, user.id)}
        current={session.id}
        now={clock.now()}
      />,
    );
  }

  return new Elysia({ name: "account", prefix: "/account" })
    .use(pages(context))
    .get("/", (tools) => showAccount(tools), { permission: "signed-in" })
    .post(
      "/",
      async (tools) => {
        const posted = parseForm(NameForm, tools.form);
        if (!posted.ok) return showAccount(tools, posted);
        await renameAccount(db, tools.user.id, posted.value.name);
        return tools.leave("/account", "Your name was saved.");
      },
      { permission: "signed-in" },
    )
    .get("/password", (tools) => showPassword(tools), { permission: "signed-in" })
    .post(
      "/password",
      async ({ request, server, ...tools }) => {
        const posted = parseForm(PasswordForm, tools.form);
        if (!posted.ok) return showPassword(tools, posted);
        const outcome = await changePassword(db, clock, tools.person, posted.value);
        switch (outcome.kind) {
          case "wrong":
            return showPassword(
              tools,
              posted.refuse({ current: "This is not your current password. Try again." }),
            );
          case "wait":
            return showPassword(
              tools,
              posted.refuse({
                "": `That was tried too often. Wait ${outcome.seconds} seconds, then try again.`,
              }),
              429,
            );
          case "changed": {
            const opened = await context.signIn({
              email: tools.user.email,
              password: posted.value.password,
              address: addressOf(request, server?.requestIP(request)?.address),
              agent: request.headers.get("user-agent") ?? undefined,
              now: clock.now(),
              previous: undefined,
            });
            if (opened.kind !== "signed-in") return tools.leave("/sign-in");
            const response = tools.leave("/account", "Your password was changed.");
            response.headers.append("set-cookie", sessionCookie(context, opened.token));
            return response;
          }
        }
      },
      { permission: "signed-in" },
    )
    .post(
      "/sessions/end",
      async ({ person, leave }) => {
        await endOtherSessions(db, person);
        return leave("/account", "You are signed out everywhere else.");
      },
      { permission: "signed-in" },
    )
    .post(
      "/sessions/:id/end",
      async ({ params, user, leave }) => {
        if (!(await endSession(db, user.id, params.id))) throw new NotFoundError();
        return leave("/account", "That browser is signed out.");
      },
      { permission: "signed-in", params: ById },
    );
}

function showPassword({ person, csrf, show }: PageTools, refused?: RefusedForm, status = 422) {
  const temporary = person.detour !== undefined;
  return show(
    { title: "Password", width: "narrow", ...(refused && { status }) },
    <PasswordPage csrf={csrf} form={refused ?? {}} temporary={temporary} />,
  );
}
