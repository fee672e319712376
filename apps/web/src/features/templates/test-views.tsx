import type { Html } from "@mailwright/html";
import { Callout } from "../../ui/banner.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { SelectField } from "../../ui/choice.tsx";
import { Copyable } from "../../ui/copy.tsx";
import { field, Form, FormActions, type FormState } from "../../ui/form.tsx";
import { EmailField } from "../../ui/input.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import type { MessageTone } from "../../ui/tone.ts";
import { TEST_TITLES, UNCLEAR } from "../gateways/outcome-words.ts";
import type { ContactChoice } from "./contact-choice.ts";
import { ContactChooser } from "./contact-views.tsx";
import { TEMPLATES } from "./list-views.tsx";
import type { Template } from "./templates.ts";
import type { TestSent } from "./test-message.ts";

export interface TestPageProps {
  template: Template;
  csrf: string;
  form: FormState;
  choice: ContactChoice;
  gateways: readonly { id: string; name: string; default: boolean }[];
  /** What became of the test that was just sent, and whom it was sent to. */
  sent?: { to: string; outcome: TestSent } | undefined;
}

/** To send a template to one address, at once and outside every campaign. */
export function TestPage(props: TestPageProps): Html {
  const { template, csrf, form, choice, gateways } = props;
  const path = `/templates/${template.id}`;
  return (
    <>
      <PageHeader
        title="Send a test"
        crumbs={[TEMPLATES, { href: path, label: template.name }]}
        lead="One email, at once, exactly as a recipient would get it. It counts for no campaign."
      />
      {props.sent && <Outcome {...props.sent} />}
      <div class="columns" data-split="aside">
        <Card>
          <Form action={`${path}/test`} csrf={csrf} label="Test" errors={form.errors}>
            <input type="hidden" name="contact_id" value={choice.contact?.id ?? ""} />
            <EmailField {...field(form, "to")} label="Send it to" />
            <SelectField
              {...field(form, "gateway_id")}
              label="Through"
              placeholder="The default gateway"
              options={gateways.map(({ id, name, default: isDefault }) => ({
                value: id,
                label: isDefault ? `${name} (default)` : name,
              }))}
            />
            <FormActions submit="Send the test" icon="send" cancel={path} />
          </Form>
        </Card>
        <ContactChooser choice={choice} action={`${path}/test`} keep={{}} />
      </div>
    </>
  );
}

function Outcome(props: { to: string; outcome: TestSent }): Html {
  const { tone, title, text } = inWords(props.outcome, props.to);
  const { outcome } = props;
  return (
    <Callout
      tone={tone}
      title={title}
      action={
        outcome.kind === "not ready" &&
        SETTINGS[outcome.about] !== undefined && (
          <LinkButton href={SETTINGS[outcome.about] ?? ""} size="sm">
            To the settings
          </LinkButton>
        )
      }
    >
      <p>{text}</p>
      {outcome.kind === "answered" && outcome.message_id !== undefined && (
        <p>
          {"Its id there is "}
          <Copyable text={outcome.message_id} label="Copy the message id" />
        </p>
      )}
      {outcome.kind === "answered" && outcome.detail !== undefined && outcome.detail !== "" && (
        <p>
          {"It said: "}
          <q>{outcome.detail}</q>
        </p>
      )}
    </Callout>
  );
}

const SETTINGS: Readonly<Record<string, string>> = {
  sender: "/settings",
  gateway_id: "/settings/gateways",
};

function inWords(
  outcome: TestSent,
  to: string,
): { tone: MessageTone; title: string; text: string } {
  switch (outcome.kind) {
    case "not ready":
      return { tone: "warning", title: "It was not sent", text: outcome.message };
    case "refused":
      return {
        tone: "danger",
        title: "It was not sent",
        text: `The email client did not take it: ${outcome.why}.`,
      };
    case "unreachable":
      return {
        tone: "danger",
        title: UNCLEAR,
        text: `The email client did not answer: ${outcome.why}. Look into the mailbox before you send another.`,
      };
    case "answered":
      return {
        title: TEST_TITLES[outcome.outcome],
        ...answerInWords(outcome.outcome, outcome.gateway, to),
      };
  }
}

function answerInWords(
  outcome: Extract<TestSent, { kind: "answered" }>["outcome"],
  gateway: string,
  to: string,
): { tone: MessageTone; text: string } {
  switch (outcome) {
    case "accepted":
      return {
        tone: "success",
        text: `“${gateway}” accepted it for ${to}. It should arrive in a moment; if not, look into the spam folder.`,
      };
    case "rejected":
      return {
        tone: "danger",
        text: `“${gateway}” refuses to send this email. Trying again will not help.`,
      };
    case "unauthorized":
      return {
        tone: "danger",
        text: `“${gateway}” does not take our credentials. Check them in the settings.`,
      };
    case "throttled":
      return {
        tone: "warning",
        text: `“${gateway}” takes no more emails for the moment. Try again in a minute.`,
      };
    case "unavailable":
      return {
        tone: "warning",
        text: `“${gateway}” could not take it. Try again in a minute.`,
      };
    case "ambiguous":
      return {
        tone: "warning",
        text: `“${gateway}” did not say what became of it. Look into the mailbox before you send another.`,
      };
  }
}
