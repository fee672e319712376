import type { Children, Html } from "@mailwright/html";
import type { Tone } from "./tone.ts";

/** Figures side by side in one frame. */
export function Stats(props: { label: string; children: Children }): Html {
  return (
    <dl class="stats" aria-label={props.label}>
      {props.children}
    </dl>
  );
}

/** One figure: what it is, how much, and what it means. It leads to what it counts, when `href` is given. */
export function Stat(props: {
  label: string;
  /** Ready to read: `formatCount(n)`. */
  value: string;
  /** "12% more than last week", "of 12,400". */
  note?: Children;
  /** A coloured dot before the label, for a figure that is a state. */
  tone?: Tone | undefined;
  href?: string | undefined;
  /** A `Sparkline`. */
  chart?: Html | undefined;
}): Html {
  return (
    <div class="stat">
      <dt class="stat-label" data-tone={props.tone}>
        {props.tone && <span class="dot" />}
        {props.href === undefined ? props.label : <a href={props.href}>{props.label}</a>}
      </dt>
      <dd class="stat-value">{props.value}</dd>
      {props.note && <dd class="stat-note">{props.note}</dd>}
      {props.chart && <dd class="stat-chart">{props.chart}</dd>}
    </div>
  );
}
