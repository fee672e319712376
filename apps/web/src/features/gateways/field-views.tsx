import type { Html } from "@mailwright/html";
import type { GatewayField } from "@mailwright/protocol";
import { CheckboxField, SelectField } from "../../ui/choice.tsx";
import { field, type FormState } from "../../ui/form.tsx";
import {
  NumberField,
  PasswordField,
  SecretMark,
  TextAreaField,
  TextField,
  UrlField,
} from "../../ui/input.tsx";
import { clearing } from "./field-names.ts";

/** The input of a setting, as its kind declares it. */
export function Setting(props: { form: FormState; field: GatewayField }): Html {
  const { name, label, type, required, hint, placeholder, options = [] } = props.field;
  const common = {
    ...field(props.form, name),
    label,
    optional: !required,
    ...(hint !== undefined && { hint }),
    ...(placeholder !== undefined && { placeholder }),
  };
  switch (type) {
    case "url":
      return <UrlField {...common} />;
    case "number":
      return <NumberField {...common} />;
    case "choice":
      return <SelectField {...common} optional={false} options={options} />;
    case "multiline":
      return <TextAreaField {...common} rows={4} code />;
    case "text":
    case "password":
      return <TextField {...common} />;
  }
}

/** A browser must not fill in what it knows: saved unseen, the reader's own password would become the gateway's. */
const NEW_SECRET = "new-password";

/** The input of a secret: never filled in, with a way to forget the one that is stored. */
export function Secret(props: { form: FormState; field: GatewayField; stored: boolean }): Html {
  const { form, stored } = props;
  const { name, label, type, required, hint, placeholder } = props.field;
  const common = {
    name,
    label,
    error: form.errors?.[name],
    hint: stored ? "Set – leave empty to keep." : hint,
    placeholder: stored ? undefined : placeholder,
    optional: stored || !required,
  };
  return (
    <>
      {type === "multiline" ? (
        <>
          <SecretMark name={name} />
          <TextAreaField {...common} rows={4} code />
        </>
      ) : (
        <PasswordField {...common} autocomplete={NEW_SECRET} />
      )}
      {stored && (
        <CheckboxField
          name={clearing(name)}
          label={`Forget the stored ${label.toLowerCase()}`}
          checked={form.values?.[clearing(name)] === "on"}
          optional
        />
      )}
    </>
  );
}
