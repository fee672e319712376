import type { Html } from "@mailwright/html";
import { Card } from "../../ui/card.tsx";
import { formatCount, formatDuration, formatPercent } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { Live } from "../../ui/live.tsx";
import { emailParts, Progress, SegmentedProgress } from "../../ui/progress.tsx";
import { Stat, Stats } from "../../ui/stat.tsx";
import { EMAIL_LOOKS } from "../../ui/tone.ts";
import type { Campaign } from "./campaigns.ts";
import { CampaignHead, type CampaignProps } from "./detail-views.tsx";
import type { Pace } from "./rate.ts";
import { isMoving, openOf, proofOf, settledOf } from "./standing.ts";

export interface StandingProps extends CampaignProps {
  pace: Pace | undefined;
}

/** The head of a campaign and how it stands; it keeps itself up to date for as long as the campaign moves. */
export function CampaignStanding(props: StandingProps): Html {
  const { id, state } = props.campaign;
  return isMoving(state) ? (
    <Live
      id="campaign-standing"
      stream={`/campaigns/${id}/live`}
      poll={`/campaigns/${id}/progress`}
    >
      <StandingNow {...props} />
    </Live>
  ) : (
    <StandingNow {...props} />
  );
}

/** What stands in the live region at one moment. */
export function StandingNow(props: StandingProps): Html {
  const { campaign } = props;
  return (
    <div class="stack" data-gap="lg">
      <CampaignHead {...props} />
      {campaign.state === "launching" && <Freezing />}
      {campaign.audience > 0 && campaign.state !== "draft" && <ProgressCard {...props} />}
    </div>
  );
}

function Freezing(): Html {
  return (
    <Card>
      <Progress
        label="Freezing the audience: each contact once, as the segments are at this moment"
        note="up to a minute for a million"
        max={1}
      />
    </Card>
  );
}

function ProgressCard(props: StandingProps): Html {
  const { campaign } = props;
  const { counts, audience, name } = campaign;
  return (
    <Card>
      <div class="stack" data-gap="lg">
        <Figures {...props} />
        <SegmentedProgress
          label={`Emails of ${name}`}
          parts={emailParts(counts)}
          total={audience}
        />
        <LedgerProof campaign={campaign} />
      </div>
    </Card>
  );
}

function Figures(props: StandingProps): Html {
  const { campaign, pace } = props;
  const { id, counts, audience, state } = campaign;
  const recipients = `/campaigns/${id}/recipients`;
  const open = openOf(counts);
  return (
    <Stats label="How it stands">
      <Stat
        label="Sent"
        tone="sent"
        value={formatCount(counts.sent)}
        note={`${formatPercent(counts.sent, audience)} of ${formatCount(audience)}`}
        href={`${recipients}?state=sent`}
      />
      <Stat
        label="Failed"
        tone="failed"
        value={formatCount(counts.failed)}
        note={formatPercent(counts.failed, audience)}
        href={`${recipients}?state=failed`}
      />
      {counts.uncertain > 0 && (
        <Stat
          label="Uncertain"
          tone="uncertain"
          value={formatCount(counts.uncertain)}
          note="perhaps accepted"
          href={`${recipients}?state=uncertain`}
        />
      )}
      {open > 0 && (
        <Stat
          label="To go"
          value={formatCount(open)}
          note={`${formatPercent(settledOf(counts), audience)} done`}
        />
      )}
      {state === "sending" && <PaceFigure pace={pace} />}
    </Stats>
  );
}

function PaceFigure(props: { pace: Pace | undefined }): Html {
  const { pace } = props;
  if (pace === undefined) return <Stat label="Time left" value="–" note="being measured" />;
  return (
    <Stat
      label="Time left"
      value={formatDuration(Math.max(1_000, pace.leftMs))}
      note={`at about ${paceWords(pace.perSecond)}`}
    />
  );
}

function paceWords(perSecond: number): string {
  return perSecond >= 1
    ? `${formatCount(Math.round(perSecond))} a second`
    : `${formatCount(Math.max(1, Math.round(perSecond * 60)))} a minute`;
}

/** The account of the audience, as the sum that it is. */
function LedgerProof(props: { campaign: Campaign }): Html {
  const { audience, terms, addsUp, closed } = proofOf(props.campaign);
  const verdict = !addsUp
    ? "The ledger does not add up: tell whoever runs Mailwright."
    : closed
      ? "Every recipient is accounted for."
      : "Every recipient is in exactly one state.";
  return (
    <p class="ledger-proof" data-tone={addsUp ? "success" : "danger"}>
      <Icon name={addsUp ? "circle-check" : "circle-alert"} />
      <span>
        <span>
          <strong>{formatCount(audience)}</strong>
          {" = "}
          {terms.map(({ state, emails }, index) => (
            <>
              {index > 0 && " + "}
              <span class="ledger-term">
                {`${formatCount(emails)} ${EMAIL_LOOKS[state].label.toLowerCase()}`}
              </span>
            </>
          ))}
        </span>
        {". "}
        <span class="muted">{verdict}</span>
      </span>
    </p>
  );
}
