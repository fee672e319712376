import type { Html } from "@mailwright/html";
import { Badge, EmailBadge } from "../../ui/badge.tsx";
import { Callout } from "../../ui/banner.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Copyable } from "../../ui/copy.tsx";
import { Definitions } from "../../ui/definitions.tsx";
import { ConfirmLink } from "../../ui/dialog.tsx";
import { formatDuration } from "../../ui/format.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { regionLink } from "../../ui/region.ts";
import { Time } from "../../ui/time.tsx";
import { type Moment, Timeline } from "../../ui/timeline.tsx";
import { EMAIL_LOOKS } from "../../ui/tone.ts";
import { describeEvent } from "./event-words.ts";
import type { EmailStory, Journal, Step } from "./explanation.ts";
import { reasonOf } from "./reasons.ts";

export interface EmailProps {
  story: EmailStory;
  now: number;
  /** What the email client said; undefined when it was not asked. */
  journal: Journal | undefined;
  /** The machine with the way that this email took. */
  drawing: Html;
  maySend: boolean;
}

/** One email: what became of it, why, and every step on the way. */
export function EmailPage(props: EmailProps): Html {
  const { story, now } = props;
  const { email, campaign } = story;
  return (
    <>
      <PageHeader
        title={email.address || "Erased recipient"}
        crumbs={[
          { href: "/campaigns", label: "Campaigns" },
          { href: `/campaigns/${campaign.id}`, label: campaign.name },
          { href: `/campaigns/${campaign.id}/recipients`, label: "Recipients" },
        ]}
        badge={<EmailBadge state={email.state} />}
        lead={
          <>
            {"Since "}
            <Time at={email.changed_at} now={now} />
          </>
        }
        actions={<Actions {...props} />}
      />
      <Why story={story} />
      <div class="columns" data-split="aside">
        <Card title="What happened" lead={stepsLead(story)}>
          <History story={story} now={now} />
        </Card>
        <div class="stack">
          <Facts {...props} />
          <JournalCard {...props} />
        </div>
      </div>
      <Card
        title="The way it took"
        lead={
          <>
            {"The states of an email and its own way through them. "}
            <a href="/developer/machines">See the machine by itself</a>
          </>
        }
      >
        <div class="machine-scroll" tabindex={0} role="region" aria-label="The way it took">
          {props.drawing}
        </div>
      </Card>
    </>
  );
}

function Actions(props: EmailProps): Html {
  const { story, maySend } = props;
  const { email, campaign, contact } = story;
  const again = `/campaigns/${campaign.id}/requeue?states=${email.state}&email_ids=${email.id}`;
  return (
    <>
      {contact && (
        <LinkButton href={`/contacts/${contact.id}`} icon="user">
          See the contact
        </LinkButton>
      )}
      {story.mayRequeue && maySend && (
        <ConfirmLink href={again} variant="primary" icon="rotate-ccw">
          Send again
        </ConfirmLink>
      )}
    </>
  );
}

const TONES = {
  sent: "success",
  failed: "danger",
  uncertain: "warning",
  retrying: "warning",
} as const;

/** Why it is where it is: what is so, what that means, what can be done. */
function Why(props: { story: EmailStory }): Html {
  const { email, why } = props.story;
  const tone = email.state in TONES ? TONES[email.state as keyof typeof TONES] : "info";
  return (
    <Callout tone={tone} title={why.what}>
      <p>{why.meaning}</p>
      {why.todo !== undefined && (
        <p>
          <strong>{"What to do: "}</strong>
          {why.todo}
        </p>
      )}
      {email.error_detail !== null && email.state !== "skipped" && (
        <p class="said">
          <span class="muted">{"As it was told: "}</span>
          <q>{email.error_detail}</q>
        </p>
      )}
    </Callout>
  );
}

function stepsLead({ steps, more }: EmailStory): string {
  if (more) return `The last ${steps.length} steps; there were more before them.`;
  return "Every step, from the audience to where it is now.";
}

function History(props: { story: EmailStory; now: number }): Html {
  const { story, now } = props;
  const { steps, more, email, frozenAt } = story;
  const beginning: Moment = {
    title: "Put into the audience",
    tone: "queued",
    icon: "users",
    time: <Time at={frozenAt} now={now} />,
  };
  const severalRuns = email.run > 1;
  return (
    <Timeline
      label={`Steps of the email to ${email.address || "an erased recipient"}`}
      moments={[
        ...(more ? [] : [beginning]),
        ...steps.map((step) => momentOf(step, severalRuns, now)),
      ]}
    />
  );
}

