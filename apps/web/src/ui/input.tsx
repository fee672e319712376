import type { Html } from "@mailwright/html";
import { Button } from "./button.tsx";
import { Field, type FieldProps, inputWiring } from "./field.tsx";

interface InputProps extends FieldProps {
  value?: string | undefined;
  placeholder?: string | undefined;
  /** What a browser may fill in, in its own words: "email", "current-password", "off". */
  autocomplete?: string | undefined;
  /** Takes the focus when the page opens; one a page. */
  autofocus?: boolean | undefined;
  maxlength?: number | undefined;
}

/** One line of text. */
export function TextField(
  props: InputProps & {
    prefix?: string | undefined;
    suffix?: string | undefined;
    mono?: boolean | undefined;
  },
): Html {
  return (
    <Field {...props}>
      <Affixed prefix={props.prefix} suffix={props.suffix}>
        <Input {...props} type="text" />
      </Affixed>
    </Field>
  );
}

/** An email address; a phone shows the keyboard for one. */
export function EmailField(props: InputProps): Html {
  return (
    <Field {...props}>
      <Input autocomplete="email" {...props} type="email" />
    </Field>
  );
}

/** A web address. */
export function UrlField(props: InputProps): Html {
  return (
    <Field {...props}>
      <Input {...props} type="url" />
    </Field>
  );
}

/**
 * A password or another secret, with a button that shows it. What was typed is never sent back, so there is no value;
 * of a secret that is stored, say so in the hint.
 */
export function PasswordField(props: Omit<InputProps, "value">): Html {
  const { id } = inputWiring(props);
  return (
    <Field {...props}>
      <SecretMark name={props.name} />
      <span class="affixed">
        <Input autocomplete="current-password" {...props} type="password" />
        <span class="affix" data-needs-script hidden>
          <Button
            type="button"
            variant="ghost"
            size="sm"
            icon="eye"
            label="Show or hide"
            data-reveal={id}
            aria-pressed={false}
          />
        </span>
      </span>
    </Field>
  );
}

/** Says of a field that it is secret: what is typed into it is kept nowhere, whatever becomes of its form. `PasswordField` has it. */
export function SecretMark(props: { name: string }): Html {
  return <input type="hidden" name="_secret" value={props.name} />;
}

/** A number. */
export function NumberField(
  props: InputProps & {
    min?: number | undefined;
    max?: number | undefined;
    step?: number | undefined;
    suffix?: string | undefined;
  },
): Html {
  return (
    <Field {...props}>
      <Affixed suffix={props.suffix}>
        <Input {...props} type="number" />
      </Affixed>
    </Field>
  );
}

/** A day and a time of day, in the browser's own picker. */
export function MomentField(props: InputProps): Html {
  return (
    <Field {...props}>
      <Input {...props} type="datetime-local" />
    </Field>
  );
}

/** Several lines; it grows with what is typed. `code` shows them in a fixed-width face and does not wrap. */
export function TextAreaField(
  props: InputProps & { rows?: number | undefined; code?: boolean | undefined },
): Html {
  return (
    <Field {...props}>
      <textarea
        {...inputWiring(props)}
        class="input"
        rows={props.rows ?? 4}
        placeholder={props.placeholder}
        autofocus={props.autofocus}
        maxlength={props.maxlength}
        data-code={props.code}
        spellcheck={props.code === true ? false : undefined}
        wrap={props.code === true ? "off" : undefined}
      >
        {props.value}
      </textarea>
    </Field>
  );
}

function Input(
  props: InputProps & {
    type: string;
    min?: number | undefined;
    max?: number | undefined;
    step?: number | undefined;
    mono?: boolean | undefined;
  },
): Html {
  return (
    <input
      {...inputWiring(props)}
      class="input"
      type={props.type}
      value={props.value}
      placeholder={props.placeholder}
      autocomplete={props.autocomplete ?? "off"}
      autofocus={props.autofocus}
      maxlength={props.maxlength}
      min={props.min}
      max={props.max}
      step={props.step}
      data-code={props.mono}
    />
  );
}

function Affixed(props: {
  prefix?: string | undefined;
  suffix?: string | undefined;
  children: Html;
}): Html {
  if (props.prefix === undefined && props.suffix === undefined) return props.children;
  return (
    <span class="affixed">
      {props.prefix !== undefined && <span class="affix">{props.prefix}</span>}
      {props.children}
      {props.suffix !== undefined && <span class="affix">{props.suffix}</span>}
    </span>
  );
}
