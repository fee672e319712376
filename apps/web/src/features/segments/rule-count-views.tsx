import type { Html } from "@mailwright/html";
import { Button } from "../../ui/button.tsx";
import { formatPlural } from "../../ui/format.ts";
import { RULE_ID } from "./condition-views.tsx";
import type { RuleInWords } from "./rule-words.ts";
import type { Size } from "./size.ts";

/**
 * How many the rule finds, kept up with what is typed; without scripts a button counts. It stands outside of the rule's region:
 * an exchange of that would leave it blank, since what is merged does not load anew.
 */
export function LiveCount(props: {
  draftUrl: string;
  countUrl: string;
  form: string;
  /** What was counted, when counting was asked for. */
  size?: Size | undefined;
}): Html {
  return (
    <div
      class="rule-count"
      id="rule-count"
      aria-live="polite"
      hx-post={props.countUrl}
      hx-trigger={`load, input from:#${props.form} delay:500ms, htmx:after:settle from:#${RULE_ID}`}
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
      Finds <strong>{formatPlural(size.contacts, "contact")}</strong>
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
