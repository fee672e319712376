import type { Html } from "@mailwright/html";
import { AuthLayout } from "../auth-layout.tsx";
import { Card } from "../card.tsx";
import { Confirm } from "../dialog.tsx";
import { field, Form, FormActions, type FormState } from "../form.tsx";
import { EmailField, PasswordField } from "../input.tsx";
import { Frame } from "../frame.tsx";
import { Layout } from "../layout.tsx";
import { Live } from "../live.tsx";
import { PageHeader } from "../page-header.tsx";
import { emailParts, SegmentedProgress } from "../progress.tsx";
import type { Shell } from "../shell.ts";
import type { Theme } from "../theme.ts";

/** A page of the other layout. */
export function SampleSignIn(props: { theme: Theme; nonce: string; path: string }): Html {
  return (
    <AuthLayout
      {...props}
      csrf="sample"
      title="Sign in"
      lead="Welcome back."
      foot="Forgotten? Ask the owner for a new password."
    >
      <Form action="/sign-in" csrf="sample" label="Sign in">
        <EmailField name="email" label="Email" autofocus />
        <PasswordField name="password" label="Password" />
        <FormActions submit="Sign in" />
      </Form>
    </AuthLayout>
  );
}

/** The page behind a `ConfirmLink`. */
export function SampleConfirm(props: { shell: Shell }): Html {
  return (
    <Layout shell={props.shell} title="Delete Spring sale">
      <Confirm
        title="Delete “Spring sale”?"
        action="/developer/ui/confirm"
        csrf={props.shell.csrf}
        cancel="/developer/ui"
        confirm="Delete campaign"
        danger
        consequences={["12,400 emails and all of their history", "2 scheduled reports"]}
      >
        Contacts, segments and the template stay. This cannot be undone.
      </Confirm>
    </Layout>
  );
}

/** A form in a region: with mistakes it comes back with status 422 and what was typed. */
export function SampleForm(props: { shell: Shell; form: FormState }): Html {
  const { shell, form } = props;
  return (
    <Layout shell={shell} title="Add a contact" width="narrow">
      <PageHeader title="Add a contact" crumbs={[{ href: "/contacts", label: "Contacts" }]} />
      <div id="contact-form">
        <Card>
          <Form
            action="/developer/ui/form"
            csrf={shell.csrf}
            errors={form.errors}
            region="#contact-form"
            guard
          >
            <EmailField {...field(form, "email")} label="Email" />
            <FormActions submit="Add contact" cancel="/developer/ui" />
          </Form>
        </Card>
      </div>
    </Layout>
  );
}

/** A region that a stream keeps up to date. */
export function SampleLive(props: { shell: Shell }): Html {
  return (
    <Layout shell={props.shell} title="Live" width="narrow">
      <PageHeader title="Live" />
      <Live id="progress" stream="/developer/ui/stream" poll="/developer/ui/poll">
        <SampleProgress sent={0} />
      </Live>
    </Layout>
  );
}

/** A document of somebody else's making, in its frame. */
export function SamplePreview(props: { shell: Shell }): Html {
  return (
    <Layout shell={props.shell} title="Preview" width="narrow">
      <PageHeader title="Preview" />
      <Frame src="/developer/ui/foreign" title="The email as Anna gets it" />
    </Layout>
  );
}

/** What the stream sends. */
export function SampleProgress(props: { sent: number }): Html {
  return (
    <SegmentedProgress
      label="Emails of Spring sale"
      parts={emailParts({ sent: props.sent, queued: 10 - props.sent })}
      total={10}
    />
  );
}
