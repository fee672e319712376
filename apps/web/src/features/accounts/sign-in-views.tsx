import type { Html } from "@mailwright/html";
import { Callout } from "../../ui/banner.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { field, Form, FormActions, type FormState } from "../../ui/form.tsx";
import { EmailField, PasswordField, TextField } from "../../ui/input.tsx";
import { type KeptForm, SendAgain } from "../../ui/send-again.tsx";

/** The form of the first visit. */
export function SetupCard(props: { form: FormState }): Html {
  const { form } = props;
  return (
    <Form action="/setup" csrf="" label="First owner" errors={form.errors}>
      <TextField {...field(form, "name")} label="Your name" autocomplete="name" autofocus />
      <EmailField {...field(form, "email")} label="Email" autocomplete="username" />
      <PasswordField
        {...withoutValue(form, "password")}
        label="Password"
        autocomplete="new-password"
        hint="Ten characters or more; a few words are easiest to remember."
      />
      <FormActions submit="Start" />
    </Form>
  );
}

/** What was typed before the session ended, for whoever signed in to send it. */
export function KeptCard(props: {
  csrf: string;
  kept: KeptForm;
  /** Whether they have a temporary password, and so have to change it before anything else. */
  detour: string | undefined;
  next: string;
}): Html {
  const { csrf, kept, detour, next } = props;
  return (
    <>
      {detour !== undefined && (
        <Callout
          tone="warning"
          title="First, choose a password of your own"
          action={
            <LinkButton href={detour} external>
              Choose it in another tab
            </LinkButton>
          }
        >
          Before that, nothing can be sent.
        </Callout>
      )}
      <SendAgain csrf={csrf} kept={kept} cancel={next} />
    </>
  );
}

function withoutValue(form: FormState, name: string) {
  const { value: _, ...rest } = field(form, name);
  return rest;
}
