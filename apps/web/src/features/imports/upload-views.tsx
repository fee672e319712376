import type { Html } from "@mailwright/html";
import { Card } from "../../ui/card.tsx";
import { FileField } from "../../ui/file-field.tsx";
import { field, Form, FormActions, type FormState } from "../../ui/form.tsx";
import { PageHeader } from "../../ui/page-header.tsx";

export function UploadPage(props: { csrf: string; form: FormState; mostMegabytes: number }): Html {
  const { csrf, form } = props;
  return (
    <>
      <PageHeader
        title="Import contacts"
        crumbs={[{ href: "/imports", label: "Imports" }]}
        lead="First the file. Then you say what its columns are, and only then anything happens."
      />
      <Card>
        <Form action="/imports" csrf={csrf} label="File" files errors={form.errors}>
          <FileField
            {...field(form, "file")}
            label="CSV file"
            accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
            hint={`One contact a row, with an email address in it. Commas, semicolons, tabs or bars between the cells; up to ${props.mostMegabytes} MB, which is some millions of contacts.`}
          />
          <FormActions submit="Upload" icon="upload" cancel="/imports" />
        </Form>
      </Card>
      <Card title="What a file may look like">
        <div class="stack">
          <p>
            The first row names the columns, in any order and in usual words. Whatever is not an
            address or a name can become an attribute, for templates and for rules of segments.
          </p>
          <pre class="sample-file" tabindex={0} aria-label="A sample file">
            {
              "email,first_name,last_name,city\nanna@example.com,Anna,Kowalska,Kraków\nbernd@example.com,Bernd,Müller,Köln"
            }
          </pre>
        </div>
      </Card>
    </>
  );
}
