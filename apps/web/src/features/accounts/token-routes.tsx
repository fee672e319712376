import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { mayGrant, ROLES } from "../../http/access.ts";
import { ForbiddenError, found, NotFoundError } from "../../http/faults.ts";
import { parseForm, type RefusedForm } from "../../http/forms.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import { askedPage, pageLinks } from "../../http/paging.ts";
import { TokenForm } from "./forms.ts";
import { MadeTokenPage, NewTokenPage, RevokeConfirm, TokensPage } from "./token-views.tsx";
import { createTokenBy, listTokens, readToken, revokeToken } from "./tokens.ts";

const DAY_MS = 86_400_000;

const ByTokenId = Type.Object({ id: Type.String({ pattern: "^[0-9a-f]{12}$" }) });

/** The tokens of the API, for owners and admins. */
export function tokenPages(context: Context) {
  const { db, clock, config } = context;
  const manage = { permission: "tokens:manage" } as const;
  const manageOne = { ...manage, params: ByTokenId } as const;

  return new Elysia({ name: "tokens", prefix: "/tokens" })
    .use(pages(context))
    .get(
      "/",
      async ({ request, show }) => {
        const tokens = await listTokens(db, askedPage(request, "time"));
        return show(
          { title: "API tokens" },
          <TokensPage tokens={tokens.items} now={clock.now()} {...pageLinks(request, tokens)} />,
        );
      },
      manage,
    )
    .get("/new", (tools) => showNew(tools), manage)
    .post(
      "/",
      async (tools) => {
        const posted = parseForm(TokenForm, tools.form);
        if (!posted.ok) return showNew(tools, posted);
        const { name, role, expires } = posted.value;
        const made = await createTokenBy(db, tools.user, {
          name,
          role,
          ...(expires !== "never" && {
            expiresAt: new Date(clock.now() + Number(expires) * DAY_MS),
          }),
        });
        if (made.kind !== "made") throw new ForbiddenError();
        return tools.show(
          { title: "The token", width: "narrow", status: 201 },
          <MadeTokenPage name={name} token={made.token} webUrl={config.webUrl} />,
        );
      },
      manage,
    )
    .get(
      "/:id/revoke",
      async ({ params, show, csrf }) => {
        const token = found(await readToken(db, params.id));
        return show(
          { title: `Revoke ${token.name}`, width: "narrow" },
          <RevokeConfirm csrf={csrf} token={token} />,
        );
      },
      manageOne,
    )
    .post(
      "/:id/revoke",
      async ({ params, leave }) => {
        if (!(await revokeToken(db, params.id))) throw new NotFoundError();
        return leave("/tokens", "The token was revoked.");
      },
      manageOne,
    );
}

function showNew({ csrf, user, show }: PageTools, refused?: RefusedForm) {
  return show(
    { title: "Make a token", width: "narrow", ...(refused && { status: 422 }) },
    <NewTokenPage
      csrf={csrf}
      form={refused ?? { values: { role: "editor", expires: "never" } }}
      roles={ROLES.filter((role) => mayGrant(user, role))}
    />,
  );
}
