import type { Html } from "@mailwright/html";
import { LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { BarChart } from "../../ui/chart-bars.tsx";
import { formatCount } from "../../ui/format.ts";
import { Live } from "../../ui/live.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Stat, Stats } from "../../ui/stat.tsx";
import { ActivityNow } from "./activity-views.tsx";
import type { Activity, Overview } from "./dashboard.ts";
import type { Day } from "./days.ts";
import { GettingStarted } from "./getting-started-views.tsx";

export interface DashboardProps {
  overview: Overview;
  activity: Activity;
  now: number;
  /** Whether the reader can make campaigns, and so has use for being told how. */
  mayWrite: boolean;
}

export function DashboardPage(props: DashboardProps): Html {
  const { overview, activity, now, mayWrite } = props;
  const { steps, totals, days } = overview;
  return (
    <>
      <PageHeader
        title="Dashboard"
        actions={
          mayWrite &&
          steps.length === 0 && (
            <LinkButton href="/campaigns/new" variant="primary" icon="plus">
              New campaign
            </LinkButton>
          )
        }
      />
      {mayWrite && steps.length > 0 && <GettingStarted steps={steps} />}
      <Stats label="Totals">
        <Stat label="Contacts" value={formatCount(totals.contacts)} href="/contacts" />
        <Stat label="Segments" value={formatCount(totals.segments)} href="/segments" />
        <Stat label="Templates" value={formatCount(totals.templates)} href="/templates" />
        <Stat label="Campaigns" value={formatCount(totals.campaigns)} href="/campaigns" />
        <Stat
          label="Sent, last 30 days"
          note="by campaigns launched then"
          value={formatCount(sum(days, ({ sent }) => sent))}
        />
      </Stats>
      {totals.campaigns > 0 && (
        <Live id="activity" stream="/dashboard/activity/stream" poll="/dashboard/activity">
          <ActivityNow activity={activity} now={now} mayWrite={mayWrite} />
        </Live>
      )}
      {totals.launched && <Days days={days} />}
    </>
  );
}

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

function Days(props: { days: readonly Day[] }): Html {
  const { days } = props;
  return (
    <Card title="The last 30 days" lead="Emails, by the day on which their campaign was launched.">
      <BarChart
        label="Emails by the day on which their campaign was launched"
        axis={days.map(({ at }) => DAY.format(at))}
        series={[
          { label: "Sent", tone: "sent", values: days.map(({ sent }) => sent) },
          { label: "Failed", tone: "failed", values: days.map(({ failed }) => failed) },
          { label: "Uncertain", tone: "uncertain", values: days.map(({ uncertain }) => uncertain) },
        ]}
      />
    </Card>
  );
}

function sum(days: readonly Day[], of: (day: Day) => number): number {
  return days.reduce((total, day) => total + of(day), 0);
}
