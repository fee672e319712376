import type { Html } from "@mailwright/html";
import { Badge } from "../../ui/badge.tsx";
import { Callout } from "../../ui/banner.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Confirm, ConfirmLink } from "../../ui/dialog.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { field, Form, FormActions, type FormState } from "../../ui/form.tsx";
import { formatCount, formatPlural } from "../../ui/format.ts";
import { TextAreaField } from "../../ui/input.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Pager } from "../../ui/pager.tsx";
import { SearchBox } from "../../ui/search-box.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import type { Tone } from "../../ui/tone.ts";
import type { Suppression, SuppressionReason } from "./suppressions.ts";
import { isOwnWord, REASON_LABELS, REASON_MEANINGS } from "./words.ts";

const LIST = { href: "/suppressions", label: "Suppressions" };
const REGION = "#suppressions";

const TONES: Readonly<Record<SuppressionReason, Tone>> = {
  manual: "neutral",
  unsubscribed: "info",
  bounced: "warning",
  complained: "danger",
};

export interface SuppressionListProps {
  now: number;
  suppressions: readonly Suppression[];
  total: number;
  search: string;
  next: string | undefined;
  previous: string | undefined;
  mayWrite: boolean;
}

export function SuppressionsPage(props: SuppressionListProps): Html {
  const { total, search, mayWrite } = props;
  return (
    <>
      <PageHeader
        title="Suppressions"
        lead="Addresses that are never mailed, whoever has them and whatever brings them in."
        actions={
          <>
            {total > 0 && (
              <LinkButton href="/suppressions/export" icon="download">
                Download as CSV
              </LinkButton>
            )}
            {mayWrite && (
              <LinkButton href="/suppressions/new" variant="primary" icon="plus">
                Add addresses
              </LinkButton>
            )}
          </>
        }
      />
      <div class="stack">
        {(total > 0 || search !== "") && (
          <SearchBox
            action="/suppressions"
            label="Search by the beginning of an address"
            value={search}
            region={REGION}
          />
        )}
        <SuppressionList {...props} />
      </div>
    </>
  );
}

function SuppressionList(props: SuppressionListProps): Html {
  const { suppressions, now, search, total } = props;
  return (
    <div class="stack" id="suppressions">
      <Table
        caption="Suppressed addresses"
        rows={suppressions}
        empty={<NoSuppressions {...props} />}
        columns={[
          {
            label: "Address",
            primary: true,
            cell: ({ canonical_email, contact_id }) =>
              contact_id === null ? (
                canonical_email
              ) : (
                <a href={`/contacts/${contact_id}`}>{canonical_email}</a>
              ),
          },
          {
            label: "Reason",
            cell: ({ reason }) => <Badge tone={TONES[reason]}>{REASON_LABELS[reason]}</Badge>,
          },
          { label: "Origin", cell: ({ origin }) => origin },
          {
            label: "Since",
            align: "end",
            cell: ({ created_at }) => <Time at={created_at} now={now} />,
          },
          ...(props.mayWrite
            ? [
                {
                  label: "Actions",
                  quiet: true,
                  cell: ({ canonical_email }: Suppression) => (
                    <ConfirmLink
                      href={`/suppressions/lift?${new URLSearchParams({ email: canonical_email })}`}
                      size="sm"
                      variant="ghost"
                    >
                      Allow again
                    </ConfirmLink>
                  ),
                },
              ]
            : []),
        ]}
      />
      {suppressions.length > 0 && (
        <Pager
          summary={
            search === ""
              ? formatPlural(total, "suppressed address", "suppressed addresses")
              : `Found among ${formatPlural(total, "suppressed address", "suppressed addresses")}`
          }
          next={props.next}
          previous={props.previous}
          region={REGION}
        />
      )}
    </div>
  );
}

function NoSuppressions(props: SuppressionListProps): Html {
  if (props.search !== "") {
    return (
      <EmptyState
        icon="search"
        title="No such address"
        action={<LinkButton href="/suppressions">Show all</LinkButton>}
      >
        No suppressed address begins with that, so it can be mailed.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon="ban"
      title="Everybody can be mailed"
      action={
        props.mayWrite && (
          <LinkButton href="/suppressions/new" variant="primary" icon="plus">
            Add addresses
          </LinkButton>
        )
      }
    >
      Addresses that must not be mailed stand here, each with the reason: people who unsubscribed or
      complained, mailboxes that bounce, and any you add by hand.
    </EmptyState>
  );
}

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
        crumbs={[LIST]}
        lead="They are not mailed from now on, in campaigns that are being sent too."
      />
      {props.faults.length > 0 && <FaultList faults={props.faults} />}
      <Card>
        <Form
          action="/suppressions"
          csrf={props.csrf}
          label="Addresses"
          guard
          {...(props.faults.length === 0 && props.form.errors && { errors: props.form.errors })}
        >
          <TextAreaField
            {...field(props.form, "addresses")}
            label="Addresses"
            hint="One a line, or with commas between; a name around an address does no harm. Or a CSV whose first line names the columns email, reason and origin, as a download has them."
            rows={8}
            autofocus
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

export function LiftSuppressionConfirm(props: { csrf: string; suppression: Suppression }): Html {
  const { canonical_email, reason, origin } = props.suppression;
  return (
    <Confirm
      title={`Mail ${canonical_email} again?`}
      action={`/suppressions/lift?${new URLSearchParams({ email: canonical_email })}`}
      csrf={props.csrf}
      cancel="/suppressions"
      confirm="Allow again"
      danger={isOwnWord(reason)}
    >
      {`${REASON_MEANINGS[reason]} Origin: ${origin}. `}
      {isOwnWord(reason)
        ? "Allow it only if they have asked to hear from you again; the law of many countries wants proof of that."
        : "Campaigns that are launched from now on go to this address again."}
    </Confirm>
  );
}
