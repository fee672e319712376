import type { Html } from "@mailwright/html";
import { Badge } from "../../ui/badge.tsx";
import { Buttons, LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Confirm, ConfirmLink } from "../../ui/dialog.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { formatPlural } from "../../ui/format.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { Pager } from "../../ui/pager.tsx";
import { SearchBox } from "../../ui/search-box.tsx";
import { type Sorting, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import type { DeletionPreview } from "./deletion.ts";
import { MemberList, type MemberListProps } from "./member-views.tsx";
import type { RuleInWords } from "./rule-words.ts";
import { RuleText } from "./rule-count-views.tsx";
import type { SegmentRow } from "./segments.ts";
import type { Size } from "./size.ts";
import { ListedSize, SizeLine } from "./size-views.tsx";

export const SEGMENTS = { href: "/segments", label: "Segments" };
const LIST_ID = "segments";

export interface SegmentListProps {
  segments: readonly SegmentRow[];
  /** How many are found in all. */
  total: number;
  search: string;
  sorting: Sorting;
  next?: string | undefined;
  previous?: string | undefined;
  now: number;
  writable: boolean;
}

export function SegmentsPage(props: SegmentListProps): Html {
  const { search, sorting, total, writable } = props;
  return (
    <>
      <PageHeader
        title="Segments"
        lead="Who a campaign goes to: contacts you list, or contacts that a rule finds."
        actions={
          writable &&
          (total > 0 || search !== "") && (
            <LinkButton href="/segments/new" variant="primary" icon="plus">
              New segment
            </LinkButton>
          )
        }
      />
      {(total > 0 || search !== "") && (
        <SearchBox
          action="/segments"
          label="Search segments"
          value={search}
          region={`#${LIST_ID}`}
          keep={{ sort: sorting.by, direction: sorting.direction }}
        />
      )}
      <SegmentList {...props} />
    </>
  );
}

function SegmentList(props: SegmentListProps): Html {
  const { segments, sorting, total, now } = props;
  return (
    <div class="stack" id={LIST_ID}>
      <Table
        caption="Segments"
        rows={segments}
        href={({ id }) => `/segments/${id}`}
        region={`#${LIST_ID}`}
        sorting={sorting}
        columns={[
          { label: "Name", sort: "name", primary: true, cell: ({ name }) => name },
          { label: "Kind", cell: ({ rule }) => <KindBadge dynamic={rule !== null} /> },
          {
            label: "Contacts",
            sort: "size",
            align: "end",
            cell: (segment) => <ListedSize segment={segment} />,
          },
          {
            label: "Made",
            sort: "newest",
            align: "end",
            wide: true,
            cell: ({ created_at }) => <Time at={created_at} now={now} />,
          },
        ]}
        empty={<NoSegments {...props} />}
      />
      {segments.length > 0 && (
        <Pager
          summary={formatPlural(total, "segment")}
          next={props.next}
          previous={props.previous}
          region={`#${LIST_ID}`}
        />
      )}
    </div>
  );
}

function NoSegments(props: SegmentListProps): Html {
  if (props.search !== "") {
    return (
      <EmptyState icon="search" title="No segment of that name">
        Look for another part of the name.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon="layers"
      title="No segments yet"
      action={
        props.writable && (
          <LinkButton href="/segments/new" variant="primary" icon="plus">
            New segment
          </LinkButton>
        )
      }
    >
      A campaign goes to one segment or several. List the contacts of one yourself, or describe them
      by a rule.
    </EmptyState>
  );
}

export function KindBadge(props: { dynamic: boolean }): Html {
  return props.dynamic ? (
    <Badge tone="accent" icon="sparkles">
      Dynamic
    </Badge>
  ) : (
    <Badge icon="layers">Static</Badge>
  );
}

export interface SegmentPageProps {
  segment: SegmentRow;
  /** Of a dynamic segment: its rule, and its size if it was asked for. */
  rule: { heading: string; lines: RuleInWords[] } | undefined;
  size: Size | undefined;
  /** How many contacts have opted out of it. */
  optOuts: number;
  members: Omit<MemberListProps, "segment" | "writable">;
  now: number;
  writable: boolean;
}

export function SegmentPage(props: SegmentPageProps): Html {
  const { segment, rule, optOuts, writable } = props;
  const path = `/segments/${segment.id}`;
  return (
    <>
      <PageHeader
        title={segment.name}
        crumbs={[SEGMENTS]}
        badge={<KindBadge dynamic={rule !== undefined} />}
        lead={<SizeLine {...props} dynamic={rule !== undefined} />}
        actions={
          writable && (
            <>
              <ConfirmLink href={`${path}/delete`} icon="trash-2">
                Delete
              </ConfirmLink>
              <LinkButton href={`${path}/edit`} icon="pencil">
                {rule === undefined ? "Rename" : "Edit"}
              </LinkButton>
              {rule === undefined && (
                <LinkButton href={`${path}/add`} variant="primary" icon="user-plus">
                  Add contacts
                </LinkButton>
              )}
            </>
          )
        }
      />
      {rule !== undefined && (
        <Card title="Rule" lead="Whoever it finds is in the segment, at every moment anew.">
          <RuleText rule={rule} />
          {optOuts > 0 && (
            <p class="muted small" id="opt-outs">
              {`Not in it, whatever the rule finds: ${formatPlural(optOuts, "contact")} who opted out of it by the link of an email.`}
            </p>
          )}
        </Card>
      )}
      <SearchBox
        action={path}
        label="Search by address or name"
        placeholder="Search contacts"
        value={props.members.search}
        region="#members"
      />
      <MemberList {...props.members} segment={segment} writable={writable} />
    </>
  );
}

export function DeleteConfirm(props: { csrf: string; deletion: DeletionPreview }): Html {
  const { segment, optOuts, drafts } = props.deletion;
  const path = `/segments/${segment.id}`;
  return (
    <Confirm
      title={`Delete the segment “${segment.name}”?`}
      action={`${path}/delete`}
      csrf={props.csrf}
      cancel={path}
      confirm="Delete segment"
      danger
      consequences={[
        segment.rule === null
          ? `The list of its ${formatPlural(segment.size, "contact")}`
          : "Its rule",
        ...(optOuts > 0
          ? [
              `That ${formatPlural(optOuts, "contact")} opted out of it: the same rule in a new one finds them`,
            ]
          : []),
        ...drafts.map(({ name }) => `Its place in the draft “${name}”`),
      ]}
    >
      The contacts stay. Campaigns that were sent to it keep their record.
    </Confirm>
  );
}

/** In the place of the question, when it cannot be deleted. It opens as a dialog like the question itself. */
export function CannotDelete(props: { segment: SegmentRow; why: string }): Html {
  const { segment } = props;
  return (
    <section class="confirm" id="confirm">
      <div class="confirm-text">
        <h1 id="confirm-title">{`“${segment.name}” cannot be deleted now`}</h1>
        <p>{props.why}</p>
      </div>
      <Buttons align="end">
        <LinkButton href={`/segments/${segment.id}`} data-closes-dialog>
          Back
        </LinkButton>
      </Buttons>
    </section>
  );
}
