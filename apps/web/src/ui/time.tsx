import type { Html } from "@mailwright/html";
import { formatMoment, formatRelative } from "./format.ts";

/**
 * A moment. With `now` (from the clock) it says how long ago, and a script keeps that true; the exact moment is in its
 * title. Without `now` it is the exact moment.
 */
export function Time(props: { at: Date | number; now?: number | undefined }): Html {
  const at = new Date(props.at);
  const exact = formatMoment(at);
  return props.now === undefined ? (
    <time datetime={at}>{exact}</time>
  ) : (
    <time datetime={at} title={exact} data-relative>
      {formatRelative(at, props.now)}
    </time>
  );
}
