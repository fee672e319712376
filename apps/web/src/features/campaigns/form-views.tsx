import type { Html } from "@mailwright/html";
import { LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { ChangedMeanwhile } from "../../ui/changed-meanwhile.tsx";
import { CheckboxGroup, RadioCards, SelectField } from "../../ui/choice.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { field, Form, FormActions, FormSection, type FormState } from "../../ui/form.tsx";
import { formatPlural } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { TextField } from "../../ui/input.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import type { Estimate } from "./audience.ts";
import type { DraftChoices } from "./choices.ts";
import { AudienceEstimate } from "./estimate-views.tsx";
import { WHEN_UNCERTAIN } from "./words.ts";

export interface CampaignFormProps {
  csrf: string;
  form: FormState & { lists?: Readonly<Record<string, readonly string[]>> };
  choices: DraftChoices;
  estimate: Estimate | undefined;
  now: number;
  /** The draft that is edited; none for a new one. */
  draft?: { id: string; name: string; revision: string } | undefined;
  /** Somebody else has changed it meanwhile; the form holds what was typed. */
  stale?: boolean | undefined;
}

export function CampaignFormPage(props: CampaignFormProps): Html {
  const { draft, choices } = props;
  const crumbs = [
    { href: "/campaigns", label: "Campaigns" },
    ...(draft ? [{ href: `/campaigns/${draft.id}`, label: draft.name }] : []),
  ];
  const lacks = choices.templates.length === 0 || choices.segments.length === 0;
  return (
    <>
      <PageHeader
        title={draft ? "Edit campaign" : "New campaign"}
        crumbs={crumbs}
        lead="Nothing is sent before you launch it, on a page of its own."
      />
      {props.stale === true && draft && (
        <ChangedMeanwhile what="this draft" href={`/campaigns/${draft.id}`} />
      )}
      {lacks && !draft ? <WhatComesFirst choices={choices} /> : <CampaignForm {...props} />}
    </>
  );
}

function WhatComesFirst(props: { choices: DraftChoices }): Html {
  const lacksTemplate = props.choices.templates.length === 0;
  return (
    <Card>
      <EmptyState
        icon={lacksTemplate ? "file-text" : "layers"}
        title={lacksTemplate ? "First, a template" : "First, a segment"}
        action={
          lacksTemplate ? (
            <LinkButton href="/templates/new" variant="primary" icon="plus">
              New template
            </LinkButton>
          ) : (
            <LinkButton href="/segments/new" variant="primary" icon="plus">
              New segment
            </LinkButton>
          )
        }
      >
        {lacksTemplate
          ? "A campaign sends a template, and there is none yet."
          : "A campaign goes to the contacts of a segment, and there is none yet."}
      </EmptyState>
    </Card>
  );
}

function CampaignForm(props: CampaignFormProps): Html {
  const { csrf, form, choices, draft } = props;
  const standard = choices.gateways.find((gateway) => gateway.default);
  return (
    <Card>
      <Form
        action={draft ? `/campaigns/${draft.id}` : "/campaigns"}
        csrf={csrf}
        label="Campaign"
        guard
        unsaved={form.unsaved}
        errors={form.errors}
      >
        {draft && <input type="hidden" name="revision" value={draft.revision} />}
        <FormSection title="What" lead="The newest version of the template is frozen at launch.">
          <TextField
            {...field(form, "name")}
            label="Name"
            hint="For you and your colleagues. Recipients see the template's subject."
            placeholder="Spring sale"
            maxlength={200}
          />
          <SelectField
            {...field(form, "template_id")}
            label="Template"
            placeholder="Choose a template"
            options={choices.templates.map(({ id, name }) => ({ value: id, label: name }))}
          />
        </FormSection>
        <FormSection
          title="Whom"
          lead="Whoever is in one of the segments gets it, once, however many they are in."
        >
          <SegmentsField {...props} />
          <div
            id="audience-estimate"
            aria-live="polite"
            hx-get="/campaigns/estimate"
            hx-trigger="change from:#segments"
            hx-include="#segments"
            hx-target="this"
            hx-swap="innerHTML"
            hx-sync="this:replace"
          >
            <AudienceEstimate estimate={props.estimate} now={props.now} />
          </div>
        </FormSection>
        <FormSection title="How" lead="What stands here is frozen at launch, too.">
          <SelectField
            {...field(form, "gateway_id")}
            label="Gateway"
            optional
            placeholder={standard ? `The default: ${standard.name}` : "The default gateway"}
            options={choices.gateways.map(({ id, name }) => ({ value: id, label: name }))}
          />
          <RadioCards
            {...field(form, "when_uncertain")}
            label="When nobody can tell whether an email was accepted"
            hint="It is rare: a connection breaks after the email has left and before the gateway has answered."
            value={form.values?.["when_uncertain"] ?? "hold"}
            options={[
              {
                value: "hold",
                icon: "shield-check",
                label: WHEN_UNCERTAIN.hold.label,
                hint: WHEN_UNCERTAIN.hold.meaning,
              },
              {
                value: "resend",
                icon: "rotate-ccw",
                label: WHEN_UNCERTAIN.resend.label,
                hint: WHEN_UNCERTAIN.resend.meaning,
              },
            ]}
          />
        </FormSection>
        <FormActions
          submit={draft ? "Save campaign" : "Save as draft"}
          cancel={draft ? `/campaigns/${draft.id}` : "/campaigns"}
        />
      </Form>
    </Card>
  );
}

/** Past so many, they stand in columns; past so many more, a search stands over them. */
const COLUMNS_FROM = 4;
const SEARCH_FROM = 12;

function SegmentsField(props: CampaignFormProps): Html {
  const { choices, form } = props;
  return (
    <div class="stack" data-gap="sm" id="segments">
      {(choices.moreSegments || choices.segments.length > SEARCH_FROM) && (
        <label class="search-field" data-needs-script hidden>
          <span class="visually-hidden">Find a segment</span>
          <Icon name="search" />
          <input
            class="input"
            type="search"
            name="segment"
            form="no-form"
            placeholder="Find a segment"
            autocomplete="off"
            hx-get="/campaigns/segments"
            hx-trigger="input changed delay:250ms"
            hx-include="#segments"
            hx-target="#segment-choices"
            hx-swap="outerHTML"
            hx-sync="this:replace"
          />
        </label>
      )}
      <SegmentChoices
        choices={choices}
        chosen={form.lists?.["segment_ids"] ?? []}
        error={form.errors?.["segment_ids"]}
      />
    </div>
  );
}

/** The segments to choose from; those already chosen are among them, whatever was sought. */
export function SegmentChoices(props: {
  choices: Pick<DraftChoices, "segments" | "moreSegments">;
  chosen: readonly string[];
  error?: string | undefined;
}): Html {
  const { segments, moreSegments } = props.choices;
  return (
    <div class="choices-frame" id="segment-choices">
      <CheckboxGroup
        name="segment_ids"
        label="Segments"
        columns={segments.length > COLUMNS_FROM}
        {...(props.error !== undefined && { error: props.error })}
        {...(moreSegments && { hint: "There are more: find them by name." })}
        values={props.chosen}
        options={segments.map(({ id, name, rule, size }) => ({
          value: id,
          label: name,
          hint: rule === null ? formatPlural(size, "contact") : "by a rule",
        }))}
      />
    </div>
  );
}
