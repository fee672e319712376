import type { Html } from "@mailwright/html";
import type { CampaignAction } from "../../campaign-words.ts";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import type { IconName } from "../../ui/icon.tsx";
import { Time } from "../../ui/time.tsx";
import { type Moment, Timeline } from "../../ui/timeline.tsx";
import type { Tone } from "../../ui/tone.ts";
import type { Activity } from "./activity.ts";
import { CampaignPage, type CampaignProps } from "./detail-views.tsx";
import { describeActivity } from "./words.ts";

/** Who did what to a campaign, the newest first. */
export function ActivityPage(props: CampaignProps & { activity: readonly Activity[] }): Html {
  const { campaign, activity, now } = props;
  return (
    <CampaignPage {...props} part="activity">
      <Card>
        {activity.length === 0 ? (
          <EmptyState icon="history" title="Nothing has been done yet">
            Launches, pauses and whatever else is done to the campaign is written down here.
          </EmptyState>
        ) : (
          <Timeline
            label={`What was done to ${campaign.name}`}
            moments={activity.map((entry) => momentOf(entry, now))}
          />
        )}
      </Card>
    </CampaignPage>
  );
}

function momentOf({ at, actor, action, detail }: Activity, now: number): Moment {
  const { tone, icon } = LOOKS[action];
  const why = detail["why"];
  return {
    title: describeActivity(action, actor, detail),
    tone,
    icon,
    time: <Time at={at} now={now} />,
    ...(why !== undefined && { detail: why }),
  };
}

const LOOKS: Readonly<Record<CampaignAction, { tone: Tone; icon: IconName }>> = {
  created: { tone: "neutral", icon: "plus" },
  changed: { tone: "neutral", icon: "pencil" },
  launched: { tone: "sending", icon: "send" },
  paused: { tone: "warning", icon: "pause" },
  resumed: { tone: "sending", icon: "play" },
  cancelled: { tone: "cancelled", icon: "ban" },
  requeued: { tone: "queued", icon: "rotate-ccw" },
};
