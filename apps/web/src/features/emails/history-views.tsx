import type { Html } from "@mailwright/html";
import { Badge } from "../../ui/badge.tsx";
import { Copyable } from "../../ui/copy.tsx";
import { formatDuration } from "../../ui/format.ts";
import { Time } from "../../ui/time.tsx";
import { type Moment, Timeline } from "../../ui/timeline.tsx";
import { EMAIL_LOOKS } from "../../ui/tone.ts";
import { describeEvent } from "./event-words.ts";
import type { EmailStory, Step } from "./explanation.ts";
import { FACT_LOOKS, sourceOf, tellingOf } from "./fact-words.ts";
import type { EmailFact } from "./facts.ts";
import { reasonOf } from "./reasons.ts";

/** What a reader sees of the steps. */
export function stepsLead({ steps, more }: EmailStory): string {
  if (more) return `The last ${steps.length} steps; there were more before them.`;
  return "Every step, from the audience to where it is now.";
}

/** Every step of an email, and what became known of it beside them. */
export function History(props: { story: EmailStory; now: number }): Html {
  const { story, now } = props;
  const { steps, facts, more, email, frozenAt } = story;
  const beginning: Moment = {
    title: "Put into the audience",
    tone: "queued",
    icon: "users",
    time: <When at={frozenAt} now={now} />,
  };
  const severalRuns = email.run > 1;
  return (
    <Timeline
      label={`Steps of the email to ${email.address || "an erased recipient"}`}
      moments={[
        ...(more ? [] : [beginning]),
        ...merged(steps, facts).map((each) =>
          "kind" in each ? factMoment(each, now) : momentOf(each, severalRuns, now),
        ),
      ]}
    />
  );
}

/** Steps stay in the order of their numbers, whatever their clocks said; each fact comes before the first step after it. */
function merged(steps: readonly Step[], facts: readonly EmailFact[]): (Step | EmailFact)[] {
  const all: (Step | EmailFact)[] = [...steps];
  for (const fact of facts) {
    // Some gateways tell whole seconds, and the step that a fact followed may lie within that second.
    const told = Number(fact.at);
    const precision = told % 1_000 === 0 ? 1_000 : 1;
    const next = all.findIndex(
      (each) => Math.floor(Number(each.at ?? each.received_at) / precision) * precision > told,
    );
    all.splice(next === -1 ? all.length : next, 0, fact);
  }
  return all;
}

function factMoment(fact: EmailFact, now: number): Moment {
  const { title, tone, icon } = FACT_LOOKS[fact.kind];
  const telling = tellingOf(fact);
  return {
    title,
    tone,
    icon,
    time: <When at={fact.at} now={now} />,
    detail: (
      <div class="email-step">
        <p class="small muted">{sourceOf(fact)}</p>
        {telling !== "" && (
          <p class="said small">
            <q>{telling}</q>
          </p>
        )}
      </div>
    ),
  };
}

const DAY_MS = 86_400_000;

/** How long ago, on the first day: after that "1 month ago" would stand at every step, and tell none from another. */
function When({ at, now }: { at: Date; now: number }): Html {
  const isRecent = Math.abs(now - at.getTime()) < DAY_MS;
  return <Time at={at} now={isRecent ? now : undefined} />;
}

function momentOf(step: Step, severalRuns: boolean, now: number): Moment {
  const { tone, icon } = EMAIL_LOOKS[step.state];
  return {
    title: describeEvent(step),
    tone,
    icon,
    time: <When at={step.at ?? step.received_at} now={now} />,
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
          {step.due_at.getTime() < now ? "Next attempt was due " : "Next attempt "}
          <When at={step.due_at} now={now} />
        </p>
      )}
    </div>
  );
}
