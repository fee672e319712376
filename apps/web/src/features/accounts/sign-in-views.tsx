import type { Html } from "@mailwright/html";
import { field, Form, FormActions, type FormState } from "../../ui/form.tsx";
import { EmailField, PasswordField, TextField } from "../../ui/input.tsx";

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

/** `next` is the page to go on to. */
export function SignInCard(props: { form: FormState; next: string }): Html {
  const { form, next } = props;
  return (
    <Form action="/sign-in" csrf="" label="Sign in" errors={form.errors}>
      <input type="hidden" name="next" value={next} />
      <EmailField {...field(form, "email")} label="Email" autocomplete="username" autofocus />
      <PasswordField {...withoutValue(form, "password")} label="Password" />
      <FormActions submit="Sign in" />
    </Form>
  );
}

function withoutValue(form: FormState, name: string) {
  const { value: _, ...rest } = field(form, name);
  return rest;
}
