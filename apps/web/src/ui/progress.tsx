import type { Html } from "@mailwright/html";
import { round } from "./chart.tsx";
import { formatCount, formatPercent } from "./format.ts";
import { EMAIL_LOOKS, EMAIL_STATES_AS_SHOWN, type EmailState, type Tone } from "./tone.ts";

export interface Part {
  label: string;
  value: number;
  tone: Tone;
}

/** The counts of a campaign as parts of a bar, in the order that every bar has; states without an email are left out. */
export function emailParts(counts: Partial<Readonly<Record<EmailState, number>>>): Part[] {
  return EMAIL_STATES_AS_SHOWN.map((state) => ({
    label: EMAIL_LOOKS[state].label,
    tone: EMAIL_LOOKS[state].tone,
    value: counts[state] ?? 0,
  })).filter((part) => part.value > 0);
}

const WIDTH = 1_000;
/** A part that is there is seen, however small: 7 thousandths of the bar and the gap after it. */
const LEAST = 10;
const GAP = 3;

/** A whole and its parts, as a bar with a legend that says each in words and numbers. */
export function SegmentedProgress(props: {
  /** What the whole is: "Emails of Spring sale". */
  label: string;
  parts: readonly Part[];
  /** What the parts add up to when all is done; the rest of the bar stays empty. */
  total: number;
  /** Leave the legend out, where the numbers stand beside the bar. */
  bare?: boolean | undefined;
}): Html {
  const { parts, total } = props;
  const spoken = parts.map(({ label, value }) => `${label} ${formatCount(value)}`).join(", ");
  return (
    <div class="progress">
      <svg
        class="progress-bar"
        viewBox={`0 0 ${WIDTH} 8`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${props.label}: ${spoken || "none"} of ${formatCount(total)}`}
      >
        {segments(parts, total).map(({ tone, x, width }) => (
          <rect class="fill" data-tone={tone} x={x} y={0} width={width} height={8} />
        ))}
      </svg>
      {props.bare !== true && <Legend parts={parts} total={total} />}
    </div>
  );
}

/** Words and numbers of the parts of a whole. */
export function Legend(props: { parts: readonly Part[]; total?: number | undefined }): Html {
  return (
    <ul class="legend">
      {props.parts.map(({ label, value, tone }) => (
        <li data-tone={tone}>
          <span class="dot" />
          <span class="legend-label">{label}</span>
          <strong>{formatCount(value)}</strong>
          {props.total !== undefined && (
            <span class="legend-share">{formatPercent(value, props.total)}</span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** One number on its way to another: rows imported. The browser's own progress bar, so it is announced as one. */
export function Progress(props: {
  label: string;
  value?: number | undefined;
  max: number;
  note?: string | undefined;
}): Html {
  return (
    <div class="progress">
      <div class="progress-head">
        <span>{props.label}</span>
        <span class="muted" data-numeric>
          {props.note ?? (props.value === undefined ? "" : formatPercent(props.value, props.max))}
        </span>
      </div>
      <progress
        class="progress-plain"
        aria-label={props.label}
        value={props.value}
        max={props.max}
      />
    </div>
  );
}

/** How much of a limit is used: a quota, a send rate. It warns by colour and word past four fifths. */
export function Meter(props: {
  label: string;
  value: number;
  max: number;
  /** Said instead of "320 of 400". */
  note?: string | undefined;
}): Html {
  const { label, value, max } = props;
  const tone = value >= max ? "danger" : value > max * 0.8 ? "warning" : "accent";
  return (
    <div class="progress">
      <div class="progress-head">
        <span>{label}</span>
        <span class="muted" data-numeric>
          {props.note ?? `${formatCount(value)} of ${formatCount(max)}`}
          {value >= max ? ", used up" : tone === "warning" ? ", nearly used up" : ""}
        </span>
      </div>
      <svg
        class="progress-bar"
        viewBox={`0 0 ${WIDTH} 8`}
        preserveAspectRatio="none"
        role="meter"
        aria-label={label}
        aria-valuenow={value}
        aria-valuemin={0}
        aria-valuemax={max}
      >
        <rect class="fill" data-tone={tone} x={0} y={0} width={share(value, max)} height={8} />
      </svg>
    </div>
  );
}

/** Where each part stands. What the small ones are given beyond their share, the largest gives up. */
function segments(
  parts: readonly Part[],
  total: number,
): { tone: Tone; x: number; width: number }[] {
  const widths = parts.map(({ value }) => Math.max(LEAST, share(value, total)));
  const over = widths.reduce((sum, width) => sum + width, 0) - WIDTH;
  if (over > 0) widths[widths.indexOf(Math.max(...widths))] = Math.max(...widths) - over;
  let end = 0;
  return parts.map(({ tone }, index) => {
    const width = widths[index] ?? 0;
    end += width;
    return { tone, x: round(end - width), width: round(width - GAP) };
  });
}

function share(value: number, total: number): number {
  return total === 0 ? 0 : Math.min(WIDTH, round((value / total) * WIDTH));
}
