import type { Html } from "@mailwright/html";
import { Chart, round } from "./chart.tsx";
import { formatCompact, formatCount } from "./format.ts";
import type { Tone } from "./tone.ts";

export interface Series {
  label: string;
  tone: Tone;
  /** One for each label of the axis. */
  values: readonly number[];
}

const HEIGHT = 160;
const WIDTH = 600;

/** Amounts over time or over kinds, as upright bars; several series stand on one another. */
export function BarChart(props: {
  label: string;
  /** What one bar is of, from the left: "Mon", "24 Nov". */
  axis: readonly string[];
  series: readonly Series[];
}): Html {
  const { axis, series } = props;
  const top = ceiling(Math.max(0, ...axis.map((_, index) => total(series, index))));
  return (
    <Chart
      label={props.label}
      head={["", ...series.map(({ label }) => label)]}
      rows={axis.map((name, index) => [name, ...series.map(({ values }) => values[index] ?? 0)])}
    >
      {series.length > 1 && <Key series={series} />}
      <div class="bars" aria-hidden="true">
        <div class="bars-scale">
          {[top, top / 2, 0].map((value) => (
            <span>{formatCompact(value)}</span>
          ))}
        </div>
        <svg class="bars-plot" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
          {[0.5, HEIGHT / 2, HEIGHT - 0.5].map((y) => (
            <line class="gridline" x1={0} x2={WIDTH} y1={y} y2={y} />
          ))}
          {axis.map((name, index) => (
            <Bar name={name} index={index} of={axis.length} series={series} top={top} />
          ))}
        </svg>
        <div class="bars-axis">
          {ends(axis).map((name) => (
            <span>{name}</span>
          ))}
        </div>
      </div>
    </Chart>
  );
}

function Bar(props: {
  name: string;
  index: number;
  of: number;
  series: readonly Series[];
  top: number;
}): Html {
  const slot = WIDTH / props.of;
  const width = slot * 0.68;
  let y = HEIGHT;
  return (
    <g>
      <title>
        {`${props.name}: ${props.series.map(({ label, values }) => `${label} ${formatCount(values[props.index] ?? 0)}`).join(", ")}`}
      </title>
      {props.series.map(({ tone, values }) => {
        const height = ((values[props.index] ?? 0) / props.top) * HEIGHT;
        y -= height;
        return (
          <rect
            class="fill"
            data-tone={tone}
            x={round(props.index * slot + (slot - width) / 2)}
            y={round(y)}
            width={round(width)}
            height={round(height)}
          />
        );
      })}
    </g>
  );
}

function Key(props: { series: readonly Series[] }): Html {
  return (
    <ul class="legend" aria-hidden="true">
      {props.series.map(({ label, tone }) => (
        <li data-tone={tone}>
          <span class="dot" />
          <span class="legend-label">{label}</span>
        </li>
      ))}
    </ul>
  );
}

function total(series: readonly Series[], index: number): number {
  return series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0);
}

/** The next round number at or over the highest bar: 1, 2, 4, 5 or 10 times a power of ten. */
function ceiling(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}

/** The first, middle and last label: all of them would not fit a phone, and the table has them. */
function ends(axis: readonly string[]): string[] {
  const middle = axis.length > 4 ? [axis[Math.floor(axis.length / 2)]] : [];
  return [axis[0], ...middle, axis.length > 1 ? axis.at(-1) : undefined].filter(
    (name) => name !== undefined,
  );
}
