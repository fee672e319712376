import type { Html } from "@mailwright/html";
import { EmailBadge, Tag, Tags } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { ConfirmLink } from "../../ui/dialog.tsx";
import { Definitions } from "../../ui/definitions.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { formatCount, formatPercent } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import type { ReasonCount } from "../emails/emails.ts";
import { reasonOf } from "../emails/reasons.ts";
import type { Estimate } from "./audience.ts";
import type { Campaign } from "./campaigns.ts";
import { CampaignTabs, type CampaignProps, templateAddress } from "./detail-views.tsx";
import { AudienceLine } from "./estimate-views.tsx";
import { type FactCounts, Facts } from "./facts-views.tsx";
import type { LaunchObstacle, Readiness } from "./launch.ts";
import { CampaignStanding } from "./progress-views.tsx";
import type { Pace } from "./rate.ts";
import { isMoving, mayRequeue } from "./standing.ts";
import { WHEN_UNCERTAIN } from "./words.ts";

export interface OverviewProps extends CampaignProps {
  pace: Pace | undefined;
  gateway: string | undefined;
  facts: FactCounts;
  /** What went wrong; `later` when there is so much that it is fetched after the page. */
  reasons: readonly ReasonCount[] | "later";
  /** Of a draft: what stands in the way of its launch, and whom it would go to. */
  readiness: (Readiness & { estimate: Estimate }) | undefined;
}

export function OverviewPage(props: OverviewProps): Html {
  const { campaign, facts, reasons, readiness } = props;
  return (
    <>
      <CampaignStanding {...props} />
      <CampaignTabs campaign={campaign} part="overview" />
      {readiness && <ReadinessCard campaign={campaign} now={props.now} {...readiness} />}
      {campaign.launched_at !== null && (
        <Reasons campaign={campaign} may={props.may} reasons={reasons} />
      )}
      <Facts campaign={campaign.id} facts={facts} counts={campaign.counts} />
      <Setup {...props} />
    </>
  );
}

const ABOUT: readonly {
  about: LaunchObstacle["about"];
  good: string;
  /** Where it can be mended; nowhere on these pages if absent. */
  mend?: (id: string) => string;
}[] = [
  { about: "template", good: "The template can be sent.", mend: (id) => `/campaigns/${id}/edit` },
  {
    about: "segments",
    good: "There is somebody to send to.",
    mend: (id) => `/campaigns/${id}/edit`,
  },
  { about: "sender", good: "The From address is set.", mend: () => "/settings" },
  { about: "postal address", good: "The postal address is set.", mend: () => "/settings" },
  { about: "gateway", good: "The gateway is set up.", mend: () => "/settings/gateways" },
  { about: "public address", good: "Links in its emails lead here." },
];

/** What a launch needs, each thing with whether it is there. */
function ReadinessCard(
  props: Readiness & { campaign: Campaign; estimate: Estimate; now: number },
): Html {
  const { campaign, obstacles, warnings, estimate, now } = props;
  return (
    <Card
      title={obstacles.length === 0 ? "Ready to launch" : "Not ready yet"}
      lead={<AudienceLine estimate={estimate} now={now} />}
    >
      <ReadinessList campaign={campaign} obstacles={obstacles} warnings={warnings} />
    </Card>
  );
}

