import type { Html } from "@mailwright/html";
import { Callout } from "../../ui/banner.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { SelectField } from "../../ui/choice.tsx";
import { field, Form, FormActions, type FormState } from "../../ui/form.tsx";
import { formatCount, formatPlural } from "../../ui/format.ts";
import { TextAreaField } from "../../ui/input.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { REASON_CHOICES } from "./words.ts";

export function AddSuppressionsPage(props: {
  csrf: string;
  form: FormState;
  /** What was pasted and is no address. */
  faults: readonly { text: string; message: string }[];
}): Html {
  return (
    <>
      <PageHeader
        title="Add addresses"
        crumbs={[{ href: "/suppressions", label: "Suppressions" }]}
        lead="They are not mailed from now on, in campaigns that are being sent too."
        actions={
          <LinkButton href="/suppressions/import" icon="upload">
            Import a file
          </LinkButton>
        }
      />
      {props.faults.length > 0 && <FaultList faults={props.faults} />}
      <Card>
        <Form
          action="/suppressions"
          csrf={props.csrf}
          label="Addresses"
          guard
          unsaved={props.form.unsaved}
          errors={props.faults.length === 0 ? props.form.errors : undefined}
        >
          <TextAreaField
            {...field(props.form, "addresses")}
            label="Addresses"
            hint="One a line, or with commas between; a name around an address does no harm. Or a CSV whose first line names the columns email, reason, origin and since, as a download has them."
            rows={8}
            autofocus
          />
          <SelectField
            {...field(props.form, "reason")}
            label="Reason"
            hint="For addresses that come without one."
            options={REASON_CHOICES}
          />
          <FormActions submit="Stop mailing them" cancel="/suppressions" />
        </Form>
      </Card>
    </>
  );
}

/** The first few, with what is wrong; the rest stands in the field to be mended. */
const MOST_FAULTS = 10;

function FaultList(props: { faults: readonly { text: string; message: string }[] }): Html {
  const { faults } = props;
  return (
    <Callout
      tone="warning"
      title={`${formatPlural(faults.length, "entry", "entries")} cannot be taken`}
    >
      <ul>
        {faults.slice(0, MOST_FAULTS).map(({ text, message }) => (
          <li>
            <code>{text.slice(0, 100)}</code>: {message}
          </li>
        ))}
      </ul>
      {faults.length > MOST_FAULTS && <p>And {formatCount(faults.length - MOST_FAULTS)} more.</p>}
    </Callout>
  );
}
