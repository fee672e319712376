import { type Batch, MAX_SKEW_MS } from "@mailwright/protocol";

/** A web of before does not say when it brought a batch first. It is believed to have been within the hour. */
const UNTOLD_MS = 3_600_000;

/**
 * What the journal has to know of a batch's past: that it was `lost`; or, of one that may have been taken before, how many
 * milliseconds ago at the most; or nothing. A call is refused that is older than two clocks may be apart, in either
 * direction, so what it says was true that long ago at the most.
 */
export function pastOf({ recipients, again, since_first_ms }: Batch): "lost" | number | "" {
  if (recipients.some(({ last_known }) => last_known !== undefined)) return "lost";
  return again === true ? (since_first_ms ?? UNTOLD_MS) + 2 * MAX_SKEW_MS : "";
}