/** The six things, one a line. */
export function ReadinessList(props: Readiness & { campaign: Campaign }): Html {
  const found = [...props.obstacles, ...props.warnings];
  return (
    <ul class="readiness">
      {ABOUT.map(({ about, good, mend }) => {
        const wrong = found.find((each) => each.about === about);
        return (
          <li data-tone={wrong ? "warning" : "success"}>
            <Icon name={wrong ? "circle-alert" : "circle-check"} />
            <span>{wrong?.message ?? good}</span>
            {wrong && mend && (
              <LinkButton href={mend(props.campaign.id)} size="sm">
                Mend it
              </LinkButton>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** How often the reasons are counted again while emails still go out: few as long as they are few. */
const REFRESH = "every 5s";

/** What went wrong, by reason; it keeps itself up to date for as long as the campaign moves. */
export function Reasons(props: Pick<OverviewProps, "campaign" | "may" | "reasons">): Html {
  const { campaign, reasons, may } = props;
  const address = `/campaigns/${campaign.id}/reasons`;
  const trigger = reasons === "later" ? "load" : isMoving(campaign.state) ? REFRESH : undefined;
  return (
    <div
      id="reasons"
      {...(trigger && {
        "hx-get": address,
        "hx-trigger": trigger,
        "hx-target": "this",
        "hx-swap": "outerHTML",
      })}
    >
      {reasons === "later" ? (
        <Card title="What went wrong">
          <Skeleton label="Counting the reasons" />
          <noscript>
            <a href={address}>Count the reasons</a>
          </noscript>
        </Card>
      ) : (
        <ReasonTable campaign={campaign} may={may} reasons={reasons} />
      )}
    </div>
  );
}

/** Each reason leads to its emails. */
function ReasonTable(
  props: Pick<OverviewProps, "campaign" | "may"> & { reasons: readonly ReasonCount[] },
): Html {
  const { campaign, reasons, may } = props;
  const { id, counts, audience, state } = campaign;
  const again = may.send && mayRequeue(state);
  return (
    <Card
      title="What went wrong"
      flush
      actions={
        again && (
          <>
            {counts.uncertain > 0 && (
              <ConfirmLink
                href={`/campaigns/${id}/requeue?states=uncertain`}
                size="sm"
                icon="circle-question-mark"
              >
                Send uncertain again
              </ConfirmLink>
            )}
            {counts.failed > 0 && (
              <ConfirmLink
                href={`/campaigns/${id}/requeue?states=failed`}
                size="sm"
                icon="rotate-ccw"
              >
                Send failed again
              </ConfirmLink>
            )}
          </>
        )
      }
    >
      <Table
        caption="Reasons"
        rows={reasons}
        href={(reason) => reasonAddress(id, reason)}
        empty={<NothingWrong campaign={campaign} />}
        columns={[
          {
            label: "Reason",
            primary: true,
            cell: (reason) =>
              reason.state === "skipped" && reason.code === "suppressed"
                ? "The address is suppressed"
                : reasonOf({
                    state: reason.state,
                    error_code: reason.code,
                    error_detail: null,
                    attempt: 0,
                  }),
          },
          { label: "State", cell: (reason) => <EmailBadge state={reason.state} /> },
          { label: "Emails", align: "end", cell: ({ emails }) => formatCount(emails) },
          {
            label: "Of the audience",
            align: "end",
            wide: true,
            cell: ({ emails }) => formatPercent(emails, audience),
          },
        ]}
      />
    </Card>
  );
}

function reasonAddress(id: string, { state, code }: ReasonCount): string {
  const query = new URLSearchParams({ state, reason: code });
  return `/campaigns/${id}/recipients?${query}`;
}

function NothingWrong(props: { campaign: Campaign }): Html {
  const { state } = props.campaign;
  return (
    <EmptyState
      icon="circle-check"
      title={state === "finished" ? "Nothing went wrong" : "Nothing has gone wrong so far"}
    >
      Emails that fail, are skipped or end uncertain are listed here by their reason.
    </EmptyState>
  );
}

/** What it is made of. */
function Setup(props: OverviewProps): Html {
  const { campaign, gateway } = props;
  const launched = campaign.launched_at !== null;
  return (
    <Card title={launched ? "As it was launched" : "As it is now"}>
      <Definitions
        items={[
          ["Template", <TemplateFact campaign={campaign} />],
          ["Segments", <SegmentFacts campaign={campaign} />],
          ["Gateway", gateway],
          ["When uncertain", WHEN_UNCERTAIN[campaign.when_uncertain].label],
          ["Made by", campaign.created_by],
          ["Made", <Time at={campaign.created_at} />],
          ...(campaign.launched_at
            ? [["Launched", <Time at={campaign.launched_at} />] as const]
            : []),
          ...(campaign.finished_at
            ? [
                [
                  campaign.state === "cancelled" ? "Cancelled" : "Finished",
                  <Time at={campaign.finished_at} />,
                ] as const,
              ]
            : []),
        ]}
      />
    </Card>
  );
}

function TemplateFact(props: { campaign: Campaign }): Html {
  const { template, template_version, launched_at } = props.campaign;
  const address = templateAddress(props.campaign);
  if (template === null || address === undefined) return <span class="muted">Deleted since</span>;
  return (
    <>
      <a href={address}>{template.name}</a>
      {launched_at !== null && template_version !== null && (
        <span class="muted">{`, version ${template_version}`}</span>
      )}
    </>
  );
}

/** Where they still exist they are linked; the names are those of the launch. */
function SegmentFacts(props: { campaign: Campaign }): Html {
  const { segments, segment_names, launched_at } = props.campaign;
  const names = launched_at === null ? segments.map(({ name }) => name) : segment_names;
  const known = new Map(segments.map(({ id, name }) => [name, id]));
  if (names.length === 0) return <span class="muted">None</span>;
  return (
    <Tags>
      {names.map((name) => {
        const id = known.get(name);
        return <Tag {...(id !== undefined && { href: `/segments/${id}` })}>{name}</Tag>;
      })}
    </Tags>
  );
}
