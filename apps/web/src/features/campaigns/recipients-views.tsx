import type { Html } from "@mailwright/html";
import { Bulk } from "../../ui/bulk.tsx";
import { Button, LinkButton } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { formatCount, formatPlural } from "../../ui/format.ts";
import { Pager } from "../../ui/pager.tsx";
import { following } from "../../ui/region.ts";
import { SearchBox } from "../../ui/search-box.tsx";
import { Table } from "../../ui/table.tsx";
import { Segments } from "../../ui/tabs.tsx";
import { EMAIL_LOOKS, EMAIL_STATES_AS_SHOWN, type EmailState } from "../../ui/tone.ts";
import type { Email, EmailFilter, Recipient } from "../emails/emails.ts";
import type { Whereabouts } from "../emails/explanation.ts";
import type { EmailFact } from "../emails/facts.ts";
import { FACT_LOOKS } from "../emails/fact-words.ts";
import { reasonOf } from "../emails/reasons.ts";
import { CampaignPage, type CampaignProps } from "./detail-views.tsx";
import { recipientColumns } from "./recipient-columns-views.tsx";
import { RequeueLink } from "./requeue-link-views.tsx";
import { mayRequeue } from "./standing.ts";

const REGION = "#recipients";

export interface RecipientsProps extends CampaignProps {
  emails: readonly Email[];
  /** The contacts that are still there, by id. */
  contacts: ReadonlyMap<string, Recipient>;
  filter: EmailFilter;
  /** When the filter goes by a kind of fact, that of each email by its id. */
  facts: ReadonlyMap<string, EmailFact>;
  /** What became of the very address that was sought, when no email in sight has it. */
  whereabouts: Whereabouts | undefined;
  next: string | undefined;
  previous: string | undefined;
}

export function RecipientsPage(props: RecipientsProps): Html {
  const { campaign, filter } = props;
  const base = `/campaigns/${campaign.id}/recipients`;
  return (
    <CampaignPage {...props} part="recipients">
      <div class="stack">
        <div class="row" data-justify="between">
          <SearchBox
            action={base}
            label="Address begins with"
            value={filter.address}
            region={REGION}
            keep={{ state: filter.state, reason: filter.reason }}
          />
          <RequeueAll {...props} />
        </div>
        <RecipientList {...props} />
      </div>
    </CampaignPage>
  );
}

/** What can be done about all of the state in sight; beside a part of it, a button for all would be taken for that part's. */
function RequeueAll(props: RecipientsProps): Html {
  const { campaign, filter, may } = props;
  const { counts, id, state } = campaign;
  const again = (each: "failed" | "uncertain") =>
    may.send &&
    mayRequeue(state) &&
    counts[each] > 0 &&
    filter.fact === undefined &&
    filter.reason === undefined &&
    (filter.state === undefined || filter.state === each);
  return (
    <div class="buttons" {...following(REGION, "actions")}>
      {(["uncertain", "failed"] as const).map(
        (each) =>
          again(each) && (
            <RequeueLink campaign={id} state={each} count={formatCount(counts[each])} />
          ),
      )}
      <LinkButton href={exportAddress(id, filter)} icon="download" download>
        Export
      </LinkButton>
    </div>
  );
}

