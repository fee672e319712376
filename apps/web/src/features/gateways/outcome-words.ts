import type { OutcomeName } from "@mailwright/protocol";

/** In one word or two, over a count. */
export const OUTCOME_NAMES: Readonly<Record<OutcomeName, string>> = {
  accepted: "Accepted",
  rejected: "Rejected",
  unauthorized: "Credentials refused",
  throttled: "Throttled",
  unavailable: "Not available",
  ambiguous: "Unclear",
};

/** Of a test of which no gateway's word came back, too: to whoever waits for the email it is the same. */
export const UNCLEAR = "It is unclear whether it was sent";

/** What a test came to, whether of a gateway or of a template: the same gateway answers both. */
export const TEST_TITLES: Readonly<Record<OutcomeName, string>> = {
  accepted: "The gateway accepted it",
  rejected: "The gateway rejected it",
  unauthorized: "The gateway refused the credentials",
  throttled: "The gateway takes no more for now",
  unavailable: "The gateway is not available",
  ambiguous: UNCLEAR,
};
