import type { Html } from "@mailwright/html";
import { Callout } from "../../ui/banner.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { PlainSelect, RadioCards, SelectField } from "../../ui/choice.tsx";
import { ConfirmLink } from "../../ui/dialog.tsx";
import {
  field,
  FieldRow,
  Form,
  FormActions,
  FormErrors,
  FormSection,
  type FormState,
} from "../../ui/form.tsx";
import { formatBytes, formatPlural } from "../../ui/format.ts";
import { TextField } from "../../ui/input.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { followersOf, following } from "../../ui/region.ts";
import { ColumnTable } from "./column-views.tsx";
import type { Layout } from "./columns.ts";
import type { Import } from "./imports.ts";
import { titleOf } from "./list-views.tsx";
import { CHOSEN, type ColumnChoice, separatorWord, SHOWN } from "./plan.ts";

const REGION = "#columns";

export interface MappingPageProps {
  csrf: string;
  source: Import;
  layout: Layout;
  choices: readonly ColumnChoice[];
  /** Keys that contacts have, to choose from. */
  keys: readonly string[];
  form: FormState;
  segments: readonly { id: string; name: string }[];
  /** Whether there are others. */
  moreSegments: boolean;
}

const SEPARATORS = [
  { value: ",", label: "Commas between cells" },
  { value: ";", label: "Semicolons between cells" },
  { value: "tab", label: "Tabs between cells" },
  { value: "|", label: "Bars between cells" },
];

const HEADER = [
  { value: "yes", label: "The first row names the columns" },
  { value: "no", label: "The first row is a contact" },
];

export function MappingPage(props: MappingPageProps): Html {
  const { source, layout, csrf } = props;
  return (
    <>
      <PageHeader
        title={titleOf(source)}
        crumbs={[{ href: "/imports", label: "Imports" }]}
        lead={
          <span {...following(REGION, "lead")}>
            {`${formatBytes(source.bytes)}, ${formatPlural(layout.columns.length, "column")}. Say what each is; nothing has been imported yet.`}
          </span>
        }
        actions={
          <ConfirmLink href={`/imports/${source.id}/cancel`} icon="trash-2">
            Discard the file
          </ConfirmLink>
        }
      />
      {source.encoding === "windows-1252" && <EncodingNote />}
      <Card flush>
        <Form action={`/imports/${source.id}/start`} csrf={csrf} id="mapping" label="Columns">
          <LayoutFields source={source} layout={layout} />
          <Columns {...props} />
          <div class="mapping-rest">
            <RestOfThePlan {...props} />
          </div>
        </Form>
      </Card>
    </>
  );
}

function EncodingNote(): Html {
  return (
    <Callout tone="info" title="The file is not in UTF-8">
      It was read as Windows-1252, as older versions of Excel write it. Look at the names below: if
      letters like é or ö are wrong, discard the file and save it as “CSV UTF-8” first.
    </Callout>
  );
}

/**
 * How the file is read: it takes effect at once on the columns alone, and nothing is saved by it. Without scripts the whole form
 * is sent and comes back, so that the rest of the plan stays then, too.
 */
function LayoutFields(props: { source: Import; layout: Layout }): Html {
  const { source, layout } = props;
  const address = `/imports/${source.id}`;
  return (
    <div
      class="layout-form"
      hx-get={address}
      hx-trigger="change"
      hx-include="this"
      hx-target={REGION}
      hx-select={REGION}
      hx-select-oob={followersOf(REGION)}
      hx-swap="outerHTML"
      hx-sync="this:replace"
    >
      <PlainSelect
        name={CHOSEN.separator}
        label="Separator"
        options={SEPARATORS}
        value={separatorWord(layout.separator)}
      />
      <PlainSelect
        name={CHOSEN.header}
        label="First row"
        options={HEADER}
        value={layout.hasHeader ? "yes" : "no"}
      />
      <noscript>
        <button
          class="button"
          data-variant="secondary"
          type="submit"
          formaction={`${address}/read`}
        >
          Read it so
        </button>
      </noscript>
    </div>
  );
}

/**
 * What the file's columns are, as it is read now, with what is wrong: the faults of columns that are there no more go with
 * them. The rest of the plan does not hang on it and stands outside, so that what was chosen there stays.
 */
function Columns(props: MappingPageProps): Html {
  const { layout, form } = props;
  return (
    <div id="columns">
      {form.errors && <FormErrors errors={form.errors} />}
      <input type="hidden" name={SHOWN.separator} value={separatorWord(layout.separator)} />
      <input type="hidden" name={SHOWN.header} value={layout.hasHeader ? "yes" : "no"} />
      <ColumnTable {...props} errors={form.errors ?? {}} />
    </div>
  );
}

function RestOfThePlan(props: MappingPageProps): Html {
  const { form, segments, moreSegments } = props;
  return (
    <>
      <FormSection
        title="Who is here already"
        lead="By address, in any spelling; also a second row of the same person."
      >
        <RadioCards
          {...field(form, "on_duplicate")}
          label="Contacts that are here already"
          options={[
            {
              value: "update",
              label: "Update them",
              hint: "Cells that are not blank take the place of what is known; of two rows the later one wins.",
              icon: "refresh-cw",
            },
            {
              value: "skip",
              label: "Leave them as they are",
              hint: "Only new people are added; of two rows the first one counts.",
              icon: "skip-forward",
            },
          ]}
        />
      </FormSection>
      <FormSection
        title="Segment"
        lead="Everybody in the file joins it, also who is here already. It is how a campaign finds them."
      >
        <FieldRow>
          <SelectField
            {...field(form, "segment_id")}
            label="Join a segment"
            optional
            placeholder="None"
            {...(moreSegments && { hint: "There are more: the API takes any of them by its id." })}
            options={segments.map(({ id, name }) => ({ value: id, label: name }))}
          />
          <TextField
            {...field(form, "segment_name")}
            label="Or a new one"
            optional
            placeholder="Autumn fair"
            maxlength={200}
          />
        </FieldRow>
      </FormSection>
      <FormActions submit="Start the import" icon="play">
        <LinkButton href="/imports" variant="ghost">
          Later
        </LinkButton>
      </FormActions>
    </>
  );
}
