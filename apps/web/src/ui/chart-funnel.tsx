import type { Html } from "@mailwright/html";
import { Chart, round } from "./chart.tsx";
import { formatCount, formatPercent } from "./format.ts";
import type { Tone } from "./tone.ts";

export interface Step {
  label: string;
  value: number;
  tone?: Tone | undefined;
}

/** Amounts that each are part of the one before, as level bars: audience, sent, opened, clicked. */
export function Funnel(props: { label: string; steps: readonly Step[] }): Html {
  const whole = props.steps[0]?.value ?? 0;
  return (
    <Chart
      label={props.label}
      head={["", "Count", "Of all"]}
      rows={props.steps.map(({ label, value }) => [label, value, formatPercent(value, whole)])}
    >
      <div class="funnel" aria-hidden="true">
        {props.steps.map(({ label, value, tone }) => (
          <div class="funnel-step">
            <span class="funnel-label">{label}</span>
            <svg class="funnel-bar" viewBox="0 0 100 10" preserveAspectRatio="none">
              <rect class="track" x={0} y={0} width={100} height={10} />
              <rect
                class="fill"
                data-tone={tone ?? "accent"}
                x={0}
                y={0}
                width={whole === 0 ? 0 : round((value / whole) * 100)}
                height={10}
              />
            </svg>
            <span class="funnel-value">
              <strong>{formatCount(value)}</strong> <small>{formatPercent(value, whole)}</small>
            </span>
          </div>
        ))}
      </div>
    </Chart>
  );
}
