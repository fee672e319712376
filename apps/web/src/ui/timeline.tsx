import type { Children, Html } from "@mailwright/html";
import { Icon, type IconName } from "./icon.tsx";
import type { Tone } from "./tone.ts";

export interface Moment {
  title: Children;
  tone: Tone;
  icon: IconName;
  /** A `Time`. */
  time: Html;
  /** What was answered, what is waited for. */
  detail?: Children;
}

/** What happened, in its order: the transitions of an email. */
export function Timeline(props: { label: string; moments: readonly Moment[] }): Html {
  return (
    <ol class="timeline" aria-label={props.label}>
      {props.moments.map((moment) => (
        <li class="moment" data-tone={moment.tone}>
          <span class="moment-icon">
            <Icon name={moment.icon} />
          </span>
          <div class="moment-text">
            <div class="moment-head">
              <p class="moment-title">{moment.title}</p>
              <span class="moment-time">{moment.time}</span>
            </div>
            {moment.detail && <div class="moment-detail">{moment.detail}</div>}
          </div>
        </li>
      ))}
    </ol>
  );
}
