import type { Html } from "@mailwright/html";
import { Badge } from "../../ui/badge.tsx";
import { Button, LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { CsrfField, field, Form, FormActions, type FormState } from "../../ui/form.tsx";
import { PasswordField, TextField } from "../../ui/input.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { agentName } from "./agent.ts";
import type { SessionRow } from "./sessions.ts";

/** One's own account: name, password, and where one is signed in. */
export function AccountPage(props: {
  csrf: string;
  email: string;
  form: FormState;
  sessions: readonly SessionRow[];
  /** The session this page is looked at with. */
  current: string;
  now: number;
}): Html {
  return (
    <>
      <PageHeader title="Your account" lead={props.email} />
      <Card title="Name" lead="As others see it in histories.">
        <Form action="/account" csrf={props.csrf} label="Name" errors={props.form.errors}>
          <TextField {...field(props.form, "name")} label="Your name" autocomplete="name" />
          <FormActions submit="Save name" />
        </Form>
      </Card>
      <Card title="Password" lead="Changing it signs you out everywhere else.">
        <LinkButton href="/account/password">Change password</LinkButton>
      </Card>
      <Sessions {...props} />
    </>
  );
}

function Sessions(props: {
  csrf: string;
  sessions: readonly SessionRow[];
  current: string;
  now: number;
}): Html {
  const { csrf, current, now } = props;
  return (
    <Card
      title="Where you are signed in"
      flush
      actions={
        props.sessions.length > 1 && (
          <form method="post" action="/account/sessions/end">
            <CsrfField csrf={csrf} />
            <Button size="sm">Sign out everywhere else</Button>
          </form>
        )
      }
    >
      <Table
        caption="Sessions"
        rows={props.sessions}
        empty={<EmptyState icon="monitor" title="No sessions" />}
        columns={[
          {
            label: "Browser",
            primary: true,
            cell: (row) => (
              <>
                {agentName(row.agent)}{" "}
                {row.id === current && <Badge tone="success">This one</Badge>}
              </>
            ),
          },
          { label: "Address", cell: (row) => row.address || "–" },
          { label: "Last used", cell: (row) => <Time at={row.used_at} now={now} /> },
          {
            label: "End",
            quiet: "words",
            cell: (row) =>
              row.id !== current && (
                <form method="post" action={`/account/sessions/${row.id}/end`}>
                  <CsrfField csrf={csrf} />
                  <Button size="sm" variant="ghost">
                    Sign out
                  </Button>
                </form>
              ),
          },
        ]}
      />
    </Card>
  );
}

/** The page where a password is changed; somebody with a temporary one sees no other before. */
export function PasswordPage(props: { csrf: string; form: FormState; temporary: boolean }): Html {
  const { csrf, form, temporary } = props;
  return (
    <>
      <PageHeader
        title={temporary ? "Choose your own password" : "Change your password"}
        lead={
          temporary
            ? "The one you signed in with was set by somebody else, so it is good for this page only."
            : "You will be signed out everywhere else."
        }
        {...(!temporary && { crumbs: [{ href: "/account", label: "Your account" }] })}
      />
      <Card>
        <Form action="/account/password" csrf={csrf} label="Password" errors={form.errors}>
          <PasswordField {...errorOf(form, "current")} label="Current password" autofocus />
          <PasswordField
            {...errorOf(form, "password")}
            label="New password"
            autocomplete="new-password"
            hint="Ten characters or more; a few words are easiest to remember."
          />
          <FormActions submit="Change password" {...(!temporary && { cancel: "/account" })} />
        </Form>
      </Card>
    </>
  );
}

function errorOf(form: FormState, name: string) {
  const error = form.errors?.[name];
  return { name, ...(error !== undefined && { error }) };
}