function momentOf(step: Step, severalRuns: boolean, now: number): Moment {
  const { tone, icon } = EMAIL_LOOKS[step.state];
  return {
    title: describeEvent(step),
    tone,
    icon,
    time: <Time at={step.at ?? step.received_at} now={now} />,
    detail: <StepDetail step={step} severalRuns={severalRuns} now={now} />,
  };
}

function StepDetail(props: { step: Step; severalRuns: boolean; now: number }): Html {
  const { step, severalRuns, now } = props;
  const about = [
    ...(severalRuns ? [`run ${step.run}`] : []),
    ...(step.gateway !== undefined && step.state !== "queued" ? [`by ${step.gateway}`] : []),
    ...(step.sincePreviousMs !== undefined && step.sincePreviousMs > 0
      ? [`${formatDuration(step.sincePreviousMs)} later`]
      : []),
  ];
  const reason = reasonOf(step);
  return (
    <div class="email-step">
      <p class="row small">
        <Badge tone={EMAIL_LOOKS[step.state].tone}>{EMAIL_LOOKS[step.state].label}</Badge>
        <span class="muted">{about.join(", ")}</span>
      </p>
      {step.error_detail !== null && (
        <p class="said small">
          <q>{step.error_detail}</q>
        </p>
      )}
      {step.error_detail === null && reason !== "" && <p class="small">{reason}</p>}
      {step.message_id !== null && (
        <p class="small">
          <Copyable text={step.message_id} label="Copy the gateway's id" />
        </p>
      )}
      {step.state === "retrying" && step.due_at && (
        <p class="small muted">
          {"Next attempt "}
          <Time at={step.due_at} now={now} />
        </p>
      )}
    </div>
  );
}

function Facts(props: EmailProps): Html {
  const { email, campaign, contact, gateway } = props.story;
  return (
    <Card title="Facts">
      <Definitions
        items={[
          [
            "Contact",
            contact ? (
              <a href={`/contacts/${contact.id}`}>{contact.name || contact.email}</a>
            ) : (
              <span class="muted">Deleted since</span>
            ),
          ],
          ["Campaign", <a href={`/campaigns/${campaign.id}`}>{campaign.name}</a>],
          ["Gateway", gateway],
          ["Attempts", email.attempt],
          ...(email.run > 1 ? [["Run", email.run] as const] : []),
          [
            "Gateway's id",
            email.message_id === null ? undefined : (
              <Copyable text={email.message_id} label="Copy the gateway's id" />
            ),
          ],
          ["Email id", <Copyable text={email.id} label="Copy the email's id" />],
        ]}
      />
    </Card>
  );
}

/** What the email client says of it at this moment, when asked. */
function JournalCard(props: EmailProps): Html {
  const { story, journal, now } = props;
  const ask = `/emails/${story.email.id}?journal=now`;
  return (
    <div id="journal">
      <Card
        title="At the email client now"
        actions={
          <LinkButton {...regionLink(ask, "#journal", "replace")} size="sm" icon="refresh-cw">
            {journal === undefined ? "Ask" : "Ask again"}
          </LinkButton>
        }
      >
        {journal === undefined ? (
          <p class="muted small">
            The ledger has what the email client has reported. Ask it, to see whether it is further
            by now.
          </p>
        ) : (
          <JournalAnswer journal={journal} now={now} />
        )}
      </Card>
    </div>
  );
}

function JournalAnswer(props: { journal: Journal; now: number }): Html {
  const { journal, now } = props;
  switch (journal.kind) {
    case "held": {
      const { state, run, seq, attempt, due } = journal.entry.email;
      return (
        <Definitions
          items={[
            ["State", <EmailBadge state={state} />],
            ["Attempts", attempt],
            ["Step", `${seq} of run ${run}`],
            ...(due === undefined ? [] : [["Next attempt", <Time at={due} now={now} />] as const]),
          ]}
        />
      );
    }
    case "not held":
      return (
        <p class="small">
          It does not hold this email: it has either not been handed over yet, or it is at its end
          and the ledger has it all.
        </p>
      );
    case "unreachable":
      return (
        <p class="small">
          {`It did not answer (${journal.why}). Nothing is lost: it reports as soon as it can.`}
        </p>
      );
  }
}
