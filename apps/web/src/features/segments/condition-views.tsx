import type { Children, Html } from "@mailwright/html";
import { Button } from "../../ui/button.tsx";
import { fieldId, type FormState } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import type { RuleChoices } from "./rule-choices.ts";
import type { DraftCondition } from "./rule-form.ts";
import {
  attributeField,
  attributeOf,
  BUILT_IN_FIELDS,
  isOperatorOf,
  kindOf,
  operatorsOf,
  valueKindOf,
} from "./rule-vocabulary.ts";
import { fieldInWords, operatorInWords } from "./rule-words.ts";

/** The region of a segment's form with the rule in it. */
export const RULE_ID = "rule";

/** What every part of a rule's form knows. */
export interface PartProps {
  choices: RuleChoices;
  errors?: FormState["errors"] | undefined;
  /** Where the form is sent to add or take away a condition: it comes back changed, and nothing is stored. */
  draftUrl: string;
}

/** One condition: field, comparison, value, and what is wrong with them. */
export function ConditionFields(
  props: PartProps & { condition: DraftCondition; place: string },
): Html {
  const { condition, place, errors } = props;
  const at = `rule.${place}`;
  const wiring = (property: string) => {
    const name = `${at}.${property}`;
    const error = errors?.[name] ?? (property === "field" ? errors?.[at] : undefined);
    return { name, id: fieldId(name), error };
  };
  const faults = (["field", "is", "value"] as const).map(wiring);
  return (
    <div class="rule-condition">
      <div class="rule-fields">
        <FieldChoice {...props} {...wiring("field")} />
        <OperatorChoice {...props} {...wiring("is")} />
        <ValueInput {...props} {...wiring("value")} />
        <Edit {...props} command={`remove ${place}`} icon="x" label="Remove the condition" />
      </div>
      {faults.map(({ id, error }) => (
        <ErrorAt id={`${id}-error`} error={error} />
      ))}
      {readsDates(condition) && (
        <p class="field-hint">
          Reads dates that begin like 2026-11-24. Whoever has one in another form is left out.
        </p>
      )}
    </div>
  );
}

interface Wiring {
  name: string;
  id: string;
  error: string | undefined;
}

function FieldChoice(props: PartProps & Wiring & { condition: DraftCondition }): Html {
  const { condition, choices } = props;
  const option = (field: string) => (
    <option value={field} selected={field === condition.field}>
      {fieldInWords(field)}
    </option>
  );
  return (
    <Choice {...props} label="Field" exchanges>
      {BUILT_IN_FIELDS.map(option)}
      {choices.attributes.length > 0 && (
        <optgroup label="Custom attributes">
          {choices.attributes.map((key) => option(attributeField(key)))}
        </optgroup>
      )}
    </Choice>
  );
}

function OperatorChoice(props: PartProps & Wiring & { condition: DraftCondition }): Html {
  const { condition } = props;
  return (
    <Choice {...props} label="Comparison" exchanges>
      {operatorsOf(kindOf(condition.field) ?? "address").map((operator) => (
        <option value={operator} selected={operator === condition.is}>
          {operatorInWords(operator)}
        </option>
      ))}
    </Choice>
  );
}

function ValueInput(props: PartProps & Wiring & { condition: DraftCondition }): Html | null {
  const { condition, choices, name, id, error } = props;
  const kind = valueKind(condition);
  if (kind === "none") return null;
  if (kind === "segment") {
    return (
      <Choice {...props} label="Segment">
        <option value="">Choose a segment</option>
        {choices.segments.map((segment) => (
          <option value={segment.id} selected={segment.id === condition.value}>
            {segment.name}
          </option>
        ))}
        {choices.moreSegments && (
          <option disabled>There are more: the API takes any of them by its id.</option>
        )}
      </Choice>
    );
  }
  const looks = {
    text: { type: "text", placeholder: "Value" },
    number: { type: "number", step: "any", placeholder: "Number" },
    days: { type: "number", min: 1, max: 36_500, placeholder: "Days" },
    day: { type: "date" },
  } as const;
  return (
    <input
      {...looks[kind]}
      class="input"
      name={name}
      id={id}
      value={condition.value}
      aria-label="Value"
      autocomplete="off"
      {...problem(id, error)}
    />
  );
}

/** Whether an attribute, which may hold anything, is asked for a date. */
function readsDates({ field, is }: DraftCondition): boolean {
  return (
    attributeOf(field) !== undefined &&
    (is === "before" || is === "after" || is === "in_last_days" || is === "not_in_last_days")
  );
}

function valueKind({ field, is }: DraftCondition) {
  const kind = kindOf(field);
  return kind !== undefined && isOperatorOf(kind, is) ? valueKindOf(is) : "text";
}

/** A select; `exchanges` has the region follow what is chosen. */
export function Choice(
  props: PartProps & {
    name: string;
    id: string;
    label?: string;
    error?: string | undefined;
    exchanges?: boolean;
    children: Children;
  },
): Html {
  return (
    <span class="select">
      <select
        class="input"
        name={props.name}
        id={props.id}
        aria-label={props.label}
        {...problem(props.id, props.error)}
        {...(props.exchanges === true && { ...exchange(props.draftUrl), "hx-trigger": "change" })}
      >
        {props.children}
      </select>
      <Icon name="chevrons-up-down" />
    </span>
  );
}

/** A button that sends the form to be changed. */
export function Edit(
  props: PartProps & {
    command: string;
    icon: "plus" | "layers" | "x";
    label?: string;
    children?: Children;
  },
): Html {
  return (
    <Button
      name="do"
      value={props.command}
      formaction={props.draftUrl}
      variant={props.label === undefined ? "secondary" : "ghost"}
      size="sm"
      icon={props.icon}
      label={props.label}
      {...exchange(props.draftUrl)}
    >
      {props.children}
    </Button>
  );
}

function exchange(draftUrl: string) {
  return {
    "hx-post": draftUrl,
    "hx-target": `#${RULE_ID}`,
    "hx-select": `#${RULE_ID}`,
    "hx-swap": "outerMorph",
    "hx-sync": `#${RULE_ID}:replace`,
  } as const;
}

function problem(id: string, error: string | undefined) {
  return error === undefined ? {} : { "aria-invalid": true, "aria-describedby": `${id}-error` };
}

export function ErrorAt(props: { id: string; error: string | undefined }): Html | null {
  if (props.error === undefined) return null;
  return (
    <p class="field-error" id={props.id}>
      <Icon name="circle-alert" />
      {props.error}
    </p>
  );
}
