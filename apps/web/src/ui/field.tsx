import type { Children, Html } from "@mailwright/html";
import { fieldId } from "./form.tsx";
import { Icon } from "./icon.tsx";

/** What every field has. */
export interface FieldProps {
  name: string;
  label: string;
  /** What to type, said before it goes wrong. */
  hint?: Children;
  /** What is wrong with what was typed, and what to do. */
  error?: string | undefined;
  /** Fields are required unless this is set; the label says so. */
  optional?: boolean | undefined;
  disabled?: boolean | undefined;
  /** For a second field of the same name on a page. */
  id?: string | undefined;
}

/** The attributes by which an input knows its hint and its error. */
export function inputWiring(props: FieldProps) {
  const id = props.id ?? fieldId(props.name);
  const described = [props.hint && `${id}-hint`, props.error && `${id}-error`].filter(Boolean);
  return {
    id,
    name: props.name,
    required: props.optional !== true,
    disabled: props.disabled,
    "aria-invalid": props.error === undefined ? undefined : true,
    "aria-describedby": described.length === 0 ? undefined : described.join(" "),
  };
}

/** A label, whatever input is inside, and the hint and error that belong to it. */
export function Field(props: FieldProps & { children: Children }): Html {
  const id = props.id ?? fieldId(props.name);
  return (
    <div class="field" data-invalid={props.error === undefined ? undefined : true}>
      <label class="field-label" for={id}>
        {props.label}
        {props.optional === true && <span class="field-optional"> Optional</span>}
      </label>
      {props.children}
      <FieldNotes id={id} hint={props.hint} error={props.error} />
    </div>
  );
}

/** The hint and the error under an input. */
export function FieldNotes(props: { id: string; hint: Children; error: string | undefined }): Html {
  return (
    <>
      {props.error !== undefined && (
        <p class="field-error" id={`${props.id}-error`}>
          <Icon name="circle-alert" />
          {props.error}
        </p>
      )}
      {props.hint !== undefined && (
        <p class="field-hint" id={`${props.id}-hint`}>
          {props.hint}
        </p>
      )}
    </>
  );
}
