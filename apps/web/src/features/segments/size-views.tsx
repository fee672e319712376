import type { Html } from "@mailwright/html";
import { AsOf } from "../../ui/as-of.tsx";
import { formatCount, formatPlural } from "../../ui/format.ts";
import { Time } from "../../ui/time.tsx";
import type { SegmentRow } from "./segments.ts";
import type { Size } from "./size.ts";

/** In a list only what is kept is shown at once; a rule is counted when its row comes into sight. */
export function ListedSize(props: { segment: SegmentRow }): Html {
  const { id, rule, size } = props.segment;
  return rule === null ? <span data-numeric>{formatCount(size)}</span> : <SizeLater id={id} />;
}

function SizeLater(props: { id: string; words?: boolean }): Html {
  return (
    <span
      hx-get={`/segments/${props.id}/size${props.words === true ? "?in=words" : ""}`}
      hx-trigger="revealed"
      hx-target="this"
      hx-swap="innerHTML"
    >
      <a href={`/segments/${props.id}?count=now`}>Count</a>
    </span>
  );
}

/** The size of a dynamic segment, once it was counted: a number, or in words. */
export function CountedSize(props: { size: Size; words: boolean; now: number }): Html {
  const { size, words, now } = props;
  return size.kind === "counted" ? (
    <span data-numeric>
      {words ? (
        <>
          {`${formatPlural(size.contacts, "contact")} `}
          <AsOf at={size.at} now={now} />
        </>
      ) : (
        formatCount(size.contacts)
      )}
    </span>
  ) : (
    <span class="muted" title="Counting takes longer than four seconds">
      Too many to count
    </span>
  );
}

/** How many are in a segment, as of when, and since when it is there. */
export function SizeLine(props: {
  segment: SegmentRow;
  /** Whether a rule decides who is in it. */
  dynamic: boolean;
  /** Of a dynamic one, if it was asked for. */
  size: Size | undefined;
  now: number;
}): Html {
  const { segment, dynamic, size, now } = props;
  return (
    <>
      {!dynamic ? (
        formatPlural(segment.size, "contact")
      ) : size === undefined ? (
        <SizeLater id={segment.id} words />
      ) : (
        <CountedSize size={size} words now={now} />
      )}
      {" · made "}
      <Time at={segment.created_at} now={now} />
    </>
  );
}
