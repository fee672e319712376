import type { Html } from "@mailwright/html";
import { Card } from "../card.tsx";
import { CheckboxField, CheckboxGroup, RadioCards, RadioGroup, SelectField } from "../choice.tsx";
import { FileField } from "../file-field.tsx";
import { field, FieldRow, Form, FormActions, FormSection, type FormState } from "../form.tsx";
import {
  EmailField,
  MomentField,
  NumberField,
  PasswordField,
  TextAreaField,
  TextField,
  UrlField,
} from "../input.tsx";
import { Specimen, Specimens } from "./specimen.tsx";

const MISTAKES: FormState = {
  values: { email: "anna@", last_name: "Kowalska" },
  errors: {
    email: "This is not an email address: nothing stands after the @.",
    last_name: "Another contact has this name and address.",
  },
};

export function FormsSection(props: { csrf: string }): Html {
  const { csrf } = props;
  return (
    <Specimens id="forms" title="Forms">
      <div class="columns">
        <Card title="A form with mistakes (422)">
          <Form
            action="/developer/ui"
            csrf={csrf}
            label="A form with mistakes"
            errors={MISTAKES.errors}
          >
            <EmailField {...field(MISTAKES, "email")} label="Email" hint="Where the emails go." />
            <FieldRow>
              <TextField name="first_name" label="First name" optional />
              <TextField {...field(MISTAKES, "last_name")} label="Last name" optional />
            </FieldRow>
            <FormActions submit="Save contact" cancel="#forms" />
          </Form>
        </Card>
        <Card title="Every input">
          <Form action="/developer/ui" csrf={csrf} label="Every input" guard files>
            <TextField name="name" label="Name" placeholder="Spring sale" value="Spring sale" />
            <TextField
              name="domain"
              label="Click domain"
              prefix="https://"
              suffix="/c"
              value="go.example.com"
            />
            <UrlField name="url" label="Address of the gateway" placeholder="https://" disabled />
            <PasswordField name="password" label="Password" hint="At least 12 characters." />
            <FieldRow>
              <NumberField name="rate" label="Most emails" suffix="a second" value="10" min={1} />
              <MomentField name="at" label="Send at" optional />
            </FieldRow>
          </Form>
        </Card>
      </div>
      <div class="columns">
        <Card title="Longer text and files">
          <div class="stack">
            <TextAreaField
              name="note"
              label="Note"
              optional
              value="Anna asked for the weekly one."
            />
            <TextAreaField
              name="body"
              label="Body"
              code
              rows={6}
              value={
                '<p>Hello {{ contact.first_name | default: "there" }},</p>\n<p>Our spring sale starts on Monday.</p>'
              }
            />
            <FileField
              name="file"
              label="File"
              accept=".csv,text/csv"
              hint="CSV, up to 100 MB; the first line names the columns."
            />
          </div>
        </Card>
        <Card title="Choices">
          <div class="stack">
            <SelectField
              name="template"
              label="Template"
              placeholder="Choose a template"
              options={[
                { value: "1", label: "Newsletter" },
                { value: "2", label: "Receipt" },
              ]}
              value="1"
            />
            <CheckboxField
              name="agree"
              label="Track opens"
              hint="Adds a picture that loads when the email is read."
              checked
            />
            <CheckboxField
              name="late"
              label="Send to late joiners"
              error="Choose a segment first."
              id="late"
            />
            <CheckboxGroup
              name="segment_ids"
              label="Segments"
              columns
              values={["a"]}
              options={[
                { value: "a", label: "Customers" },
                { value: "b", label: "Newsletter" },
                { value: "c", label: "Kraków" },
              ]}
            />
            <RadioGroup
              name="duplicates"
              label="Contacts that are known already"
              value="update"
              options={[
                {
                  value: "update",
                  label: "Update them",
                  hint: "Names and attributes of the file win.",
                },
                { value: "skip", label: "Skip them" },
              ]}
            />
          </div>
        </Card>
      </div>
      <Specimen name="RadioCards in a FormSection">
        <FormSection
          title="When it is uncertain"
          lead="A gateway may fall silent after it took an email."
        >
          <RadioCards
            name="when_uncertain"
            label="What then?"
            value="hold"
            options={[
              {
                value: "hold",
                label: "Hold",
                icon: "circle-pause",
                hint: "Rather never than twice. You decide, one by one.",
              },
              {
                value: "resend",
                label: "Send again",
                icon: "rotate-ccw",
                hint: "Rather twice than never.",
              },
            ]}
          />
        </FormSection>
      </Specimen>
    </Specimens>
  );
}
