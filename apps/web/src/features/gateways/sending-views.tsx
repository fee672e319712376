import type { Html } from "@mailwright/html";
import { field, FormSection, type FormState } from "../../ui/form.tsx";
import { NumberField, TextAreaField } from "../../ui/input.tsx";

/** The part of a gateway's form that says how fast it may be used. */
export function Sending(props: { form: FormState }): Html {
  return (
    <FormSection title="Sending" lead="How much the service is asked to take.">
      <NumberField
        {...field(props.form, "rate_per_second")}
        label="Most emails a second"
        hint="Of all campaigns together. A change is obeyed at once, also by what is being sent. Empty: as fast as the service takes them."
        placeholder="No limit"
        optional
      />
      <NumberField
        {...field(props.form, "domain_rate_per_second")}
        label="Most emails a second to one domain"
        hint="To each recipient domain by itself, such as example.com; while one has to wait, emails to others go on. Empty: no limit."
        placeholder="No limit"
        optional
      />
      <TextAreaField
        {...field(props.form, "domain_rates")}
        label="Single domains"
        hint="Domains with a rate of their own: one a line, with the most emails a second behind it."
        placeholder={"example.com 20\nexample.org 0.5"}
        rows={4}
        code
        optional
      />
    </FormSection>
  );
}
