import type { Html } from "@mailwright/html";
import { field, Form, FormActions, type FormState } from "./form.tsx";
import { EmailField, PasswordField } from "./input.tsx";

/**
 * To sign in. `next` is the page to go on to; `kept` is what somebody typed elsewhere, sealed, to be sent afterwards, and
 * its token says that it may be so long.
 */
export function SignInCard(props: {
  form: FormState;
  next: string;
  kept?: { sealed: string; token: string } | undefined;
}): Html {
  const { form, next, kept } = props;
  const { value: _, ...password } = field(form, "password");
  return (
    <Form
      action="/sign-in"
      csrf={kept?.token ?? ""}
      label="Sign in"
      errors={form.errors}
      guard={kept !== undefined}
      unsaved={kept !== undefined}
    >
      <input type="hidden" name="next" value={next} />
      {kept !== undefined && <input type="hidden" name="kept" value={kept.sealed} />}
      <EmailField {...field(form, "email")} label="Email" autocomplete="username" autofocus />
      <PasswordField {...password} label="Password" />
      <FormActions submit="Sign in" />
    </Form>
  );
}
