import type { Html } from "@mailwright/html";
import type { CheckResult } from "@mailwright/protocol";
import { Callout } from "../../ui/banner.tsx";
import type { MessageTone } from "../../ui/tone.ts";
import type { Checked } from "./connection-check.ts";

/** What each outcome means for whoever set the gateway up. */
const MEANINGS: Readonly<Record<CheckResult["outcome"], { tone: MessageTone; title: string }>> = {
  ready: { tone: "success", title: "The connection works" },
  rejected: { tone: "danger", title: "The service did not understand the question" },
  unauthorized: { tone: "danger", title: "The service refuses the credentials" },
  throttled: { tone: "warning", title: "The service takes no more for now; try again in a minute" },
  unavailable: { tone: "danger", title: "The service cannot be reached, or is out of order" },
  ambiguous: { tone: "danger", title: "The service does not answer as it should" },
};

/** What a check came to, to stand above the gateway's settings. */
export function CheckOutcome(props: { checked: Checked }): Html {
  const { checked } = props;
  switch (checked.kind) {
    case "answered": {
      const { tone, title } = MEANINGS[checked.result.outcome];
      return (
        <Callout tone={tone} title={title}>
          {checked.result.detail}
        </Callout>
      );
    }
    case "unknown":
      return (
        <Callout tone="warning" title="Not checked: the gateway is not set up yet">
          Fill in what is missing and save it.
        </Callout>
      );
    case "refused":
      return (
        <Callout tone="danger" title="Not checked">
          {checked.why}
        </Callout>
      );
    case "unreachable":
      return (
        <Callout tone="warning" title="Not checked: the email client does not answer">
          {checked.why}
        </Callout>
      );
  }
}
