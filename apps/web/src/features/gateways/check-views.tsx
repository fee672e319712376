import type { Html } from "@mailwright/html";
import type { CheckResult } from "@mailwright/protocol";
import { Callout } from "../../ui/banner.tsx";
import type { MessageTone } from "../../ui/tone.ts";
import type { Checked } from "./connection-check.ts";
import type { Asked } from "./reach.ts";

/** What each outcome means for whoever set the gateway up. */
const MEANINGS: Readonly<Record<CheckResult["outcome"], { tone: MessageTone; title: string }>> = {
  ready: { tone: "success", title: "The connection works" },
  rejected: { tone: "danger", title: "The service did not understand the question" },
  unauthorized: { tone: "danger", title: "The service refuses the credentials or the account" },
  throttled: { tone: "warning", title: "The service takes no more for now; try again in a minute" },
  unavailable: { tone: "danger", title: "The service cannot be reached, or is out of order" },
  ambiguous: { tone: "danger", title: "The service does not answer as it should" },
};

/** What a check came to, to stand above the settings; of a route a line for each gateway, with its name. */
export function CheckOutcome(props: { isRoute: boolean; checked: Checked }): Html {
  return (
    <>
      {props.checked.map(({ gateway, asked }) => {
        const { tone, title, text } = said(asked);
        return (
          <Callout tone={tone} title={props.isRoute ? titleOf(gateway, title) : title}>
            {text}
          </Callout>
        );
      })}
    </>
  );
}

/** What was said of one gateway of several. */
export function titleOf({ name }: { name: string }, title: string): string {
  return `“${name}”: ${lowerFirst(title)}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function said(asked: Asked<CheckResult>): { tone: MessageTone; title: string; text: string } {
  switch (asked.kind) {
    case "answered":
      return { ...MEANINGS[asked.result.outcome], text: asked.result.detail };
    case "unknown":
      return {
        tone: "warning",
        title: "Not checked: the gateway is not set up yet",
        text: "Fill in what is missing and save it.",
      };
    case "refused":
      return { tone: "danger", title: "Not checked", text: asked.why };
    case "unreachable":
      return {
        tone: "warning",
        title: "Not checked: the email client does not answer",
        text: asked.why,
      };
  }
}
