import type { Html } from "@mailwright/html";
import { Badge } from "../../ui/badge.tsx";
import { Bulk } from "../../ui/bulk.tsx";
import { Button, LinkButton } from "../../ui/button.tsx";
import { PlainSelect } from "../../ui/choice.tsx";
import { ConfirmLink } from "../../ui/dialog.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { formatCount, formatPlural } from "../../ui/format.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { Pager } from "../../ui/pager.tsx";
import { SearchBox } from "../../ui/search-box.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import type { Tone } from "../../ui/tone.ts";
import { liftAddress } from "./lift-address.ts";
import type { SuppressionReason } from "./reasons.ts";
import type { Suppression, SuppressionList, SuppressionSearch } from "./suppressions.ts";
import { REASON_CHOICES, REASON_LABELS } from "./words.ts";

const REGION = "#suppressions";
const SELECTION = "suppression-selection";

const TONES: Readonly<Record<SuppressionReason, Tone>> = {
  manual: "neutral",
  unsubscribed: "info",
  bounced: "warning",
  complained: "danger",
};

export interface SuppressionListProps {
  csrf: string;
  now: number;
  suppressions: readonly Suppression[];
  total: SuppressionList["total"];
  /** How many there are, whatever is looked for. */
  all: number;
  search: SuppressionSearch;
  /** Of the page itself, to come back to. */
  address: string;
  next: string | undefined;
  previous: string | undefined;
  mayWrite: boolean;
}

export function SuppressionsPage(props: SuppressionListProps): Html {
  const { all, search, mayWrite } = props;
  return (
    <>
      <PageHeader
        title="Suppressions"
        lead="Addresses that are never mailed, whoever has them and whatever brings them in."
        actions={
          <>
            {all > 0 && (
              <LinkButton href="/suppressions/export" icon="download" download>
                Export
              </LinkButton>
            )}
            {mayWrite && (
              <>
                <LinkButton href="/suppressions/import" icon="upload">
                  Import
                </LinkButton>
                <LinkButton href="/suppressions/new" variant="primary" icon="plus">
                  Add addresses
                </LinkButton>
              </>
            )}
          </>
        }
      />
      <div class="stack">
        {(all > 0 || isFiltered(search)) && (
          <SearchBox
            action="/suppressions"
            label="Search by a part of an address or domain"
            placeholder="Search addresses"
            value={search.text}
            region={REGION}
          >
            <PlainSelect
              name="reason"
              label="Reason"
              value={search.reason}
              options={[{ value: "", label: "Every reason" }, ...REASON_CHOICES]}
            />
          </SearchBox>
        )}
        <Suppressions {...props} />
      </div>
    </>
  );
}

function Suppressions(props: SuppressionListProps): Html {
  const { suppressions, mayWrite } = props;
  return (
    <div class="stack" id="suppressions">
      {mayWrite && suppressions.length > 0 ? (
        <Bulk
          id={SELECTION}
          csrf={props.csrf}
          noun="addresses"
          actions={<BulkActions {...props} />}
        >
          <SuppressionTable {...props} />
        </Bulk>
      ) : (
        <SuppressionTable {...props} />
      )}
      {suppressions.length > 0 && (
        <Pager
          summary={summaryOf(props)}
          next={props.next}
          previous={props.previous}
          region={REGION}
        />
      )}
    </div>
  );
}

function BulkActions(props: SuppressionListProps): Html {
  return (
    <>
      <input type="hidden" name="return_to" value={props.address} />
      <Button size="sm" formaction="/suppressions/selection">
        Allow again
      </Button>
    </>
  );
}

function SuppressionTable(props: SuppressionListProps): Html {
  const { suppressions, now, mayWrite, address } = props;
  return (
    <Table
      caption="Suppressed addresses"
      rows={suppressions}
      {...(mayWrite && {
        selection: {
          form: SELECTION,
          name: "suppression_id",
          value: ({ id }: Suppression) => id,
          label: ({ canonical_email }: Suppression) => canonical_email,
        },
      })}
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
        ...(mayWrite
          ? [
              {
                label: "Actions",
                quiet: "words" as const,
                cell: ({ id }: Suppression) => (
                  <ConfirmLink
                    href={liftAddress({ ids: [id], back: address })}
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
  );
}

function summaryOf({ total, all, search }: SuppressionListProps): string {
  const { suppressions, more } = total;
  const found = formatPlural(suppressions, "address", "addresses");
  if (!isFiltered(search)) return `${found} suppressed`;
  return `${more ? `More than ${found}` : found} of ${formatCount(all)}`;
}

function NoSuppressions(props: SuppressionListProps): Html {
  if (isFiltered(props.search)) {
    return (
      <EmptyState
        icon="search"
        title="No such address"
        action={<LinkButton href="/suppressions">Show all</LinkButton>}
      >
        No suppressed address has that in it, or none for this reason.
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

function isFiltered({ text = "", reason }: SuppressionSearch): boolean {
  return text.trim() !== "" || reason !== undefined;
}
