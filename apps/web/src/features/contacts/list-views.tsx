import type { Html } from "@mailwright/html";
import { Badge } from "../../ui/badge.tsx";
import { Bulk } from "../../ui/bulk.tsx";
import { Button, LinkButton } from "../../ui/button.tsx";
import { PlainSelect } from "../../ui/choice.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { formatCount, formatPlural } from "../../ui/format.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { Pager } from "../../ui/pager.tsx";
import { following } from "../../ui/region.ts";
import { SearchBox } from "../../ui/search-box.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { REASON_LABELS } from "../suppressions/words.ts";
import type { Contact } from "./contacts.ts";
import type { ContactOrder } from "./listing.ts";
import { MORE_LISTS } from "./membership-views.tsx";
import { nameOf } from "./names.ts";

const REGION = "#contacts";
const SELECTION = "contact-selection";

/** What the address of the list says: who is sought and how they are sorted. */
export interface ListQuery {
  q: string;
  segment?: string;
  standing?: "mailable" | "suppressed";
  sort: ContactOrder["by"];
  direction: ContactOrder["direction"];
}

export interface ContactListProps {
  csrf: string;
  now: number;
  contacts: readonly Contact[];
  /** How many there are in all. */
  everybody: number;
  /** How many pass the filter, where that is known. */
  total: { contacts: number; more: boolean } | undefined;
  query: ListQuery;
  /** Segments to look through. */
  segments: readonly { id: string; name: string }[];
  /** Whether there are others. */
  moreSegments: boolean;
  /** Segments that contacts can be added to. */
  lists: readonly { id: string; name: string }[];
  /** Whether there are others. */
  moreLists: boolean;
  next: string | undefined;
  previous: string | undefined;
  mayWrite: boolean;
}

export function ContactsPage(props: ContactListProps): Html {
  const { query, everybody, mayWrite } = props;
  return (
    <>
      <PageHeader
        title="Contacts"
        lead={everybody === 0 ? "Everybody you can write to." : formatPlural(everybody, "contact")}
        actions={
          <>
            <span {...following(REGION, "export")}>
              {everybody > 0 && (
                <LinkButton href={listAddress(query, "/contacts/export")} icon="download" download>
                  {isFiltered(query) ? "Export these" : "Export"}
                </LinkButton>
              )}
            </span>
            {mayWrite && (
              <>
                <LinkButton href="/imports/new" icon="upload">
                  Import
                </LinkButton>
                <LinkButton href="/contacts/new" variant="primary" icon="plus">
                  Add contact
                </LinkButton>
              </>
            )}
          </>
        }
      />
      <div class="stack">
        {(everybody > 0 || isFiltered(query)) && <ContactSearch {...props} />}
        <ContactList {...props} />
      </div>
    </>
  );
}

