import type { Html } from "@mailwright/html";
import { Bulk } from "../../ui/bulk.tsx";
import { Button, LinkButton } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { formatPlural } from "../../ui/format.ts";
import { Pager } from "../../ui/pager.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { nameOf } from "../contacts/names.ts";
import type { Member, MemberList as MemberPage } from "./members.ts";
import type { SegmentRow } from "./segments.ts";

export interface MemberListProps {
  segment: SegmentRow;
  list: MemberPage | "too long";
  search: string;
  next?: string | undefined;
  previous?: string | undefined;
  csrf: string;
  now: number;
  writable: boolean;
}

/** The contacts of a segment; those of a static one can be selected and removed. */
export function MemberList(props: MemberListProps): Html {
  const { segment, list, csrf } = props;
  const removable = props.writable && segment.rule === null;
  if (list === "too long") {
    return (
      <div id="members">
        <EmptyState icon="hourglass" title="Listing them takes too long">
          The rule finds so few of so many contacts that the search was given up after ten seconds.
        </EmptyState>
      </div>
    );
  }
  const members = list.items;
  return (
    <div class="stack" id="members">
      {removable ? (
        <Bulk
          id="bulk-members"
          csrf={csrf}
          noun="contacts"
          actions={
            <Button formaction={`/segments/${segment.id}/members/remove`} icon="minus">
              Remove from the segment
            </Button>
          }
        >
          <Members {...props} members={members} selectable />
        </Bulk>
      ) : (
        <Members {...props} members={members} selectable={false} />
      )}
      {members.length > 0 && (
        <Pager
          summary={summaryOf(list)}
          next={props.next}
          previous={props.previous}
          region="#members"
        />
      )}
    </div>
  );
}

function Members(
  props: MemberListProps & { members: readonly Member[]; selectable: boolean },
): Html {
  const { segment, members, now } = props;
  return (
    <Table
      caption="Contacts in the segment"
      rows={members}
      href={({ id }) => `/contacts/${id}`}
      selection={
        props.selectable
          ? {
              form: "bulk-members",
              name: "contact_id",
              value: ({ id }) => id,
              label: ({ email }) => email,
            }
          : undefined
      }
      columns={[
        { label: "Email", primary: true, cell: ({ email }) => email },
        { label: "Name", cell: nameOf },
        {
          label: segment.rule === null ? "In the segment since" : "Contact since",
          align: "end",
          wide: true,
          cell: ({ added_at, created_at }) => <Time at={added_at ?? created_at} now={now} />,
        },
      ]}
      empty={<NoMembers {...props} />}
    />
  );
}

function NoMembers(props: MemberListProps): Html {
  const { segment, search, writable } = props;
  if (search !== "") {
    return (
      <EmptyState icon="search" title="Nobody found in this segment">
        The search goes by the beginning of an address, a name or a last name.
      </EmptyState>
    );
  }
  if (segment.rule !== null) {
    return (
      <EmptyState icon="users" title="The rule finds nobody now">
        Whoever it comes to hold for is in the segment from then on.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon="users"
      title="Nobody in it yet"
      action={
        writable && (
          <LinkButton href={`/segments/${segment.id}/add`} icon="user-plus">
            Add contacts
          </LinkButton>
        )
      }
    >
      Add contacts by their addresses or by searching. An import can add its rows, too.
    </EmptyState>
  );
}

/** How many there are, where that is known without counting them. */
function summaryOf({ items, total }: MemberPage): string {
  if (total === undefined) return `${formatPlural(items.length, "contact")} here`;
  return total.more
    ? `More than ${formatPlural(total.contacts, "contact")}`
    : formatPlural(total.contacts, "contact");
}
