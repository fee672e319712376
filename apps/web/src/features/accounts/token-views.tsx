import type { Html } from "@mailwright/html";
import type { Role } from "../../http/access.ts";
import { Badge } from "../../ui/badge.tsx";
import { Callout } from "../../ui/banner.tsx";
import { Buttons, LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { SelectField } from "../../ui/choice.tsx";
import { CodeBlock } from "../../ui/code.tsx";
import { Confirm, ConfirmLink } from "../../ui/dialog.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { field, Form, FormActions, type FormState } from "../../ui/form.tsx";
import { TextField } from "../../ui/input.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Pager } from "../../ui/pager.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { RoleBadge, RoleChoice } from "./people-views.tsx";
import type { ListedToken } from "./tokens.ts";

const TOKENS = { href: "/tokens", label: "API tokens" };

const EXPIRY = [
  { value: "never", label: "Never" },
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In a year" },
];

export function TokensPage(props: {
  tokens: readonly ListedToken[];
  now: number;
  next: string | undefined;
  previous: string | undefined;
}): Html {
  const { tokens, now } = props;
  const create = (
    <LinkButton href="/tokens/new" variant="primary" icon="plus">
      Make a token
    </LinkButton>
  );
  return (
    <>
      <PageHeader
        title="API tokens"
        lead="With a token a program does what its role allows, by the API at /api/v1."
        actions={tokens.length > 0 && create}
      />
      <div class="stack" id="tokens">
        <Table
          caption="API tokens"
          rows={tokens}
          empty={
            <EmptyState icon="key-round" title="No tokens yet" action={create}>
              A program that uses the API needs one.
            </EmptyState>
          }
          columns={[
            { label: "Name", primary: true, cell: ({ name }) => name },
            { label: "Token", cell: ({ id }) => <code>{`mw_${id}_…`}</code>, wide: true },
            { label: "Role", cell: ({ role }) => <RoleBadge role={role} /> },
            { label: "Made by", cell: ({ created_by }) => created_by, wide: true },
            {
              label: "Last used",
              cell: ({ last_used_at }) =>
                last_used_at ? (
                  <Time at={last_used_at} now={now} />
                ) : (
                  <span class="muted">Never</span>
                ),
            },
            { label: "Expires", cell: ({ expires_at }) => expiry(expires_at, now) },
            {
              label: "Revoke",
              quiet: "words",
              cell: ({ id }) => (
                <ConfirmLink href={`/tokens/${id}/revoke`} size="sm" variant="ghost" icon="trash-2">
                  Revoke
                </ConfirmLink>
              ),
            },
          ]}
        />
        <Pager byTime next={props.next} previous={props.previous} region="#tokens" />
      </div>
    </>
  );
}

function expiry(at: Date | null, now: number): Html {
  if (at === null) return <span class="muted">Never</span>;
  return at.getTime() <= now ? <Badge tone="warning">Expired</Badge> : <Time at={at} now={now} />;
}

export function NewTokenPage(props: {
  csrf: string;
  form: FormState;
  roles: readonly Role[];
}): Html {
  const { csrf, form } = props;
  return (
    <>
      <PageHeader title="Make a token" crumbs={[TOKENS]} />
      <Card>
        <Form action="/tokens" csrf={csrf} label="Token" errors={form.errors}>
          <TextField
            {...field(form, "name")}
            label="Name"
            hint="What will use it: shop, nightly import."
            autofocus
          />
          <RoleChoice form={form} roles={props.roles} />
          <SelectField {...field(form, "expires")} label="Expires" options={EXPIRY} />
          <FormActions submit="Make the token" cancel="/tokens" />
        </Form>
      </Card>
    </>
  );
}

/** The token, in sight this once. */
export function MadeTokenPage(props: { name: string; token: string; webUrl: string }): Html {
  const { name, token, webUrl } = props;
  return (
    <>
      <PageHeader title={`The token “${name}”`} crumbs={[TOKENS]} />
      <Callout tone="warning" title="Copy it now">
        It is shown this once: only a hash of it is kept.
      </Callout>
      <CodeBlock label="Token" code={token} wrap />
      <CodeBlock
        label="Try it"
        code={`curl -H "Authorization: Bearer ${token}" ${webUrl}/api/v1/settings`}
        wrap
      />
      <Buttons>
        <LinkButton href="/tokens" variant="primary">
          Done
        </LinkButton>
      </Buttons>
    </>
  );
}

export function RevokeConfirm(props: { csrf: string; token: ListedToken }): Html {
  const { id, name } = props.token;
  return (
    <Confirm
      title={`Revoke the token “${name}”?`}
      action={`/tokens/${id}/revoke`}
      csrf={props.csrf}
      cancel="/tokens"
      confirm="Revoke"
      danger
    >
      Whatever uses it is refused from then on. What it did stays.
    </Confirm>
  );
}
