import type { Children, Html } from "@mailwright/html";
import { Button } from "../../ui/button.tsx";
import { fieldId, type FormState } from "../../ui/form.tsx";
import { formatPlural } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import type { RuleChoices } from "./rule-choices.ts";
import type { DraftCondition, DraftGroup, RuleDraft } from "./rule-form.ts";
import {
  attributeField,
  BUILT_IN_FIELDS,
  kindOf,
  isOperatorOf,
  operatorsOf,
  valueKindOf,
} from "./rule-vocabulary.ts";
import { fieldInWords, operatorInWords, type RuleInWords } from "./rule-words.ts";
import type { Match } from "./rule.ts";
import type { Size } from "./size.ts";

/** The region of a segment's form with the rule in it. */
export const RULE_ID = "rule";

interface BuilderProps {
  draft: RuleDraft;
  choices: RuleChoices;
  errors?: FormState["errors"] | undefined;
  /** Where the form is sent to add or take away a condition: it comes back changed, and nothing is stored. */
  draftUrl: string;
  /** The id of the form it stands in. */
  form: string;
  /** What was counted, when counting was asked for. */
  size?: Size | undefined;
}

/**
 * The rule as fields. Every button sends the whole form and gets it back changed, so it works without a script; with one
 * only this region is exchanged, and the fields offered follow the choices made.
 */
export function RuleBuilder(props: BuilderProps): Html {
  const { draft, errors } = props;
  return (
    <fieldset class="rule" id={RULE_ID}>
      <legend class="visually-hidden">Rule</legend>
      <MatchChoice {...props} name="rule.match" match={draft.match} id={fieldId(RULE_ID)} />
      <ErrorAt id="rule-error" error={errors?.["rule"]} />
      <ol class="rule-parts">
        {draft.parts.map((part, index) => (
          <li class={"field" in part ? "rule-part" : "rule-group"}>
            {index > 0 && <Joint match={draft.match} />}
            {"field" in part ? (
              <ConditionFields {...props} condition={part} place={String(index)} />
            ) : (
              <GroupFields {...props} group={part} place={String(index)} />
            )}
          </li>
        ))}
      </ol>
      <div class="buttons">
        <Edit {...props} command="add" icon="plus">
          Add condition
        </Edit>
        <Edit {...props} command="add-group" icon="layers">
          Add group
        </Edit>
      </div>
      <LiveCount {...props} />
    </fieldset>
  );
}

function GroupFields(props: BuilderProps & { group: DraftGroup; place: string }): Html {
  const { group, place, errors } = props;
  return (
    <div class="rule-group-body">
      <div class="rule-group-head">
        <MatchChoice
          {...props}
          name={`rule.${place}.match`}
          match={group.match}
          id={fieldId(`rule.${place}`)}
        />
        <Edit {...props} command={`remove ${place}`} icon="x" label="Remove the group" />
      </div>
      <ErrorAt id={`rule-${place}-error`} error={errors?.[`rule.${place}`]} />
      <ol class="rule-parts">
        {group.conditions.map((condition, index) => (
          <li class="rule-part">
            {index > 0 && <Joint match={group.match} />}
            <ConditionFields {...props} condition={condition} place={`${place}.${index}`} />
          </li>
        ))}
      </ol>
      <div class="buttons">
        <Edit {...props} command={`add ${place}`} icon="plus">
          Add condition to the group
        </Edit>
      </div>
    </div>
  );
}

function MatchChoice(props: BuilderProps & { name: string; match: Match; id: string }): Html {
  return (
    <label class="rule-match">
      <span>Contacts for whom</span>
      <Choice {...props} exchanges>
        {(["all", "any"] as const).map((match) => (
          <option value={match} selected={match === props.match}>
            {match}
          </option>
        ))}
      </Choice>
      <span>of these hold</span>
    </label>
  );
}

function Joint(props: { match: Match }): Html {
  return <span class="rule-joint">{props.match === "all" ? "and" : "or"}</span>;
}

function ConditionFields(props: BuilderProps & { condition: DraftCondition; place: string }): Html {
  const { place, errors } = props;
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
    </div>
  );
}

interface Wiring {
  name: string;
  id: string;
  error: string | undefined;
}

function FieldChoice(props: BuilderProps & Wiring & { condition: DraftCondition }): Html {
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

function OperatorChoice(props: BuilderProps & Wiring & { condition: DraftCondition }): Html {
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

function ValueInput(props: BuilderProps & Wiring & { condition: DraftCondition }): Html | null {
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

function valueKind({ field, is }: DraftCondition) {
  const kind = kindOf(field);
  return kind !== undefined && isOperatorOf(kind, is) ? valueKindOf(is) : "text";
}

/** A select; `exchanges` has the region follow what is chosen. */
function Choice(
  props: BuilderProps & {
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

function Edit(
  props: BuilderProps & {
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

function ErrorAt(props: { id: string; error: string | undefined }): Html | null {
  if (props.error === undefined) return null;
  return (
    <p class="field-error" id={props.id}>
      <Icon name="circle-alert" />
      {props.error}
    </p>
  );
}

/** How many the rule finds, kept up with what is typed; without scripts a button counts. */
function LiveCount(props: BuilderProps): Html {
  return (
    <div
      class="rule-count"
      id="rule-count"
      aria-live="polite"
      hx-post="/segments/count"
      hx-trigger={`load, input from:#${props.form} delay:500ms`}
      hx-target="this"
      hx-swap="innerHTML"
      hx-sync="this:replace"
    >
      {props.size === undefined ? (
        <noscript>
          <Button name="do" value="count" formaction={props.draftUrl} size="sm">
            Count who it finds
          </Button>
        </noscript>
      ) : (
        <RuleCount size={props.size} />
      )}
    </div>
  );
}

/** What counting a rule came to; `undefined` while the rule has blanks. */
export function RuleCount(props: { size: Size | undefined }): Html {
  const { size } = props;
  if (size === undefined)
    return <p class="muted">Fill in the conditions to see how many contacts they find.</p>;
  return size.kind === "counted" ? (
    <p>
      Finds <strong>{formatPlural(size.contacts, "contact")}</strong> now
    </p>
  ) : (
    <p class="muted">
      Counting takes longer than four seconds, so it was given up. The rule can be saved and sent to
      all the same.
    </p>
  );
}

/** A rule for reading. */
export function RuleText(props: { rule: { heading: string; lines: RuleInWords[] } }): Html {
  return (
    <div class="rule-text">
      <p>{props.rule.heading}:</p>
      <ul>
        {props.rule.lines.map((line) => (
          <li>{typeof line === "string" ? line : <RuleText rule={line} />}</li>
        ))}
      </ul>
    </div>
  );
}
