import type { Html } from "@mailwright/html";
import { LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Icon } from "../../ui/icon.tsx";
import type { Step } from "./getting-started.ts";

/** The way to the first campaign: what is done, what comes next, and how to do it. */
export function GettingStarted(props: { steps: readonly Step[] }): Html {
  const { steps } = props;
  const done = steps.filter((step) => step.done).length;
  const next = steps.find((step) => !step.done);
  return (
    <Card title="Getting started" lead={`${done} of ${steps.length} steps are done.`} flush>
      <ol class="steps">
        {steps.map((step) => (
          <li class="step" data-done={step.done} data-tone={step.done ? "success" : "neutral"}>
            <Icon
              name={step.done ? "circle-check" : "circle-dashed"}
              size="lg"
              label={step.done ? "Done" : "To do"}
            />
            <div class="step-text">
              <p class="step-title">{step.title}</p>
              {!step.done && <p class="muted small">{step.why}</p>}
            </div>
            {!step.done && (
              <LinkButton
                href={step.action.href}
                size="sm"
                variant={step === next ? "primary" : "secondary"}
              >
                {step.action.label}
              </LinkButton>
            )}
          </li>
        ))}
      </ol>
    </Card>
  );
}
