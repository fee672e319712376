import type { Html } from "@mailwright/html";
import { Callout } from "../../ui/banner.tsx";
import { Button, LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { ChangedMeanwhile } from "../../ui/changed-meanwhile.tsx";
import { FieldNotes } from "../../ui/field.tsx";
import { field, fieldId, FieldRow, Form, FormActions, type FormState } from "../../ui/form.tsx";
import { EmailField, TextField } from "../../ui/input.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import type { Contact } from "./contacts.ts";
import { titleOf } from "./names.ts";
import type { AttributeRow } from "./typed-contact.ts";

export interface ContactFormProps {
  csrf: string;
  form: FormState;
  rows: readonly AttributeRow[];
  /** What is wrong with all attributes together. */
  rowsFault?: string | undefined;
  /** How many empty rows stand under the others. */
  spare: number;
  /** Keys that other contacts have, to choose from. */
  keys: readonly string[];
  /** The contact that is changed; none for a new one. */
  contact?:
    Pick<Contact, "id" | "email" | "name" | "first_name" | "last_name" | "revision"> | undefined;
  /** The contact who has the address already. */
  taken?: { id: string; email: string } | undefined;
  /** Somebody else has changed the contact since the form was opened. */
  stale?: boolean | undefined;
}

export function ContactFormPage(props: ContactFormProps): Html {
  const { contact, form } = props;
  return (
    <>
      <PageHeader
        title={contact ? `Edit ${titleOf(contact)}` : "Add contact"}
        crumbs={[
          { href: "/contacts", label: "Contacts" },
          ...(contact ? [{ href: `/contacts/${contact.id}`, label: titleOf(contact) }] : []),
        ]}
      />
      {props.taken && <TakenNote taken={props.taken} />}
      {props.stale === true && contact && (
        <ChangedMeanwhile what="this contact" href={`/contacts/${contact.id}`} />
      )}
      <Card>
        <Form
          action={contact ? `/contacts/${contact.id}` : "/contacts"}
          csrf={props.csrf}
          id="contact-form"
          label={contact ? "Contact" : "New contact"}
          guard
          unsaved={form.unsaved}
          errors={form.errors && summarised(props)}
        >
          {contact && <input type="hidden" name="revision" value={contact.revision} />}
          <EmailField
            {...field(form, "email")}
            label="Email"
            autocomplete="off"
            autofocus={contact === undefined}
          />
          <TextField
            {...field(form, "name")}
            label="Name"
            hint="What mail programs show. Leave blank to use first and last name."
            optional
          />
          <FieldRow>
            <TextField {...field(form, "first_name")} label="First name" optional />
            <TextField {...field(form, "last_name")} label="Last name" optional />
          </FieldRow>
          <AttributeEditor {...props} />
          <FormActions
            submit="Save contact"
            cancel={contact ? `/contacts/${contact.id}` : "/contacts"}
          />
        </Form>
      </Card>
    </>
  );
}

/** Pairs of key and value, in rows. It needs no script: a button sends the form for more rows, and nothing is saved. */
function AttributeEditor(props: ContactFormProps): Html {
  const blank = Array.from({ length: props.spare }, () => ({ key: "", value: "" }));
  const rows: readonly AttributeRow[] = [...props.rows, ...blank];
  return (
    <fieldset class="field attributes" id={fieldId("attributes")} tabindex={-1}>
      <legend class="field-label">
        Attributes<span class="field-optional"> Optional</span>
      </legend>
      <p class="field-hint">
        Anything else you know, for templates and rules: a key like city, and its value. Clear a
        value to take it away.
      </p>
      <div class="attribute-rows">
        {rows.map((row, index) => (
          <AttributeFields row={row} index={index} />
        ))}
      </div>
      <datalist id="attribute-keys">
        {props.keys.map((key) => (
          <option value={key} />
        ))}
      </datalist>
      <FieldNotes id={fieldId("attributes")} hint={undefined} error={props.rowsFault} />
      <div>
        <Button size="sm" variant="ghost" icon="plus" name="more" value="on">
          More rows
        </Button>
      </div>
    </fieldset>
  );
}

function AttributeFields(props: { row: AttributeRow; index: number }): Html {
  const { row, index } = props;
  const id = fieldId(`attribute-${index}`);
  return (
    <div class="attribute-row" data-invalid={row.error === undefined ? undefined : true}>
      <input
        class="input"
        type="text"
        id={id}
        name="key"
        value={row.key}
        placeholder="key"
        list="attribute-keys"
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        aria-label={`Key of attribute ${index + 1}`}
        aria-invalid={row.error === undefined ? undefined : true}
        aria-describedby={row.error === undefined ? undefined : `${id}-error`}
        data-code
      />
      <ValueInput value={row.value} label={`Value of attribute ${index + 1}`} />
      <FieldNotes id={id} hint={undefined} error={row.error} />
    </div>
  );
}

/** A browser takes line breaks out of what it shows on one line, and would post the value without them. */
function ValueInput(props: { value: string; label: string }): Html {
  const { value, label } = props;
  const common = { class: "input", name: "value", autocomplete: "off", "aria-label": label };
  return /[\r\n]/.test(value) ? (
    <textarea {...common} rows={1}>
      {value}
    </textarea>
  ) : (
    <input {...common} type="text" value={value} placeholder="value" />
  );
}

/** What is wrong, with the rows among it, for the list over the form. */
function summarised({ form, rows, rowsFault }: ContactFormProps): NonNullable<FormState["errors"]> {
  return {
    ...form.errors,
    ...Object.fromEntries(rows.map(({ error }, index) => [`attribute-${index}`, error])),
    attributes: rowsFault,
  };
}

function TakenNote(props: { taken: { id: string; email: string } }): Html {
  return (
    <Callout
      tone="info"
      title={`${props.taken.email} is a contact already`}
      action={<LinkButton href={`/contacts/${props.taken.id}`}>Open the contact</LinkButton>}
    >
      An address belongs to one contact. Open it to change it, or use another address here.
    </Callout>
  );
}
