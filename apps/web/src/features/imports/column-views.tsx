import type { Html } from "@mailwright/html";
import { PlainSelect } from "../../ui/choice.tsx";
import { FieldNotes } from "../../ui/field.tsx";
import { fieldId, type FormState } from "../../ui/form.tsx";
import type { Column, Layout } from "./columns.ts";
import type { ColumnChoice } from "./plan.ts";

const TARGETS = [
  { value: "", label: "Leave out" },
  { value: "email", label: "Email address" },
  { value: "name", label: "Name" },
  { value: "first_name", label: "First name" },
  { value: "last_name", label: "Last name" },
  { value: "attribute", label: "Attribute" },
];

/** Every column of a file with some of its values, and what it is to fill. */
export function ColumnTable(props: {
  layout: Layout;
  choices: readonly ColumnChoice[];
  /** Keys that contacts have, to choose from. */
  keys: readonly string[];
  errors: NonNullable<FormState["errors"]>;
}): Html {
  const { layout, choices, errors, keys } = props;
  return (
    <>
      <div class="table-frame">
        <table class="table mapping-table">
          <caption class="visually-hidden">Columns of the file, and what each fills</caption>
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">First values</th>
              <th scope="col">Becomes</th>
              <th scope="col">Key of the attribute</th>
            </tr>
          </thead>
          <tbody>
            {layout.columns.map((column, index) => (
              <ColumnRow
                column={column}
                index={index}
                choice={choices[index] ?? { target: "", key: "" }}
                error={errors[`columns.${index}`]}
              />
            ))}
          </tbody>
        </table>
      </div>
      <datalist id="attribute-keys">
        {keys.map((key) => (
          <option value={key} />
        ))}
      </datalist>
      <div class="mapping-notes" id={fieldId("columns")} tabindex={-1}>
        <FieldNotes id={fieldId("columns")} hint={undefined} error={errors["columns"]} />
      </div>
    </>
  );
}

function ColumnRow(props: {
  column: Column;
  index: number;
  choice: ColumnChoice;
  error: string | undefined;
}): Html {
  const { column, index, choice, error } = props;
  const id = fieldId(`columns.${index}`);
  return (
    <tr>
      <td data-label="Column" data-primary>
        <strong>{column.heading}</strong>
      </td>
      <td data-label="First values">
        {column.samples.length === 0 ? (
          <span class="muted">blank</span>
        ) : (
          <span class="samples">
            {column.samples.map((sample) => (
              <span>{sample}</span>
            ))}
          </span>
        )}
      </td>
      <td data-label="Becomes">
        <PlainSelect
          id={id}
          name="target"
          label={`What “${column.heading}” becomes`}
          options={TARGETS}
          value={choice.target}
          described={error === undefined ? undefined : `${id}-error`}
        />
        <FieldNotes id={id} hint={undefined} error={error} />
      </td>
      <td data-label="Key of the attribute" class="mapping-key">
        <input
          class="input"
          type="text"
          name="key"
          value={choice.key}
          list="attribute-keys"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          aria-label={`Key of the attribute that “${column.heading}” becomes`}
          data-code
        />
      </td>
    </tr>
  );
}
