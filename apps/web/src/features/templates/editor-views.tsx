import type { Html } from "@mailwright/html";
import { type Problem, TEMPLATE_KINDS } from "@mailwright/template";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { SelectField } from "../../ui/choice.tsx";
import { CopyButton } from "../../ui/copy.tsx";
import { field, FieldRow, Form, FormActions, type FormState } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { TextAreaField, TextField } from "../../ui/input.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { kindInWords, TEMPLATES } from "./list-views.tsx";
import { MeanwhileCallout } from "./meanwhile-views.tsx";
import { Problems, PROBLEMS_ID } from "./problem-views.tsx";
import type { Meanwhile, Source, Template } from "./templates.ts";
import { offeredVariables } from "./variables.ts";

const FORM_ID = "template-form";
const FRAME = "editor-preview";

interface EditorProps {
  csrf: string;
  form: FormState;
  /** What is wrong with what stands in the form, when it was looked at. */
  problems?: { problems: readonly Problem[]; source: Source } | undefined;
  attributes: readonly string[];
}

export function NewTemplatePage(
  props: EditorProps & {
    /** What the frame shows at first. */
    src?: string | undefined;
  },
): Html {
  return (
    <>
      <PageHeader title="New template" crumbs={[TEMPLATES]} />
      <Editor
        {...props}
        action="/templates"
        draftUrl="/templates/draft"
        submit="Create template"
        cancel="/templates"
      />
    </>
  );
}

export function EditTemplatePage(
  props: EditorProps & {
    template: Template;
    /** Somebody else saved it while it was edited here; the form holds what was typed. */
    meanwhile?: Meanwhile | undefined;
  },
): Html {
  const { template, meanwhile } = props;
  const path = `/templates/${template.id}`;
  return (
    <>
      <PageHeader
        title={`Edit ${template.name}`}
        crumbs={[TEMPLATES, { href: path, label: template.name }]}
        lead={`Saving makes version ${template.version + 1}. Campaigns that were launched keep the version they were launched with.`}
      />
      {meanwhile && <MeanwhileCallout {...meanwhile} />}
      <Editor
        {...props}
        action={path}
        draftUrl={`${path}/draft`}
        submit={meanwhile ? `Save over version ${template.version}` : "Save template"}
        cancel={path}
        src={`${path}/frame`}
      />
    </>
  );
}

function Editor(
  props: EditorProps & {
    action: string;
    draftUrl: string;
    submit: string;
    cancel: string;
    src?: string | undefined;
  },
): Html {
  return (
    <div class="editor">
      <Card>
        <Fields {...props} />
      </Card>
      <div class="editor-side">
        <Card title="Checks">
          <LiveProblems {...props} />
        </Card>
        <Card title="Preview" lead="As a sample contact would see it." actions={<PreviewButton />}>
          <div class="frame">
            <iframe name={FRAME} title="Preview" src={props.src} sandbox="" />
          </div>
        </Card>
        <Variables attributes={props.attributes} />
      </div>
    </div>
  );
}

function Fields(props: EditorProps & { action: string; submit: string; cancel: string }): Html {
  const { csrf, form } = props;
  return (
    <Form
      id={FORM_ID}
      action={props.action}
      csrf={csrf}
      label="Template"
      guard
      unsaved={form.unsaved}
      errors={form.errors}
    >
      <input type="hidden" name="revision" value={form.values?.["revision"] ?? ""} />
      <input type="hidden" name="version" value={form.values?.["version"] ?? "0"} />
      <FieldRow>
        <TextField {...field(form, "name")} label="Name" hint="For you; recipients never see it." />
        <SelectField
          {...field(form, "kind")}
          label="Written in"
          hint="A plain-text version is made automatically from HTML and Markdown."
          options={TEMPLATE_KINDS.map((kind) => ({
            value: kind,
            label: kindInWords(kind),
          }))}
        />
      </FieldRow>
      <TextField {...field(form, "subject")} label="Subject" mono />
      <TextAreaField {...field(form, "body")} label="Body" rows={26} code />
      <FormActions submit={props.submit} cancel={props.cancel} />
    </Form>
  );
}

/** What is wrong, kept up with what is typed; without scripts a button looks. */
function LiveProblems(props: EditorProps & { draftUrl: string }): Html {
  const { problems } = props;
  return (
    <div
      id={PROBLEMS_ID}
      aria-live="polite"
      hx-post="/templates/check"
      hx-trigger={`load, input from:#${FORM_ID} delay:500ms, change from:#${FORM_ID} delay:50ms`}
      hx-include={`#${FORM_ID}`}
      hx-target="this"
      hx-swap="innerHTML"
      hx-sync="this:replace"
    >
      {problems && <Problems {...problems} />}
      <noscript>
        <Button form={FORM_ID} formaction={props.draftUrl} size="sm">
          Check it
        </Button>
      </noscript>
    </div>
  );
}

/** Sends what stands in the form to the frame beside it: no script is needed, and nothing is stored. */
function PreviewButton(): Html {
  return (
    <button
      class="button"
      data-variant="secondary"
      data-size="sm"
      type="submit"
      form={FORM_ID}
      formaction="/templates/preview"
      formtarget={FRAME}
      data-downloads
    >
      <Icon name="eye" />
      <span>Show what I typed</span>
    </button>
  );
}

/** What can be named, to be copied. */
function Variables(props: { attributes: readonly string[] }): Html {
  return (
    <Card title="Variables" lead="Copy one into the subject or the body.">
      <div class="stack">
        {offeredVariables(props.attributes).map(({ title, variables }) => (
          <section class="variables">
            <h3>{title}</h3>
            <dl>
              {variables.map(({ code, meaning }) => (
                <div>
                  <dt>
                    <code>{code}</code>
                    <CopyButton text={code} label={`Copy ${code}`} />
                  </dt>
                  <dd>{meaning}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Card>
  );
}
