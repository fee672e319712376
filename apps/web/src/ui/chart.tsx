import type { Children, Html } from "@mailwright/html";
import { formatCount } from "./format.ts";
import type { Tone } from "./tone.ts";

/** The frame of a chart: its name, the drawing, and the same numbers as a table. */
export function Chart(props: {
  label: string;
  head: readonly string[];
  rows: readonly (readonly [name: string, ...values: (number | string)[]])[];
  children: Children;
}): Html {
  return (
    <figure class="chart" aria-label={props.label}>
      {props.children}
      <details class="chart-data disclosure">
        <summary>Show as a table</summary>
        <table class="table" data-plain>
          <caption class="visually-hidden">{props.label}</caption>
          <thead>
            <tr>
              {props.head.map((name, index) => (
                <th scope="col" data-align={index === 0 ? "start" : "end"}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {props.rows.map(([name, ...values]) => (
              <tr>
                <th scope="row">{name}</th>
                {values.map((value) => (
                  <td data-align="end">{typeof value === "number" ? formatCount(value) : value}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

/** The course of one figure, without axes, to stand beside the figure itself. */
export function Sparkline(props: {
  label: string;
  values: readonly number[];
  tone?: Tone | undefined;
}): Html {
  const line = points(props.values);
  return (
    <svg
      class="sparkline"
      viewBox="0 0 100 28"
      preserveAspectRatio="none"
      role="img"
      aria-label={`${props.label}: ${props.values.map(formatCount).join(", ")}`}
      data-tone={props.tone ?? "accent"}
    >
      <polygon class="sparkline-area" points={`0,28 ${line} 100,28`} />
      <polyline class="sparkline-line" points={line} />
    </svg>
  );
}

/** Points of a line that uses the whole height but for the width of its own stroke. */
function points(values: readonly number[]): string {
  const most = Math.max(1, ...values);
  const step = 100 / Math.max(1, values.length - 1);
  return values
    .map((value, index) => `${round(index * step)},${round(26.5 - (value / most) * 25)}`)
    .join(" ");
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
