import type { Children, Html } from "@mailwright/html";
import { Button, type ButtonVariant, LinkButton } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { regionForm } from "./region.ts";

/** What was typed and what is wrong with it, by field name. A 422 answers with the form in this state. */
export interface FormState {
  /** It is drawn from what was posted, which is not saved. */
  unsaved?: boolean | undefined;
  values?: Readonly<Record<string, string | undefined>>;
  errors?: Readonly<Record<string, string | undefined>>;
}

/** A field's part of a form's state, to be spread: `<TextField {...field(form, "email")} label="Email" />`. */
export function field(
  form: FormState,
  name: string,
): { name: string; value?: string | undefined; error?: string | undefined } {
  const value = form.values?.[name];
  const error = form.errors?.[name];
  return {
    name,
    ...(value === undefined ? {} : { value }),
    ...(error === undefined ? {} : { error }),
  };
}

/**
 * A form that changes something. It posts, carries the CSRF token, keeps a second press from sending twice and says
 * first what is wrong, when `errors` are given.
 */
export function Form(props: {
  action: string;
  csrf: string;
  id?: string | undefined;
  errors?: FormState["errors"] | undefined;
  /** A selector: the part of the page the answer replaces. Without it the answer is a page. */
  region?: string | undefined;
  /** With a file among its fields. */
  files?: boolean | undefined;
  /** Asks before the page is left with something typed and not saved, and keeps that when the session has ended meanwhile. */
  guard?: boolean | undefined;
  /** It holds what is not saved before anything is typed (`FormState`). */
  unsaved?: boolean | undefined;
  /** What the form is for, when no heading says it to a screen reader. */
  label?: string | undefined;
  children: Children;
}): Html {
  return (
    <form
      class="form"
      id={props.id}
      method="post"
      action={props.action}
      enctype={props.files === true ? "multipart/form-data" : undefined}
      aria-label={props.label}
      data-guard={props.guard}
      data-unsaved={props.unsaved}
      novalidate
      {...regionForm(props.action, props.region)}
    >
      <CsrfField csrf={props.csrf} />
      {props.guard === true && (
        <input type="hidden" name="_form" value={props.label ?? "The form"} />
      )}
      <DefaultButton />
      {props.errors && <FormErrors errors={props.errors} />}
      {props.children}
    </form>
  );
}

/**
 * What Enter in a field presses, which is a form's first button: it sends the form as its last button does, whatever buttons for
 * its parts stand between.
 */
function DefaultButton(): Html {
  return (
    <button class="form-default visually-hidden" type="submit" tabindex={-1} aria-hidden>
      Send
    </button>
  );
}

/** The token that proves a form is ours. `Form` has it already; a form made by hand needs it. */
export function CsrfField(props: { csrf: string }): Html {
  return <input type="hidden" name="_csrf" value={props.csrf} />;
}

/**
 * What is wrong, over the form, each message leading to its field. A message under the empty name belongs to no field.
 * It takes the focus when it appears.
 */
export function FormErrors(props: { errors: NonNullable<FormState["errors"]> }): Html | null {
  const found = Object.entries(props.errors).filter(([, message]) => message !== undefined);
  if (found.length === 0) return null;
  return (
    <div class="form-errors" role="alert" tabindex={-1} data-focus>
      <Icon name="circle-alert" />
      <div>
        <p class="form-errors-title">
          {found.length === 1
            ? "There is one thing to fix"
            : `There are ${found.length} things to fix`}
        </p>
        <ul>
          {found.map(([name, message]) => (
            <li>{name === "" ? message : <a href={`#${fieldId(name)}`}>{message}</a>}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}

/** A group of fields under a heading; on a wide page the heading stands beside them. */
export function FormSection(props: { title: string; lead?: Children; children: Children }): Html {
  return (
    <section class="form-section">
      <div class="form-section-head">
        <h2>{props.title}</h2>
        {props.lead && <p>{props.lead}</p>}
      </div>
      <div class="form-section-fields">{props.children}</div>
    </section>
  );
}

/** Fields side by side where there is room: first and last name. */
export function FieldRow(props: { children: Children }): Html {
  return <div class="field-row">{props.children}</div>;
}

/** The end of a form: what sends it, and the way out. */
export function FormActions(props: {
  submit: string;
  icon?: IconName | undefined;
  variant?: ButtonVariant | undefined;
  /** Where "Cancel" leads; no such link without it. */
  cancel?: string | undefined;
  /** More buttons, before the others. */
  children?: Children;
}): Html {
  return (
    <div class="form-actions">
      {props.children}
      {props.cancel !== undefined && (
        <LinkButton href={props.cancel} variant="ghost">
          Cancel
        </LinkButton>
      )}
      <Button variant={props.variant ?? "primary"} icon={props.icon}>
        {props.submit}
      </Button>
    </div>
  );
}

/** The id of a field's input, which its label, its messages and the error summary refer to. */
export function fieldId(name: string): string {
  return `field-${name}`;
}
