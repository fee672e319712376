import type { Html } from "@mailwright/html";
import { LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { SelectField } from "../../ui/choice.tsx";
import { FileField } from "../../ui/file-field.tsx";
import { field, Form, FormActions, type FormState } from "../../ui/form.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { guideAddress } from "../guides/guides.ts";
import { REASON_CHOICES } from "../suppressions/words.ts";

export function SuppressionUploadPage(props: {
  csrf: string;
  form: FormState;
  mostMegabytes: number;
}): Html {
  const { csrf, form } = props;
  return (
    <>
      <PageHeader
        title="Import suppressions"
        crumbs={[{ href: "/suppressions", label: "Suppressions" }]}
        lead="Nobody in the file is mailed from now on, not even by running campaigns."
        actions={
          <LinkButton href="/suppressions/new" icon="plus">
            Paste a list
          </LinkButton>
        }
      />
      <Card>
        <Form action="/suppressions/import" csrf={csrf} label="File" files errors={form.errors}>
          <SelectField
            {...field(form, "reason")}
            label="Reason"
            hint="For rows that give none."
            options={REASON_CHOICES}
          />
          <FileField
            {...field(form, "file")}
            label="CSV file"
            accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
            hint={`One address a row; up to ${props.mostMegabytes} MB.`}
          />
          <FormActions submit="Import" icon="upload" cancel="/suppressions" />
        </Form>
      </Card>
      <Card title="What a file may look like">
        <div class="stack">
          <p>
            An export of this list, from here or from another installation, as it is. Or any CSV
            with a column of addresses; reason, origin and since are taken over where the first row
            names them.
          </p>
          <pre class="sample-file" tabindex={0} aria-label="A sample file">
            {
              "email,reason,origin,since\nanna@example.com,unsubscribed,The old shop,2026-05-31\nbernd@example.com,bounced,,2026-06-01T09:30:00Z"
            }
          </pre>
          <p>
            Who is suppressed already keeps the earlier time, and the reason unless the one in the
            file weighs more: complained over unsubscribed over bounced over by hand.{" "}
            <a href={guideAddress("suppressions", "Out and in again")}>More on these files</a>
          </p>
        </div>
      </Card>
    </>
  );
}
