import type { Html } from "@mailwright/html";
import { CAMPAIGN_STATES } from "../../campaign-words.ts";
import { CampaignBadge } from "../../ui/badge.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { PlainSelect } from "../../ui/choice.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { formatCount, formatPercent, formatPlural } from "../../ui/format.ts";
import { Live } from "../../ui/live.tsx";
import { MenuButton, MenuLink, MenuSeparator, MenuWithButton } from "../../ui/menu.tsx";
import { dialogLink } from "../../ui/dialog.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Pager } from "../../ui/pager.tsx";
import { emailParts, SegmentedProgress } from "../../ui/progress.tsx";
import { SearchBox } from "../../ui/search-box.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { CAMPAIGN_LOOKS } from "../../ui/tone.ts";
import type { Campaign } from "./campaigns.ts";
import { isMoving, mayDelete, settledOf } from "./standing.ts";
import type { ListedState } from "./list.ts";

/** What the address of the list says: what is sought and how it is sorted. */
export interface ListQuery {
  q: string;
  state?: ListedState;
  sort: "created" | "name" | "audience";
  direction: "ascending" | "descending";
}

export interface CampaignListProps {
  csrf: string;
  now: number;
  campaigns: readonly Campaign[];
  /** How many pass the filter, over all pages. */
  total: number;
  query: ListQuery;
  next: string | undefined;
  previous: string | undefined;
  mayWrite: boolean;
}

export function CampaignsPage(props: CampaignListProps): Html {
  const { query, mayWrite, total } = props;
  const isUsed = total > 0 || query.q !== "" || query.state !== undefined;
  return (
    <>
      <PageHeader
        title="Campaigns"
        lead="Every campaign, and what became of each of its emails."
        actions={
          mayWrite &&
          isUsed && (
            <LinkButton href="/campaigns/new" variant="primary" icon="plus">
              New campaign
            </LinkButton>
          )
        }
      />
      <div class="stack">
        {isUsed && (
          <SearchBox
            action="/campaigns"
            label="Search campaigns"
            value={query.q}
            region="#campaigns"
            keep={{ sort: query.sort, direction: query.direction }}
          >
            <PlainSelect
              name="state"
              label="State"
              value={query.state}
              options={[{ value: "", label: "Every state" }, ...STATES]}
            />
          </SearchBox>
        )}
        <CampaignList {...props} />
      </div>
    </>
  );
}

const STATES = [
  { value: "moving", label: "Under way" },
  ...CAMPAIGN_STATES.map((state) => ({ value: state, label: CAMPAIGN_LOOKS[state].label })),
];

function CampaignList(props: CampaignListProps): Html {
  const { campaigns, query, total } = props;
  return (
    <div class="stack" id="campaigns">
      <Table
        caption="Campaigns"
        rows={campaigns}
        href={({ id }) => `/campaigns/${id}`}
        region="#campaigns"
        sorting={{
          by: query.sort,
          direction: query.direction,
          href: (sort, direction) => listAddress({ ...query, sort, direction }),
        }}
        empty={<NoCampaigns {...props} />}
        columns={[
          {
            label: "Campaign",
            sort: "name",
            primary: true,
            cell: ({ name, template }) => (
              <span class="two-lines">
                <span>{name}</span> {template && <span class="muted small">{template.name}</span>}
              </span>
            ),
          },
          {
            label: "State",
            cell: (campaign) => (
              <div id={cellId(campaign, "state")}>
                <CampaignBadge state={campaign.state} />
              </div>
            ),
          },
          {
            label: "Progress",
            cell: (campaign) => (
              <div id={cellId(campaign, "progress")}>
                <RowProgress campaign={campaign} />
              </div>
            ),
          },
          {
            label: "Audience",
            sort: "audience",
            align: "end",
            cell: ({ audience, state }) =>
              state === "draft" || state === "launching" ? (
                <span class="muted">–</span>
              ) : (
                formatCount(audience)
              ),
          },
          {
            label: "Made",
            sort: "created",
            align: "end",
            wide: true,
            cell: ({ created_at }) => <Time at={created_at} now={props.now} />,
          },
          {
            label: "Actions",
            quiet: true,
            cell: (campaign) => <RowActions {...props} campaign={campaign} />,
          },
        ]}
      />
      {campaigns.length > 0 && (
        <Pager
          summary={formatPlural(total, "campaign")}
          next={props.next}
          previous={props.previous}
          region="#campaigns"
        />
      )}
      <LiveRows campaigns={campaigns} />
    </div>
  );
}

