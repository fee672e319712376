import type { Html } from "@mailwright/html";
import { Card } from "../../ui/card.tsx";
import { ChangedMeanwhile } from "../../ui/changed-meanwhile.tsx";
import { field, Form, FormActions, type FormState } from "../../ui/form.tsx";
import { TextField } from "../../ui/input.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Segments } from "../../ui/tabs.tsx";
import type { RuleChoices } from "./rule-choices.ts";
import type { RuleDraft } from "./rule-form.ts";
import { RuleBuilder } from "./rule-views.tsx";
import type { SegmentRow } from "./segments.ts";
import type { Size } from "./size.ts";
import { SEGMENTS } from "./views.tsx";

const FORM_ID = "segment-form";

/** What the form of a segment shows; of a static one the rule is left out. */
export interface SegmentFormProps {
  csrf: string;
  form: FormState;
  rule?: { draft: RuleDraft; choices: RuleChoices; size?: Size | undefined } | undefined;
}

export function NewSegmentPage(props: SegmentFormProps): Html {
  const dynamic = props.rule !== undefined;
  return (
    <>
      <PageHeader
        title="New segment"
        crumbs={[SEGMENTS]}
        lead={
          dynamic
            ? "A rule finds its contacts, at every moment anew. Nobody is added by hand."
            : "You say who is in it: by searching, by pasting addresses, or by an import."
        }
      />
      <Segments
        label="Kind of segment"
        tabs={[
          { href: "/segments/new", label: "Static: a list", current: !dynamic },
          { href: "/segments/new?kind=dynamic", label: "Dynamic: a rule", current: dynamic },
        ]}
      />
      <Card>
        <SegmentFields
          {...props}
          action={dynamic ? "/segments?kind=dynamic" : "/segments"}
          path="/segments"
          submit={dynamic ? "Create segment" : "Create and add contacts"}
          cancel="/segments"
          autofocus
        />
      </Card>
    </>
  );
}

export function EditSegmentPage(
  props: SegmentFormProps & {
    segment: SegmentRow;
    /** Somebody else changed it while it was edited here; the form holds what was typed. */
    changedMeanwhile?: boolean | undefined;
  },
): Html {
  const { segment } = props;
  const path = `/segments/${segment.id}`;
  return (
    <>
      <PageHeader
        title={segment.rule === null ? "Rename segment" : "Edit segment"}
        crumbs={[SEGMENTS, { href: path, label: segment.name }]}
      />
      {props.changedMeanwhile === true && <ChangedMeanwhile what="this segment" href={path} />}
      <Card>
        <SegmentFields
          {...props}
          action={path}
          path={path}
          submit="Save segment"
          cancel={path}
          autofocus={props.changedMeanwhile !== true}
        />
      </Card>
    </>
  );
}

function SegmentFields(
  props: SegmentFormProps & {
    action: string;
    path: string;
    submit: string;
    cancel: string;
    autofocus: boolean;
  },
): Html {
  const { form, rule } = props;
  return (
    <Form
      id={FORM_ID}
      action={props.action}
      csrf={props.csrf}
      label="Segment"
      guard
      unsaved={form.unsaved}
      errors={form.errors}
    >
      <input type="hidden" name="seen" value={form.values?.["seen"] ?? ""} />
      <TextField
        {...field(form, "name")}
        label="Name"
        hint="Recipients read it on the page where they unsubscribe."
        maxlength={200}
        autofocus={props.autofocus}
      />
      {rule && (
        <RuleBuilder
          {...rule}
          errors={form.errors}
          draftUrl={`${props.path}/draft`}
          countUrl={`${props.path}/count`}
          form={FORM_ID}
        />
      )}
      <FormActions submit={props.submit} cancel={props.cancel} />
    </Form>
  );
}
