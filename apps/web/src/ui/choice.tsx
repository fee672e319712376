import type { Children, Html } from "@mailwright/html";
import { Field, FieldNotes, type FieldProps, inputWiring } from "./field.tsx";
import { Icon, type IconName } from "./icon.tsx";

export interface Option {
  value: string;
  label: string;
  /** Shown beside the label where there is room. */
  hint?: Children;
  icon?: IconName | undefined;
  disabled?: boolean | undefined;
}

/** One of a list that is too long to lay open. */
export function SelectField(
  props: FieldProps & {
    options: readonly Option[];
    value?: string | undefined;
    /** The first line, which chooses nothing: "Choose a template". */
    placeholder?: string | undefined;
  },
): Html {
  return (
    <Field {...props}>
      <span class="select">
        <select {...inputWiring(props)} class="input">
          <Options {...props} />
        </select>
        <Icon name="chevrons-up-down" />
      </span>
    </Field>
  );
}

/** The same in a bar or a table, with a label that only a screen reader reads. In a `SearchBox` it takes effect at once. */
export function PlainSelect(props: {
  name: string;
  label: string;
  options: readonly Option[];
  value?: string | undefined;
  placeholder?: string | undefined;
  required?: boolean | undefined;
  id?: string | undefined;
  /** The id of the message that says what is wrong with it. */
  described?: string | undefined;
  /** Said below the options, when they are not all that there are. */
  more?: string | undefined;
}): Html {
  return (
    <label class="select">
      <span class="visually-hidden">{props.label}</span>
      <select
        class="input"
        id={props.id}
        name={props.name}
        required={props.required}
        aria-invalid={props.described === undefined ? undefined : true}
        aria-describedby={props.described}
      >
        <Options {...props} />
        {props.more !== undefined && <option disabled>{props.more}</option>}
      </select>
      <Icon name="chevrons-up-down" />
    </label>
  );
}

function Options(props: {
  options: readonly Option[];
  value?: string | undefined;
  placeholder?: string | undefined;
}): Html {
  return (
    <>
      {props.placeholder !== undefined && <option value="">{props.placeholder}</option>}
      {props.options.map((option) => (
        <option
          value={option.value}
          selected={option.value === (props.value ?? "")}
          disabled={option.disabled}
        >
          {option.label}
        </option>
      ))}
    </>
  );
}

/** One thing that is so or not. Its value is "on". */
export function CheckboxField(props: FieldProps & { checked?: boolean | undefined }): Html {
  const wiring = inputWiring(props);
  return (
    <div class="field" data-invalid={props.error === undefined ? undefined : true}>
      <label class="check">
        <input {...wiring} required={false} type="checkbox" value="on" checked={props.checked} />
        <span>{props.label}</span>
      </label>
      <div class="check-notes">
        <FieldNotes id={wiring.id} hint={props.hint} error={props.error} />
      </div>
    </div>
  );
}

/** Any of a few: each box sends `name=value`. Past ten or so, put a search above a table with boxes. */
export function CheckboxGroup(
  props: FieldProps & {
    options: readonly Option[];
    values?: readonly string[] | undefined;
    columns?: boolean | undefined;
  },
): Html {
  return (
    <Group {...props}>
      <div class="checks" data-columns={props.columns}>
        {props.options.map((option) => (
          <Choice
            {...option}
            type="checkbox"
            field={props}
            checked={props.values?.includes(option.value) ?? false}
          />
        ))}
      </div>
    </Group>
  );
}

/** One of a few, all in sight. */
export function RadioGroup(
  props: FieldProps & { options: readonly Option[]; value?: string | undefined },
): Html {
  return (
    <Group {...props}>
      <div class="checks">
        {props.options.map((option) => (
          <Choice {...option} type="radio" field={props} checked={option.value === props.value} />
        ))}
      </div>
    </Group>
  );
}

/** One of a few that each need a word of explanation: a decision. */
export function RadioCards(
  props: FieldProps & { options: readonly Option[]; value?: string | undefined },
): Html {
  return (
    <Group {...props}>
      <div class="radio-cards">
        {props.options.map((option, index) => (
          <label class="radio-card">
            <input
              type="radio"
              id={index === 0 ? inputWiring(props).id : undefined}
              name={props.name}
              value={option.value}
              checked={option.value === props.value}
              disabled={option.disabled}
            />
            {option.icon && <Icon name={option.icon} />}
            <span class="radio-card-text">
              <span class="radio-card-label">{option.label}</span>
              {option.hint && <span class="field-hint">{option.hint}</span>}
            </span>
          </label>
        ))}
      </div>
    </Group>
  );
}

function Group(props: FieldProps & { children: Children }): Html {
  const { id, "aria-describedby": described } = inputWiring(props);
  return (
    <fieldset
      class="field"
      data-invalid={props.error === undefined ? undefined : true}
      aria-describedby={described}
      disabled={props.disabled}
    >
      <legend class="field-label">
        {props.label}
        {props.optional === true && <span class="field-optional"> Optional</span>}
      </legend>
      {props.children}
      <FieldNotes id={id} hint={props.hint} error={props.error} />
    </fieldset>
  );
}

function Choice(
  props: Option & { type: "checkbox" | "radio"; field: FieldProps; checked: boolean },
): Html {
  return (
    <label class="check">
      <input
        type={props.type}
        name={props.field.name}
        value={props.value}
        checked={props.checked}
        disabled={props.disabled}
      />
      <span>
        {props.label}
        {props.hint && <span class="field-hint">{props.hint}</span>}
      </span>
    </label>
  );
}
