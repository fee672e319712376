import type { Html } from "@mailwright/html";
import { Badge } from "../../ui/badge.tsx";
import { Callout } from "../../ui/banner.tsx";
import { Bulk } from "../../ui/bulk.tsx";
import { Button, LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { CheckboxField } from "../../ui/choice.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { field, Form, FormActions, type FormState } from "../../ui/form.tsx";
import { formatPlural } from "../../ui/format.ts";
import { TextAreaField } from "../../ui/input.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { SearchBox } from "../../ui/search-box.tsx";
import { Table } from "../../ui/table.tsx";
import { nameOf } from "../contacts/names.ts";
import type { Member, PastedOutcome } from "./members.ts";
import type { SegmentRow } from "./segments.ts";

export interface AddMembersProps {
  segment: SegmentRow;
  csrf: string;
  form: FormState;
  /** What became of the addresses that were just pasted. */
  outcome?: PastedOutcome | undefined;
  search: string;
  candidates: readonly Member[];
}

export function AddMembersPage(props: AddMembersProps): Html {
  const { segment, csrf, form, outcome } = props;
  const path = `/segments/${segment.id}`;
  return (
    <>
      <PageHeader
        title="Add contacts"
        crumbs={[
          { href: "/segments", label: "Segments" },
          { href: path, label: segment.name },
        ]}
        lead={`To “${segment.name}”, which has ${formatPlural(segment.size, "contact")}.`}
      />
      {outcome && <Outcome outcome={outcome} path={path} />}
      <Card title="Search" lead="Contacts whose address or name begins with what you type.">
        <div class="stack">
          <SearchBox
            action={`${path}/add`}
            label="Search contacts"
            value={props.search}
            region="#candidates"
          />
          <Candidates {...props} />
        </div>
      </Card>
      <Card title="Paste addresses">
        <Form action={`${path}/members`} csrf={csrf} label="Paste addresses" errors={form.errors}>
          <TextAreaField
            {...field(form, "addresses")}
            label="Addresses"
            hint="One a line, or with commas or semicolons between. “Anna <anna@example.com>” will do, too."
            rows={6}
          />
          <CheckboxField
            name="make"
            label="Make contacts of addresses that are new"
            hint="Without it they are not added, and you are told which they are."
            checked={form.values?.["make"] !== undefined}
          />
          <FormActions submit="Add them" cancel={path} />
        </Form>
      </Card>
    </>
  );
}

/** Whom the search found, to be picked; nothing is shown before something is sought. */
function Candidates(props: AddMembersProps): Html {
  const { segment, csrf, search, candidates } = props;
  if (search === "") return <div id="candidates" />;
  return (
    <div class="stack" id="candidates">
      <Bulk
        id="bulk-candidates"
        csrf={csrf}
        noun="contacts"
        actions={
          <Button
            formaction={`/segments/${segment.id}/members/selected`}
            variant="primary"
            icon="user-plus"
          >
            Add to the segment
          </Button>
        }
      >
        <Table
          caption="Contacts found"
          rows={candidates}
          selection={{
            form: "bulk-candidates",
            name: "contact_id",
            value: ({ id }) => id,
            label: ({ email }) => email,
          }}
          columns={[
            { label: "Email", primary: true, cell: ({ email }) => email },
            { label: "Name", cell: nameOf },
            {
              label: "In the segment",
              align: "end",
              cell: ({ added_at }) => added_at && <Badge tone="success">In the segment</Badge>,
            },
          ]}
          empty={
            <EmptyState icon="search" title="No contact found">
              The search goes by the beginning of an address, a name or a last name.
            </EmptyState>
          }
        />
      </Bulk>
    </div>
  );
}

/** How many were added, and every address that was not, so that nothing that was pasted is lost without a word. */
function Outcome(props: { outcome: PastedOutcome; path: string }): Html {
  const { added, made, already, unknown, faults } = props.outcome;
  const all = unknown.length === 0 && faults.length === 0;
  return (
    <Callout
      tone={all ? "success" : "warning"}
      title={
        added === 0
          ? "Nobody was added"
          : `${formatPlural(added, "contact was", "contacts were")} added`
      }
      action={
        <LinkButton href={props.path} size="sm">
          To the segment
        </LinkButton>
      }
    >
      {made > 0 && <p>{`${formatPlural(made, "of them is", "of them are")} new.`}</p>}
      {already > 0 && (
        <p>{`${formatPlural(already, "of them was", "of them were")} in the segment already.`}</p>
      )}
      {unknown.length > 0 && (
        <p>
          {`${formatPlural(unknown.length, "address belongs", "addresses belong")} to no contact and ${unknown.length === 1 ? "stands" : "stand"} below still. `}
          Check the box to make contacts of them, or bring them in by an{" "}
          <a href="/imports">import</a>.
        </p>
      )}
      {faults.length > 0 && (
        <ul>
          {faults.slice(0, MOST_FAULTS).map(({ text, message }) => (
            <li>
              <code>{shortened(text)}</code> {message}
            </li>
          ))}
          {faults.length > MOST_FAULTS && (
            <li>{`and ${formatPlural(faults.length - MOST_FAULTS, "more", "more")}`}</li>
          )}
        </ul>
      )}
    </Callout>
  );
}

const MOST_FAULTS = 20;

function shortened(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79).toWellFormed()}…`;
}
