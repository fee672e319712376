import type { Html } from "@mailwright/html";
import { fieldId } from "../../ui/form.tsx";
import {
  Choice,
  ConditionFields,
  Edit,
  ErrorAt,
  type PartProps,
  RULE_ID,
} from "./condition-views.tsx";
import { LiveCount } from "./rule-count-views.tsx";
import type { DraftGroup, RuleDraft } from "./rule-form.ts";
import type { Match } from "./rule.ts";
import type { Size } from "./size.ts";

interface BuilderProps extends PartProps {
  draft: RuleDraft;
  /** The id of the form it stands in. */
  form: string;
  /** Where the form is sent to be told how many the rule finds. */
  countUrl: string;
  /** What was counted, when counting was asked for. */
  size?: Size | undefined;
}

/**
 * The rule as fields. Every button sends the whole form and gets it back changed, so it works without a script; with one
 * only this region is exchanged, and the fields offered follow the choices made.
 */
export function RuleBuilder(props: BuilderProps): Html {
  return (
    <>
      <RuleFields {...props} />
      <LiveCount {...props} />
    </>
  );
}

function RuleFields(props: BuilderProps): Html {
  const { draft, errors } = props;
  return (
    <fieldset class="rule" id={RULE_ID}>
      <legend class="visually-hidden">Rule</legend>
      <MatchChoice
        {...props}
        lead="Contacts for whom"
        name="rule.match"
        match={draft.match}
        id={fieldId(RULE_ID)}
      />
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

function MatchChoice(
  props: BuilderProps & { lead?: string; name: string; match: Match; id: string },
): Html {
  return (
    <label class="rule-match">
      {props.lead !== undefined && <span>{props.lead}</span>}
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
