import type { Html } from "@mailwright/html";
import { Badge, CampaignBadge } from "../../ui/badge.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { formatCount, formatDuration, formatPercent, formatPlural } from "../../ui/format.ts";
import { emailParts, SegmentedProgress } from "../../ui/progress.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import type { Campaign } from "../campaigns/campaigns.ts";
import type { Pace } from "../campaigns/rate.ts";
import { settledOf } from "../campaigns/standing.ts";
import type { Snapshot } from "../campaigns/watch.ts";
import type { Activity } from "./dashboard.ts";

interface ActivityProps {
  activity: Activity;
  now: number;
  mayWrite: boolean;
}

/** What stands in the live region. */
export function ActivityNow(props: ActivityProps): Html {
  return (
    <div class="stack" data-gap="lg">
      <Moving {...props} />
      <div class="columns">
        <Troubled {...props} />
        <Latest {...props} />
      </div>
    </div>
  );
}

function Moving({ activity, mayWrite }: ActivityProps): Html {
  const { campaigns, total } = activity.moving;
  if (total === 0) {
    return (
      <Card title="Under way">
        <p class="muted">
          {"Nothing is being sent. "}
          {mayWrite && <a href="/campaigns">Look at the campaigns</a>}
        </p>
      </Card>
    );
  }
  return (
    <Card
      title="Under way"
      lead={formatPlural(total, "campaign")}
      {...(total > campaigns.length && {
        actions: (
          <LinkButton href="/campaigns?state=moving" size="sm">
            {`All ${formatCount(total)}`}
          </LinkButton>
        ),
      })}
      flush
    >
      <ul class="moving">
        {campaigns.map((snapshot) => (
          <MovingCampaign {...snapshot} />
        ))}
      </ul>
    </Card>
  );
}

function MovingCampaign({ campaign, pace }: Snapshot): Html {
  const { id, name, state, state_reason: reason, audience, counts } = campaign;
  return (
    <li class="moving-campaign" id={`moving-${id}`}>
      <div class="row" data-justify="between">
        <div class="row">
          <strong>
            <a class="quiet-link" href={`/campaigns/${id}`}>
              {name}
            </a>
          </strong>
          <CampaignBadge state={state} />
        </div>
        <p class="muted small" data-numeric>
          {paceWords(campaign, pace)}
        </p>
      </div>
      {reason !== null && <p class="small">{reason}</p>}
      {audience > 0 && (
        <SegmentedProgress
          label={`Emails of ${name}`}
          parts={emailParts(counts)}
          total={audience}
        />
      )}
    </li>
  );
}

function paceWords({ state, audience, counts }: Campaign, pace: Pace | undefined): string {
  if (state === "launching") return "Its audience is being frozen";
  const done = formatPercent(settledOf(counts), audience);
  if (pace === undefined) return done;
  const rate =
    pace.perSecond < 10 ? pace.perSecond.toFixed(1) : formatCount(Math.round(pace.perSecond));
  return `${done} · ${rate} a second · about ${formatDuration(pace.leftMs)} left`;
}

function Troubled({ activity, now }: ActivityProps): Html {
  const { campaigns, total } = activity.troubled;
  return (
    <Card
      title="Needs a look"
      flush
      {...(total > 0 && {
        lead: "Emails that failed, or of which nobody can say whether they were taken.",
      })}
      {...(total > campaigns.length && {
        foot: (
          <a href="/campaigns">{`and ${formatPlural(total - campaigns.length, "more campaign")}`}</a>
        ),
      })}
    >
      <Table
        caption="Campaigns that need a look"
        rows={campaigns}
        empty={
          <EmptyState icon="circle-check" title="Nothing needs you">
            Apart from cancelled campaigns, no email is uncertain, and none has failed of the
            campaigns that are under way or were launched or ended in the last 30 days.
          </EmptyState>
        }
        columns={[
          {
            label: "Campaign",
            primary: true,
            cell: ({ id, name }) => (
              <a class="quiet-link" href={`/campaigns/${id}`}>
                {name}
              </a>
            ),
          },
          { label: "What", cell: (campaign) => <Trouble campaign={campaign} /> },
          {
            label: "Launched",
            align: "end",
            cell: ({ launched_at: at }) => at && <Time at={at} now={now} />,
          },
        ]}
      />
    </Card>
  );
}

function Trouble(props: { campaign: Campaign }): Html {
  const { id, counts, state, state_reason: reason } = props.campaign;
  if (state === "draft") return <span class="small">{`Not launched: ${reason ?? ""}`}</span>;
  const recipients = `/campaigns/${id}/recipients`;
  return (
    <span class="row">
      {counts.failed > 0 && (
        <a class="quiet-link" href={`${recipients}?state=failed`}>
          <Badge tone="failed" icon="circle-x">{`${formatCount(counts.failed)} failed`}</Badge>
        </a>
      )}
      {counts.uncertain > 0 && (
        <a class="quiet-link" href={`${recipients}?state=uncertain`}>
          <Badge tone="uncertain" icon="circle-question-mark">
            {`${formatCount(counts.uncertain)} uncertain`}
          </Badge>
        </a>
      )}
    </span>
  );
}

function Latest({ activity, mayWrite }: ActivityProps): Html {
  return (
    <Card
      title="Latest campaigns"
      flush
      actions={
        activity.latest.length > 0 && (
          <LinkButton href="/campaigns" size="sm" variant="ghost">
            All campaigns
          </LinkButton>
        )
      }
    >
      <Table
        caption="Latest campaigns"
        rows={activity.latest}
        href={({ id }) => `/campaigns/${id}`}
        empty={
          <EmptyState
            icon="send"
            title="No campaign yet"
            {...(mayWrite && {
              action: <LinkButton href="/campaigns/new">Make a campaign</LinkButton>,
            })}
          />
        }
        columns={[
          { label: "Campaign", primary: true, cell: ({ name }) => name },
          { label: "State", cell: ({ state }) => <CampaignBadge state={state} /> },
          {
            label: "Audience",
            align: "end",
            cell: ({ audience, state }) =>
              state === "draft" || state === "launching" ? (
                <span class="muted">–</span>
              ) : (
                formatCount(audience)
              ),
          },
        ]}
      />
    </Card>
  );
}
