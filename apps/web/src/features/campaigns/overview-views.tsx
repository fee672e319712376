import type { Html } from "@mailwright/html";
import { Tag, Tags } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { Definitions } from "../../ui/definitions.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Time } from "../../ui/time.tsx";
import type { Estimate } from "./audience.ts";
import type { Campaign } from "./campaigns.ts";
import { CampaignTabs, type CampaignProps, templateAddress } from "./detail-views.tsx";
import { AudienceLine } from "./estimate-views.tsx";
import { type FactCounts, Facts } from "./facts-views.tsx";
import type { LaunchObstacle, Readiness } from "./launch.ts";
import { CampaignStanding } from "./progress-views.tsx";
import type { Pace } from "./rate.ts";
import { Reasons } from "./reasons-views.tsx";
import type { WentWrong } from "./what-went-wrong.ts";
import { WHEN_UNCERTAIN } from "./words.ts";

export interface OverviewProps extends CampaignProps {
  pace: Pace | undefined;
  gateway: string | undefined;
  facts: FactCounts;
  /** `later` when there is so much that it is fetched after the page. */
  wrong: WentWrong | "later";
  /** Of a draft: what stands in the way of its launch, and whom it would go to. */
  readiness: (Readiness & { estimate: Estimate }) | undefined;
}

export function OverviewPage(props: OverviewProps): Html {
  const { campaign, facts, wrong, readiness } = props;
  return (
    <>
      <CampaignStanding {...props} />
      <CampaignTabs campaign={campaign} part="overview" />
      {readiness && <ReadinessCard campaign={campaign} now={props.now} {...readiness} />}
      {campaign.launched_at !== null && (
        <Reasons campaign={campaign} may={props.may} wrong={wrong} />
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
                Fix it
              </LinkButton>
            )}
          </li>
        );
      })}
    </ul>
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
