import type { Html } from "@mailwright/html";
import { Callout } from "./banner.tsx";
import { Definitions } from "./definitions.tsx";
import { Form, FormActions } from "./form.tsx";

/** What somebody typed and sent while nobody was signed in, or somebody else: it is to be sent once that is settled. */
export interface KeptForm {
  /** What the form is called on its page. */
  label: string;
  /** The token that it came with. */
  token: string;
  /** The path that it was posted to. */
  action: string;
  fields: [name: string, value: string][];
  /** Whether there was something secret in it, which is not kept. */
  lacksSecrets: boolean;
}

/** Which state of a thing the form was drawn from. */
const NOT_TYPED = new Set(["revision", "seen", "version"]);

/** What somebody typed and could not send: what it is, and a button to send it now. Nothing is sent without it. */
export function SendAgain(props: {
  csrf: string;
  kept: KeptForm;
  /** Where it leads to leave it. */
  cancel: string;
}): Html {
  const { csrf, cancel } = props;
  const { label, action, fields, lacksSecrets } = props.kept;
  const shown = fields.filter(([name, value]) => value !== "" && !NOT_TYPED.has(name));
  return (
    <div class="stack">
      {lacksSecrets && (
        <Callout tone="warning" title="The secrets in it are not kept">
          They are sent blank: what is stored stays. Type them again afterwards.
        </Callout>
      )}
      <Form action={action} csrf={csrf} label={label} guard unsaved>
        {fields.map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <FormActions submit="Send it" cancel={cancel} />
      </Form>
      <details class="disclosure">
        <summary>What was typed</summary>
        <Definitions items={shown} />
      </details>
    </div>
  );
}
