import type { Html } from "@mailwright/html";
import { ROLES, type Role } from "../../http/access.ts";
import { Badge } from "../../ui/badge.tsx";
import { Callout } from "../../ui/banner.tsx";
import { Buttons, LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { RadioCards } from "../../ui/choice.tsx";
import { Copyable } from "../../ui/copy.tsx";
import { Confirm, ConfirmLink } from "../../ui/dialog.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { field, Form, FormActions, type FormState } from "../../ui/form.tsx";
import { EmailField, TextField } from "../../ui/input.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Pager } from "../../ui/pager.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import type { Account, ListedAccount } from "./accounts.ts";

const PEOPLE = { href: "/accounts", label: "People" };

const ROLE_HINTS: Readonly<Record<Role, string>> = {
  owner: "Everything, and who the owners are.",
  admin: "Everything but the owners: settings, gateways, people, API tokens.",
  editor: "Contacts, segments, templates and campaigns, and sending them.",
  viewer: "Looks at everything, changes nothing.",
};

/** What a role is called, on a badge. */
export function RoleBadge(props: { role: Role }): Html {
  return <Badge tone={props.role === "owner" ? "accent" : "neutral"}>{titled(props.role)}</Badge>;
}

/** The choice among the roles that the reader may hand out. */
export function RoleChoice(props: { form: FormState; roles: readonly Role[] }): Html {
  return (
    <RadioCards
      {...field(props.form, "role")}
      label="Role"
      options={ROLES.filter((role) => props.roles.includes(role)).map((role) => ({
        value: role,
        label: titled(role),
        hint: ROLE_HINTS[role],
      }))}
    />
  );
}

export function PeoplePage(props: {
  people: readonly ListedAccount[];
  now: number;
  next: string | undefined;
  previous: string | undefined;
}): Html {
  return (
    <>
      <PageHeader
        title="People"
        lead="Who can sign in here, and what each may do."
        actions={
          <LinkButton href="/accounts/new" variant="primary" icon="user-plus">
            Invite somebody
          </LinkButton>
        }
      />
      <div class="stack" id="people">
        <Table
          caption="People"
          rows={props.people}
          href={({ id }) => `/accounts/${id}`}
          empty={<EmptyState icon="users" title="Nobody can sign in" />}
          columns={[
            { label: "Name", primary: true, cell: ({ name }) => name },
            { label: "Email", cell: ({ email }) => email },
            { label: "Role", cell: ({ role }) => <RoleBadge role={role} /> },
            {
              label: "Last active",
              cell: ({ active_at, password_temporary }) =>
                lastActive(active_at, password_temporary, props.now),
            },
          ]}
        />
        <Pager next={props.next} previous={props.previous} region="#people" />
      </div>
    </>
  );
}

function lastActive(at: Date | undefined, temporary: boolean, now: number): Html {
  if (temporary) return <Badge tone="warning">Has not chosen a password</Badge>;
  return at === undefined ? <span class="muted">Not signed in</span> : <Time at={at} now={now} />;
}

export function InvitePage(props: { csrf: string; form: FormState; roles: readonly Role[] }): Html {
  const { csrf, form } = props;
  return (
    <>
      <PageHeader
        title="Invite somebody"
        crumbs={[PEOPLE]}
        lead="You give them a one-time password; they choose their own when they sign in."
      />
      <Card>
        <Form action="/accounts" csrf={csrf} label="Invitation" errors={form.errors}>
          <TextField {...field(form, "name")} label="Name" autofocus />
          <EmailField {...field(form, "email")} label="Email" autocomplete="off" />
          <RoleChoice form={form} roles={props.roles} />
          <FormActions submit="Make the account" cancel="/accounts" />
        </Form>
      </Card>
    </>
  );
}

/** The password, in sight this once. */
export function OneTimePasswordPage(props: {
  name: string;
  email: string;
  password: string;
  /** How many API tokens of theirs there are, which a new password leaves alone. */
  tokens?: number;
}): Html {
  const { tokens = 0 } = props;
  return (
    <>
      <PageHeader title={`A password for ${props.name}`} crumbs={[PEOPLE]} />
      <Card title="Pass it on" lead={`${props.email} signs in with it and then chooses another.`}>
        <p>
          <Copyable text={props.password} label="Copy the password" />
        </p>
        <Callout tone="warning">
          It is shown this once. If it gets lost, reset the password and a new one is made.
        </Callout>
      </Card>
      {tokens > 0 && (
        <Callout
          tone="warning"
          title={tokensStay(tokens)}
          action={<LinkButton href="/tokens">API tokens</LinkButton>}
        >
          If somebody else may have them, from a lost computer say, revoke those made by{" "}
          {props.email}.
        </Callout>
      )}
      <Buttons>
        <LinkButton href="/accounts" variant="primary">
          Done
        </LinkButton>
      </Buttons>
    </>
  );
}

export function PersonPage(props: {
  csrf: string;
  account: Account;
  form: FormState;
  roles: readonly Role[];
  /** The reader's own account has its own page, and cannot be removed by themselves. */
  own: boolean;
}): Html {
  const { csrf, account, form } = props;
  const path = `/accounts/${account.id}`;
  return (
    <>
      <PageHeader
        title={account.name}
        crumbs={[PEOPLE]}
        badge={<RoleBadge role={account.role} />}
        lead={account.email}
        actions={
          !props.own && (
            <>
              <ConfirmLink href={`${path}/reset-password`} icon="key-round">
                Reset password
              </ConfirmLink>
              <ConfirmLink href={`${path}/remove`} variant="danger" icon="trash-2">
                Remove
              </ConfirmLink>
            </>
          )
        }
      />
      <Card
        title="What they may do"
        lead="A new role holds from their next click. A token of theirs that may do more than the new role is revoked."
      >
        <Form action={path} csrf={csrf} label="Role" errors={form.errors}>
          <RoleChoice form={form} roles={props.roles} />
          <FormActions submit="Save role" cancel="/accounts" />
        </Form>
      </Card>
    </>
  );
}

export function ResetPasswordConfirm(props: {
  csrf: string;
  account: Account;
  tokens: number;
}): Html {
  const { id, name } = props.account;
  return (
    <Confirm
      title={`Reset the password of ${name}?`}
      action={`/accounts/${id}/reset-password`}
      csrf={props.csrf}
      cancel={`/accounts/${id}`}
      confirm="Reset password"
      consequences={["The password they have", "Every place where they are signed in"]}
    >
      You get a new one to pass on, good for choosing another.
      {props.tokens > 0 && ` ${tokensStay(props.tokens)}, until revoked under “API tokens”.`}
    </Confirm>
  );
}

function tokensStay(tokens: number): string {
  return tokens === 1
    ? "The API token they made goes on working"
    : `The ${tokens} API tokens they made go on working`;
}

export function RemoveConfirm(props: { csrf: string; account: Account; tokens: number }): Html {
  const { id, name } = props.account;
  return (
    <Confirm
      title={`Remove ${name}?`}
      action={`/accounts/${id}/remove`}
      csrf={props.csrf}
      cancel={`/accounts/${id}`}
      confirm="Remove"
      danger
      consequences={[
        "Every place where they are signed in",
        ...(props.tokens > 0
          ? [
              props.tokens === 1
                ? "The API token they made"
                : `The ${props.tokens} API tokens they made`,
            ]
          : []),
      ]}
    >
      What they wrote and sent stays.
    </Confirm>
  );
}

function titled(role: Role): string {
  return role.charAt(0).toUpperCase() + role.slice(1);
}
