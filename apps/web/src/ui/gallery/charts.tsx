import type { Html } from "@mailwright/html";
import { Card } from "../card.tsx";
import { BarChart } from "../chart-bars.tsx";
import { Funnel } from "../chart-funnel.tsx";
import { emailParts, Meter, Progress, SegmentedProgress } from "../progress.tsx";
import { Specimens } from "./specimen.tsx";

const DAYS = Array.from({ length: 14 }, (_, index) => `${index + 11} Nov`);

export function ChartsSection(): Html {
  return (
    <Specimens id="charts" title="Charts and progress">
      <Card title="SegmentedProgress" lead="8,406 of 12,400 are final">
        <SegmentedProgress
          label="Emails of Spring sale"
          total={12_400}
          parts={emailParts({
            sent: 8_120,
            sending: 420,
            queued: 3_400,
            retrying: 122,
            resolving: 22,
            uncertain: 3,
            failed: 31,
            skipped: 248,
            cancelled: 34,
          })}
        />
      </Card>
      <div class="columns">
        <Card title="BarChart, one series">
          <BarChart
            label="Contacts added a day"
            axis={DAYS}
            series={[
              {
                label: "Contacts",
                tone: "accent",
                values: [12, 30, 22, 8, 4, 61, 40, 33, 25, 19, 2, 0, 44, 52],
              },
            ]}
          />
        </Card>
        <Card title="BarChart, stacked">
          <BarChart
            label="Emails a day"
            axis={DAYS}
            series={[
              {
                label: "Sent",
                tone: "sent",
                values: [900, 1200, 800, 0, 0, 2200, 1900, 1400, 900, 700, 0, 0, 2600, 3100],
              },
              {
                label: "Failed",
                tone: "failed",
                values: [20, 44, 10, 0, 0, 300, 90, 12, 8, 5, 0, 0, 120, 60],
              },
              {
                label: "Uncertain",
                tone: "uncertain",
                values: [0, 2, 0, 0, 0, 90, 0, 0, 1, 0, 0, 0, 4, 0],
              },
            ]}
          />
        </Card>
      </div>
      <div class="columns">
        <Card title="Funnel">
          <Funnel
            label="From audience to click"
            steps={[
              { label: "Audience", value: 12_400, tone: "queued" },
              { label: "Sent", value: 12_100, tone: "sent" },
              { label: "Opened", value: 5_320 },
              { label: "Clicked", value: 804 },
            ]}
          />
        </Card>
        <Card title="Progress, Meter">
          <div class="stack">
            <Progress label="Reading contacts.csv" value={124_000} max={200_000} />
            <Progress label="Counting the audience" max={1} />
            <Meter label="Send rate" value={4} max={10} note="4 of 10 a second" />
            <Meter label="Emails today" value={890} max={1_000} />
            <Meter label="Emails this month" value={20_000} max={20_000} />
          </div>
        </Card>
      </div>
    </Specimens>
  );
}