/** Where the news about the rows arrive: each message names the cells that it is for. */
function LiveRows(props: { campaigns: readonly Campaign[] }): Html | null {
  const moving = props.campaigns.filter(({ state }) => isMoving(state));
  if (moving.length === 0) return null;
  const query = moving.map(({ id }) => `id=${id}`).join("&");
  return (
    <Live
      id="campaigns-live"
      stream={`/campaigns/live?${query}`}
      poll={`/campaigns/progress?${query}`}
    >
      {null}
    </Live>
  );
}

/** What a campaign's row shows of how it stands, addressed to the cells of that row. */
function RowUpdate(props: { campaign: Campaign }): Html {
  const { campaign } = props;
  return (
    <>
      <hx-partial hx-target={`#${cellId(campaign, "state")}`} hx-swap="innerHTML">
        <CampaignBadge state={campaign.state} />
      </hx-partial>
      <hx-partial hx-target={`#${cellId(campaign, "progress")}`} hx-swap="innerHTML">
        <RowProgress campaign={campaign} />
      </hx-partial>
    </>
  );
}

/** The same of several. */
export function RowUpdates(props: { campaigns: readonly Campaign[] }): Html {
  return (
    <>
      {props.campaigns.map((campaign) => (
        <RowUpdate campaign={campaign} />
      ))}
    </>
  );
}

function RowProgress(props: { campaign: Campaign }): Html {
  const { name, state, audience, counts } = props.campaign;
  if (state === "draft") return <span class="muted">Not launched</span>;
  if (state === "launching") return <span class="muted">Freezing the audience…</span>;
  return (
    <div class="row-progress">
      <SegmentedProgress
        label={`Emails of ${name}`}
        parts={emailParts(counts)}
        total={audience}
        bare
      />
      <span class="muted small" data-numeric>
        {isMoving(state)
          ? `${formatPercent(settledOf(counts), audience)} done`
          : `${formatCount(counts.sent)} sent`}
        {counts.failed > 0 && `, ${formatCount(counts.failed)} failed`}
        {counts.uncertain > 0 && `, ${formatCount(counts.uncertain)} uncertain`}
      </span>
    </div>
  );
}

function RowActions(props: CampaignListProps & { campaign: Campaign }): Html | null {
  const { campaign, csrf, mayWrite } = props;
  const { id, name, state } = campaign;
  if (!mayWrite) return null;
  return (
    <MenuWithButton id={`actions-${id}`} label={`Actions for ${name}`}>
      {state === "draft" && (
        <MenuLink href={`/campaigns/${id}/edit`} icon="pencil">
          Edit
        </MenuLink>
      )}
      <MenuButton action={`/campaigns/${id}/duplicate`} csrf={csrf} icon="copy">
        Duplicate
      </MenuButton>
      {mayDelete(state) && (
        <>
          <MenuSeparator />
          <MenuLink {...dialogLink(`/campaigns/${id}/delete`)} icon="trash-2" danger>
            Delete
          </MenuLink>
        </>
      )}
    </MenuWithButton>
  );
}

function NoCampaigns(props: CampaignListProps): Html {
  const { query, mayWrite } = props;
  return query.q === "" && query.state === undefined ? (
    <EmptyState
      icon="send"
      title="No campaigns yet"
      action={
        mayWrite && (
          <LinkButton href="/campaigns/new" variant="primary" icon="plus">
            New campaign
          </LinkButton>
        )
      }
    >
      A campaign sends a template to segments of your contacts, and keeps account of every email.
    </EmptyState>
  ) : (
    <EmptyState
      icon="search"
      title="No campaign fits"
      action={<LinkButton href="/campaigns">Show all campaigns</LinkButton>}
    >
      Look for a part of its name, in every state.
    </EmptyState>
  );
}

function listAddress(query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  return `/campaigns?${new URLSearchParams(given as [string, string][])}`;
}

function cellId({ id }: Campaign, cell: "state" | "progress"): string {
  return `${cell}-${id}`;
}
