import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { mayGrant, ROLES, type Role, type User } from "../../http/access.ts";
import { ConflictError, ForbiddenError, found, NotFoundError } from "../../http/faults.ts";
import { parseForm } from "../../http/forms.ts";
import { ById } from "../../http/params.ts";
import { pages } from "../../http/pages.tsx";
import { askedPage, pageLinks } from "../../http/paging.ts";
import {
  changeRole,
  inviteAccount,
  listAccounts,
  readAccount,
  type Refusal,
  removeAccount,
  resetPassword,
} from "./accounts.ts";
import { signInAddress } from "./credentials.ts";
import { InviteForm, RoleForm } from "./forms.ts";
import {
  InvitePage,
  OneTimePasswordPage,
  PeoplePage,
  PersonPage,
  RemoveConfirm,
  ResetPasswordConfirm,
} from "./people-views.tsx";
import { countTokens } from "./tokens.ts";

const INVITE = { title: "Invite somebody", width: "narrow" } as const;
const PASSWORD = { title: "One-time password", width: "narrow" } as const;

/** Who can sign in, for owners and admins. */
export function peoplePages(context: Context) {
  const { db, clock } = context;
  const manage = { permission: "accounts:manage" } as const;
  const manageOne = { ...manage, params: ById } as const;

  return new Elysia({ name: "people", prefix: "/accounts" })
    .use(pages(context))
    .get(
      "/",
      async ({ request, show }) => {
        const people = await listAccounts(db, askedPage(request, "text"));
        return show(
          { title: "People" },
          <PeoplePage people={people.items} now={clock.now()} {...pageLinks(request, people)} />,
        );
      },
      manage,
    )
    .get(
      "/new",
      ({ show, csrf, user }) =>
        show(
          INVITE,
          <InvitePage csrf={csrf} form={{ values: { role: "editor" } }} roles={rolesFrom(user)} />,
        ),
      manage,
    )
    .post(
      "/",
      async ({ form, show, csrf, user }) => {
        const posted = parseForm(InviteForm, form);
        if (!posted.ok)
          return show(
            { ...INVITE, status: 422 },
            <InvitePage csrf={csrf} form={posted} roles={rolesFrom(user)} />,
          );
        const { name, role } = posted.value;
        const email = signInAddress(posted.value.email) ?? posted.value.email;
        const invited = await inviteAccount(db, user, { name, email, role });
        switch (invited.kind) {
          case "beyond you":
          case "not allowed":
            throw new ForbiddenError();
          case "taken": {
            const again = posted.refuse({ email: "Somebody signs in with this address already." });
            return show(
              { ...INVITE, status: 422 },
              <InvitePage csrf={csrf} form={again} roles={rolesFrom(user)} />,
            );
          }
          case "invited":
            return show(
              { ...PASSWORD, status: 201 },
              <OneTimePasswordPage name={name} email={email} password={invited.password} />,
            );
        }
      },
      manage,
    )
    .get(
      "/:id",
      async ({ params, show, csrf, user }) => {
        const account = found(await readAccount(db, params.id));
        return show(
          { title: account.name, width: "narrow" },
          <PersonPage
            csrf={csrf}
            account={account}
            form={{ values: { role: account.role } }}
            roles={rolesFrom(user)}
            own={account.id === user.id}
          />,
        );
      },
      manageOne,
    )
    .post(
      "/:id",
      async ({ params, form, leave, show, csrf, user }) => {
        const posted = parseForm(RoleForm, form);
        if (!posted.ok) {
          const account = found(await readAccount(db, params.id));
          return show(
            { title: account.name, width: "narrow", status: 422 },
            <PersonPage
              csrf={csrf}
              account={account}
              form={posted}
              roles={rolesFrom(user)}
              own={account.id === user.id}
            />,
          );
        }
        const outcome = await changeRole(db, user, params.id, posted.value.role);
        if (outcome.kind !== "changed") throw refusal(outcome);
        return leave("/accounts", "The role was changed.");
      },
      manageOne,
    )
    .get(
      "/:id/reset-password",
      async ({ params, show, csrf }) => {
        const account = found(await readAccount(db, params.id));
        const tokens = await countTokens(db, account.email);
        return show(
          PASSWORD,
          <ResetPasswordConfirm csrf={csrf} account={account} tokens={tokens} />,
        );
      },
      manageOne,
    )
    .post(
      "/:id/reset-password",
      async ({ params, show, user }) => {
        const account = found(await readAccount(db, params.id));
        const outcome = await resetPassword(db, user, params.id);
        if (outcome.kind !== "reset") throw refusal(outcome);
        const tokens = await countTokens(db, account.email);
        return show(
          PASSWORD,
          <OneTimePasswordPage {...account} password={outcome.password} tokens={tokens} />,
        );
      },
      manageOne,
    )
    .get(
      "/:id/remove",
      async ({ params, show, csrf }) => {
        const account = found(await readAccount(db, params.id));
        const tokens = await countTokens(db, account.email);
        return show(
          { title: `Remove ${account.name}`, width: "narrow" },
          <RemoveConfirm csrf={csrf} account={account} tokens={tokens} />,
        );
      },
      manageOne,
    )
    .post(
      "/:id/remove",
      async ({ params, leave, user }) => {
        const outcome = await removeAccount(db, user, params.id);
        if (outcome.kind !== "removed") throw refusal(outcome);
        return leave("/accounts", "The account was removed.");
      },
      manageOne,
    );
}

/** The roles a person may hand out. */
function rolesFrom(user: User): Role[] {
  return ROLES.filter((role) => mayGrant(user, role));
}

function refusal({ kind }: Refusal): Error {
  switch (kind) {
    case "missing":
      return new NotFoundError();
    case "not allowed":
      return new ForbiddenError();
    case "beyond you":
      return new ForbiddenError("Only an owner may do this to an owner.");
    case "last owner":
      return new ConflictError("This is the last owner. Make somebody else an owner first.");
    case "yourself":
      return new ConflictError("This is your own account. Ask another owner or admin to do it.");
  }
}