function RecipientList(props: RecipientsProps): Html {
  const { campaign, emails, filter, csrf } = props;
  return (
    <div class="stack" id="recipients">
      <StateTabs {...props} />
      {filter.reason !== undefined && <ReasonNote {...props} />}
      {filter.fact !== undefined && <FactNote {...props} />}
      {props.may.send && mayRequeue(campaign.state) ? (
        <Bulk id="bulk-emails" csrf={csrf} noun="emails" actions={<BulkActions {...props} />}>
          <RecipientTable {...props} selectable />
        </Bulk>
      ) : (
        <RecipientTable {...props} />
      )}
      {emails.length > 0 && (
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

/** The states with an email in them, and how many. */
function StateTabs(props: RecipientsProps): Html {
  const { campaign, filter } = props;
  const states = EMAIL_STATES_AS_SHOWN.filter(
    (state) => campaign.counts[state] > 0 || state === filter.state,
  );
  return (
    <Segments
      label="Recipients by state"
      region={REGION}
      tabs={[
        {
          href: recipientsAddress(campaign.id, { address: filter.address }),
          label: "All",
          count: campaign.audience,
          current: filter.state === undefined && filter.fact === undefined,
        },
        ...states.map((state) => ({
          href: recipientsAddress(campaign.id, { state, address: filter.address }),
          label: EMAIL_LOOKS[state].label,
          count: campaign.counts[state],
          current: filter.state === state,
        })),
      ]}
    />
  );
}

function ReasonNote(props: RecipientsProps): Html {
  const { campaign, filter } = props;
  const reason = reasonOf({
    state: filter.state ?? "failed",
    error_code: filter.reason ?? null,
    error_detail: null,
    attempt: 0,
  });
  return (
    <p class="row small">
      <span class="muted">Only with this reason:</span>
      <strong>{reason}</strong>
      <a href={recipientsAddress(campaign.id, { ...filter, reason: undefined })}>
        Show every reason
      </a>
    </p>
  );
}

function FactNote({ campaign, filter }: RecipientsProps): Html | null {
  if (filter.fact === undefined) return null;
  return (
    <p class="row small">
      <strong>{FACT_LOOKS[filter.fact].only}</strong>
      <a href={recipientsAddress(campaign.id, {})}>Show all</a>
    </p>
  );
}

function BulkActions(props: RecipientsProps): Html {
  const { campaign, filter } = props;
  const action = withFilter(`/campaigns/${campaign.id}/requeue-selected`, filter);
  return (
    <>
      {filter.state !== "uncertain" && (
        <Button size="sm" icon="rotate-ccw" formaction={action} name="states" value="failed">
          Send those that failed again
        </Button>
      )}
      {filter.state !== "failed" && (
        <Button
          size="sm"
          icon="circle-question-mark"
          formaction={action}
          name="states"
          value="uncertain"
        >
          Send those that are uncertain again
        </Button>
      )}
    </>
  );
}

function RecipientTable(props: RecipientsProps & { selectable?: boolean }): Html {
  const { emails, selectable } = props;
  return (
    <Table
      caption="Recipients"
      rows={emails}
      href={({ id }) => `/emails/${id}`}
      {...(selectable === true && {
        selection: {
          form: "bulk-emails",
          name: "email_ids",
          value: ({ id }: Email) => id,
          label: ({ address: to }: Email) => to || "an erased recipient",
        },
      })}
      empty={<NobodyHere {...props} />}
      columns={recipientColumns(props)}
    />
  );
}

function NobodyHere(props: RecipientsProps): Html {
  if (props.filter.fact === undefined && props.filter.address) return <NobodyFound {...props} />;
  return (
    <EmptyState icon="inbox" title="Nobody here">
      {whyNobody(props)}
    </EmptyState>
  );
}

function whyNobody({ campaign, filter: { state, reason, fact } }: RecipientsProps): string {
  if (fact !== undefined) return "That became known of no email of this campaign.";
  if (state === undefined && reason === undefined)
    return campaign.state === "launching"
      ? "The audience is still being frozen."
      : "The campaign has no recipients.";
  const how = state === undefined ? "listed" : EMAIL_LOOKS[state].label.toLowerCase();
  const why = reason === undefined ? "" : " for this reason";
  return `No email of this campaign is ${how}${why} now.`;
}

function NobodyFound(props: RecipientsProps): Html {
  const { campaign, filter, whereabouts } = props;
  const { address } = filter;
  return (
    <EmptyState
      icon="search"
      title="Nobody found"
      action={
        whereabouts?.kind === "email" ? (
          <LinkButton href={`/emails/${whereabouts.id}`}>See what became of it</LinkButton>
        ) : (
          filter.state !== undefined && (
            <LinkButton href={recipientsAddress(campaign.id, { address })}>
              Look in every state
            </LinkButton>
          )
        )
      }
    >
      {whereaboutsWords(whereabouts)}
    </EmptyState>
  );
}

function whereaboutsWords(whereabouts: Whereabouts | undefined): string {
  if (whereabouts?.kind === "none") return whereabouts.why;
  if (whereabouts?.kind === "email")
    return "An email to whoever has this address, or had it before, is in the campaign, but not in what is listed here.";
  return "No email was found by how an address begins. Search for the whole address to read why there is none.";
}

function summaryOf({ campaign, filter, emails, next, previous }: RecipientsProps): string {
  if (filter.address || filter.reason !== undefined || filter.fact !== undefined)
    return next === undefined && previous === undefined
      ? `${formatPlural(emails.length, "recipient")} found`
      : `${formatCount(emails.length)} shown, and there are more`;
  const of = filter.state === undefined ? campaign.audience : campaign.counts[filter.state];
  return formatPlural(of, "recipient");
}

/** The page of recipients that pass a filter. */
export function recipientsAddress(id: string, filter: EmailFilter): string {
  return withFilter(`/campaigns/${id}/recipients`, filter);
}

function exportAddress(id: string, filter: EmailFilter): string {
  return withFilter(`/campaigns/${id}/recipients/export`, filter);
}

function withFilter(path: string, { state, reason, fact, address: sought }: EmailFilter): string {
  const given: [string, EmailState | string | undefined][] = [
    ["state", state],
    ["reason", reason],
    ["q", sought],
    ["fact", fact],
  ];
  const query = new URLSearchParams(
    given.filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== ""),
  );
  return query.size === 0 ? path : `${path}?${query}`;
}