function ContactSearch(props: ContactListProps): Html {
  const { query } = props;
  return (
    <SearchBox
      action="/contacts"
      label="Search by address, name or @domain"
      placeholder="Search contacts"
      value={query.q}
      region={REGION}
      keep={{ sort: query.sort, direction: query.direction }}
    >
      <PlainSelect
        name="segment"
        label="Segment"
        value={query.segment}
        options={[
          { value: "", label: "Every segment" },
          ...props.segments.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        more={props.moreSegments ? "There are more: find them under Segments." : undefined}
      />
      <PlainSelect
        name="standing"
        label="Mailing"
        value={query.standing}
        options={[
          { value: "", label: "Any mailing status" },
          { value: "mailable", label: "Can be mailed" },
          { value: "suppressed", label: "Suppressed" },
        ]}
      />
    </SearchBox>
  );
}

function ContactList(props: ContactListProps): Html {
  return (
    <div class="stack" id="contacts">
      {props.mayWrite && props.contacts.length > 0 ? (
        <Bulk id={SELECTION} csrf={props.csrf} noun="contacts" actions={<BulkActions {...props} />}>
          <ContactTable {...props} selectable />
        </Bulk>
      ) : (
        <ContactTable {...props} selectable={false} />
      )}
      {props.contacts.length > 0 && (
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

function ContactTable(props: ContactListProps & { selectable: boolean }): Html {
  const { query } = props;
  return (
    <Table
      caption="Contacts"
      rows={props.contacts}
      href={({ id }) => `/contacts/${id}`}
      region={REGION}
      sorting={{
        by: query.sort,
        direction: query.direction,
        href: (by, direction) =>
          listAddress({ ...query, sort: by as ListQuery["sort"], direction }),
      }}
      {...(props.selectable && {
        selection: {
          form: SELECTION,
          name: "contact_id",
          value: ({ id }: Contact) => id,
          label: ({ email }: Contact) => email,
        },
      })}
      empty={<NoContacts {...props} />}
      columns={[
        { label: "Email", sort: "address", primary: true, cell: ({ email }) => email },
        {
          label: "Name",
          sort: "name",
          cell: (contact) => nameOf(contact) || <span class="muted">–</span>,
        },
        {
          label: "Mailing",
          cell: ({ suppressed }) =>
            suppressed === null ? (
              <span class="muted">Can be mailed</span>
            ) : (
              <Badge tone="skipped" icon="ban">
                {REASON_LABELS[suppressed]}
              </Badge>
            ),
        },
        {
          label: "Added",
          sort: "added",
          align: "end",
          wide: true,
          cell: ({ created_at }) => <Time at={created_at} now={props.now} />,
        },
      ]}
    />
  );
}

function BulkActions(props: Pick<ContactListProps, "query" | "lists" | "moreLists">): Html {
  return (
    <>
      <input type="hidden" name="return_to" value={listAddress(props.query)} />
      {props.lists.length > 0 && (
        <>
          <PlainSelect
            name="segment_id"
            label="Segment"
            placeholder="Choose a segment"
            options={props.lists.map(({ id, name }) => ({ value: id, label: name }))}
            required
          />
          <Button size="sm" formaction="/contacts/memberships">
            Add to segment
          </Button>
          <Button size="sm" formaction="/contacts/memberships/remove">
            Remove from segment
          </Button>
          {props.moreLists && <span class="muted small">{MORE_LISTS}</span>}
        </>
      )}
      <Button
        size="sm"
        variant="danger"
        icon="trash-2"
        formaction="/contacts/selection"
        formnovalidate
      >
        Delete
      </Button>
    </>
  );
}

function NoContacts(props: ContactListProps): Html {
  if (isFiltered(props.query)) {
    return (
      <EmptyState
        icon="search"
        title="Nobody was found"
        action={<LinkButton href="/contacts">Show everybody</LinkButton>}
      >
        The search looks at the beginning of addresses, names and last names, and at whole or begun
        domains like @example.com.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon="users"
      title="No contacts yet"
      action={
        props.mayWrite && (
          <>
            <LinkButton href="/imports/new" variant="primary" icon="upload">
              Import a file
            </LinkButton>
            <LinkButton href="/contacts/new" icon="plus">
              Add one by hand
            </LinkButton>
          </>
        )
      }
    >
      Bring them from a CSV file, or add the first one by hand.
    </EmptyState>
  );
}

function summaryOf({ contacts, total, everybody, query }: ContactListProps): string {
  if (!isFiltered(query)) return formatPlural(everybody, "contact");
  if (total === undefined) return `${formatPlural(contacts.length, "contact")} on this page`;
  return total.more
    ? `More than ${formatCount(total.contacts - 1)} contacts`
    : formatPlural(total.contacts, "contact");
}

function isFiltered({ q, segment, standing }: ListQuery): boolean {
  return q.trim() !== "" || segment !== undefined || standing !== undefined;
}

/** The address of a list, or of what is made of it. */
export function listAddress(query: ListQuery, path = "/contacts"): string {
  const { q, segment, standing, sort, direction } = query;
  const said = new URLSearchParams({
    ...(q !== "" && { q }),
    ...(segment !== undefined && { segment }),
    ...(standing !== undefined && { standing }),
    sort,
    direction,
  });
  return `${path}?${said}`;
}
