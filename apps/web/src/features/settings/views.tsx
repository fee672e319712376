import type { Html } from "@mailwright/html";
import { Callout } from "../../ui/banner.tsx";
import { Card } from "../../ui/card.tsx";
import { ChangedMeanwhile } from "../../ui/changed-meanwhile.tsx";
import { Definitions } from "../../ui/definitions.tsx";
import { field, FieldRow, Form, FormActions, FormSection, type FormState } from "../../ui/form.tsx";
import { EmailField, NumberField, TextAreaField, TextField } from "../../ui/input.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { type Tab, Tabs } from "../../ui/tabs.tsx";
import { describePolicy, durationInWords } from "./policy-words.ts";
import { RETRY_BOUNDS, type RetryPolicy } from "./retry-policy.ts";
import type { Sender, Settings } from "./settings.ts";

/** The head of every page of the settings. */
function SettingsHeader(props: { tabs: readonly Tab[] }): Html {
  return (
    <>
      <PageHeader title="Settings" lead="How this installation sends." />
      <Tabs label="Settings" tabs={props.tabs} />
    </>
  );
}

interface SettingsPageProps {
  tabs: readonly Tab[];
  csrf: string;
  form: FormState;
  /** Of the part of the settings that the form is about. */
  revision: string;
  /** Somebody else has changed that part since the form was opened. */
  stale: boolean;
  settings: Settings;
  /** Whether the reader may change anything. */
  editable: boolean;
}

export function SenderPage(props: SettingsPageProps): Html {
  return (
    <>
      <SettingsHeader tabs={props.tabs} />
      {props.stale && <ChangedMeanwhile what="the sender" href="/settings" />}
      {props.editable ? <SenderCard {...props} /> : <SenderFacts sender={props.settings} />}
    </>
  );
}

function SenderCard(props: SettingsPageProps): Html {
  const { csrf, form } = props;
  return (
    <Card>
      <Form
        action="/settings"
        csrf={csrf}
        label="Sender"
        guard
        unsaved={form.unsaved}
        errors={form.errors}
      >
        <input type="hidden" name="revision" value={props.revision} />
        <FormSection title="From" lead="Who every campaign comes from, as its recipients see it.">
          <FieldRow>
            <TextField
              {...field(form, "from_name")}
              label="From name"
              optional
              placeholder="Anna of Example"
            />
            <EmailField
              {...field(form, "from_email")}
              label="From address"
              placeholder="news@example.com"
            />
          </FieldRow>
          <EmailField
            {...field(form, "reply_to")}
            label="Reply-to address"
            hint="Where answers go, when not to the From address."
            optional
          />
        </FormSection>
        <FormSection title="Organisation" lead="Whom a recipient can turn to.">
          <TextField {...field(form, "organisation")} label="Name" optional />
          <TextAreaField
            {...field(form, "postal_address")}
            label="Postal address"
            hint="Stands in every campaign, as the law of many countries asks; none is launched without it."
            rows={3}
          />
        </FormSection>
        <FormActions submit="Save sender" />
      </Form>
    </Card>
  );
}

function SenderFacts(props: { sender: Sender }): Html {
  const { sender } = props;
  return (
    <Card title="Sender" lead="An owner or admin can change this.">
      <Definitions
        items={[
          ["From name", shown(sender.from_name)],
          ["From address", shown(sender.from_email)],
          ["Reply-to address", shown(sender.reply_to)],
          ["Organisation", shown(sender.organisation)],
          ["Postal address", shown(sender.postal_address)],
        ]}
      />
    </Card>
  );
}

function shown(text: string): string | undefined {
  return text === "" ? undefined : text;
}

export function RetryPage(props: SettingsPageProps): Html {
  return (
    <>
      <SettingsHeader tabs={props.tabs} />
      {props.stale && <ChangedMeanwhile what="the retries" href="/settings/retries" />}
      <Callout tone="info" title="As it is set now">
        {describePolicy(props.settings.retry)}
      </Callout>
      {props.editable && <RetryCard {...props} />}
    </>
  );
}

function RetryCard(props: SettingsPageProps): Html {
  const { csrf, form } = props;
  return (
    <Card>
      <Form
        action="/settings/retries"
        csrf={csrf}
        label="Retries"
        guard
        unsaved={form.unsaved}
        errors={form.errors}
      >
        <input type="hidden" name="revision" value={props.revision} />
        <FormSection
          title="How often"
          lead="A gateway that is down or busy is asked again. A refusal is final and not repeated."
        >
          <NumberField
            {...number(form, "attempts")}
            label="Attempts"
            hint="How often one email is tried at most, the first time included."
          />
          <NumberField
            {...number(form, "max_age_s")}
            label="Longest time"
            suffix="seconds"
            hint={`It is set to ${durationInWords(props.settings.retry.max_age_s)} now. After this long from its first attempt an email fails, whatever attempts are left. One that came due during a pause is still made.`}
          />
        </FormSection>
        <FormSection
          title="How long between"
          lead="Each wait is twice the one before, up to the longest, and a random part of it is left out so that not everything comes back at once."
        >
          <FieldRow>
            <NumberField {...number(form, "first_wait_s")} label="First wait" suffix="seconds" />
            <NumberField {...number(form, "max_wait_s")} label="Longest wait" suffix="seconds" />
          </FieldRow>
        </FormSection>
        <FormActions submit="Save retries">
          <p class="muted">It holds for campaigns that are launched from now on.</p>
        </FormActions>
      </Form>
    </Card>
  );
}

function number(form: FormState, name: keyof RetryPolicy) {
  const { minimum: min, maximum: max } = RETRY_BOUNDS[name];
  return { ...field(form, name), min, max };
}
