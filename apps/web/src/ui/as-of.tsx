import type { Html } from "@mailwright/html";
import { Time } from "./time.tsx";

/** A count may have been kept for a while, and is no longer what is so now. */
const NOW_MS = 10_000;

/** When something was counted: "as of now", or how long ago. */
export function AsOf(props: { at: number; now: number }): Html {
  const { at, now } = props;
  return (
    <>
      {"as of "}
      {now - at < NOW_MS ? "now" : <Time at={at} now={now} />}
    </>
  );
}
