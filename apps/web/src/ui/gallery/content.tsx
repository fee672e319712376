import type { Html } from "@mailwright/html";
import { CAMPAIGN_STATES } from "../../campaign-words.ts";
import { Button, LinkButton } from "../button.tsx";
import { Avatar } from "../avatar.tsx";
import { CampaignBadge, EmailBadge, Tag, Tags } from "../badge.tsx";
import { Card } from "../card.tsx";
import { Sparkline } from "../chart.tsx";
import { CodeBlock, Key } from "../code.tsx";
import { Copyable } from "../copy.tsx";
import { Definitions } from "../definitions.tsx";
import { EmptyState } from "../empty-state.tsx";
import { Skeleton, Spinner } from "../skeleton.tsx";
import { Stat, Stats } from "../stat.tsx";
import { Time } from "../time.tsx";
import { Timeline } from "../timeline.tsx";
import { EMAIL_STATES_AS_SHOWN } from "../tone.ts";
import { Specimen, Specimens } from "./specimen.tsx";

const MINUTE = 60_000;

export function ContentSection(props: { now: number }): Html {
  const { now } = props;
  return (
    <Specimens id="content" title="Content">
      <Specimen name="The parts of a PageHeader">
        <Card>
          <div class="page-header-row">
            <div class="page-header-text">
              <div class="page-header-title">
                <h3>Spring sale</h3>
                <CampaignBadge state="sending" />
              </div>
              <p class="page-header-lead">
                12,400 recipients from 2 segments, launched <Time at={now - 4 * MINUTE} now={now} />
              </p>
            </div>
            <div class="buttons">
              <Button icon="pause">Pause</Button>
              <LinkButton href="#content" variant="primary" icon="eye">
                Preview
              </LinkButton>
            </div>
          </div>
        </Card>
      </Specimen>

      <Specimen name="Stats, Stat">
        <Stats label="This week">
          <Stat
            label="Emails sent"
            value="48,210"
            note="12% more than the week before"
            chart={<Sparkline label="Emails sent a day" values={[4, 6, 5, 9, 7, 12, 14]} />}
          />
          <Stat label="Contacts" value="12,345" note="+ 318 this week" href="#content" />
          <Stat label="Failed" tone="failed" value="27" note="0.1% of all" href="#content" />
          <Stat label="Uncertain" tone="uncertain" value="3" note="Look at them" href="#content" />
        </Stats>
      </Specimen>

      <Specimen name="EmailBadge, CampaignBadge, Tag">
        <div class="row">
          {EMAIL_STATES_AS_SHOWN.map((state) => (
            <EmailBadge state={state} />
          ))}
        </div>
        <div class="row">
          {CAMPAIGN_STATES.map((state) => (
            <CampaignBadge state={state} />
          ))}
          <Tags>
            <Tag href="#content">Customers</Tag>
            <Tag href="#content">Newsletter, monthly</Tag>
            <Tag>3 more</Tag>
          </Tags>
        </div>
      </Specimen>

      <div class="columns">
        <Card title="Definitions" lead="What is known about one thing" actions={<Edit />}>
          <Definitions
            items={[
              ["Email", "anna.kowalska@example.com"],
              ["Name", "Anna Kowalska"],
              ["Added", <Time at={now - 90 * 24 * 60 * MINUTE} now={now} />],
              [
                "Segments",
                <Tags>
                  <Tag href="#content">Customers</Tag>
                  <Tag href="#content">Kraków</Tag>
                </Tags>,
              ],
              ["Id", <Copyable text="0197c2f4-77aa-7cc1-9d3e-2f6b1d6f0b3a" label="Copy the id" />],
              ["Phone", null],
            ]}
          />
        </Card>
        <Card title="Timeline" lead="The transitions of an email">
          <Transitions now={now} />
        </Card>
      </div>

      <div class="columns">
        <Card flush>
          <EmptyState
            icon="users"
            title="No contacts yet"
            action={
              <>
                <LinkButton href="#content" variant="primary" icon="upload">
                  Import a CSV
                </LinkButton>
                <LinkButton href="#content">Add one by hand</LinkButton>
              </>
            }
          >
            Bring your list as a file, or add people one at a time.
          </EmptyState>
        </Card>
        <Card title="Loading" foot="A card may have a foot.">
          <div class="stack">
            <Skeleton />
            <Spinner label="Reading the file" />
            <div class="row">
              <Avatar name="Anna Kowalska" />
              <Avatar name="Bo Li" />
              <Avatar name="cleo@example.com" />
              <span>
                Press <Key>/</Key> to search
              </span>
            </div>
          </div>
        </Card>
      </div>

      <Specimen name="CodeBlock">
        <CodeBlock
          label="What the gateway answered"
          code={
            'HTTP/1.1 429 Too Many Requests\nRetry-After: 30\n\n{"error": "slow down", "limit": "10 a second", "documentation": "https://example.com/docs/limits"}'
          }
        />
      </Specimen>
    </Specimens>
  );
}

function Edit(): Html {
  return (
    <LinkButton href="#content" size="sm" icon="pencil">
      Edit
    </LinkButton>
  );
}

function Transitions(props: { now: number }): Html {
  const { now } = props;
  return (
    <Timeline
      label="Transitions"
      moments={[
        {
          title: "Queued",
          tone: "queued",
          icon: "clock",
          time: <Time at={now - 9 * MINUTE} now={now} />,
        },
        {
          title: "Sending",
          tone: "sending",
          icon: "send",
          time: <Time at={now - 8 * MINUTE} now={now} />,
          detail: "First attempt",
        },
        {
          title: "Retrying",
          tone: "retrying",
          icon: "rotate-ccw",
          time: <Time at={now - 8 * MINUTE} now={now} />,
          detail: "The gateway was unavailable (502). The next attempt is due in 40 seconds.",
        },
        {
          title: "Sent",
          tone: "sent",
          icon: "circle-check",
          time: <Time at={now - 7 * MINUTE} now={now} />,
        },
      ]}
    />
  );
}
