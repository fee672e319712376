import type { EmailFactKind } from "../../campaign-words.ts";
import type { IconName } from "../../ui/icon.tsx";
import type { Tone } from "../../ui/tone.ts";
import type { EmailFact, ToldKind } from "./facts.ts";
import type { Explanation } from "./reasons.ts";

/** How a kind of fact looks, how many of it are called, and how a list of those says that it has no others. */
export const FACT_LOOKS: Readonly<
  Record<EmailFactKind, { title: string; plural: string; only: string; tone: Tone; icon: IconName }>
> = {
  unsubscribed: {
    title: "The recipient unsubscribed",
    plural: "Unsubscribed",
    only: "Only recipients who unsubscribed.",
    tone: "skipped",
    icon: "user-minus",
  },
  "left segments": {
    title: "The recipient opted out of segments",
    plural: "Opted out of segments",
    only: "Only recipients who opted out of segments.",
    tone: "skipped",
    icon: "user-minus",
  },
  resubscribed: {
    title: "The recipient came back",
    plural: "Subscribed again",
    only: "Only recipients who subscribed again.",
    tone: "info",
    icon: "user-plus",
  },
  delivered: {
    title: "It was delivered",
    plural: "Delivered",
    only: "Only recipients to whom the email was delivered.",
    tone: "success",
    icon: "mail-check",
  },
  bounced: {
    title: "It bounced",
    plural: "Bounced",
    only: "Only recipients whose email bounced.",
    tone: "failed",
    icon: "mail-x",
  },
  complained: {
    title: "The recipient reported it as spam",
    plural: "Reported as spam",
    only: "Only recipients who reported the email as spam.",
    tone: "danger",
    icon: "triangle-alert",
  },
};

/** By whose word a fact is known, in words. */
export function sourceOf({ source }: Pick<EmailFact, "source">): string {
  switch (source) {
    case "one-click":
      return "with one click in their mailbox";
    case "page":
      return "on the page of the email's link";
    default:
      return "told by the gateway";
  }
}

/** More of a fact, as it was told; empty where there is no more that a person would read. */
export function tellingOf({ detail }: Pick<EmailFact, "detail">): string {
  const { class: bounce, status, text } = detail;
  // A server begins with its status, mostly.
  const isRepeated = status !== undefined && String(text ?? "").includes(String(status));
  return [bounce && `${bounce}:`, isRepeated ? undefined : status, text]
    .filter((part) => part !== undefined)
    .join(" ")
    .replace(/:$/, "");
}

/** What it leads to as a rule: of an erased contact there was none to suppress, and somebody may have allowed the address since. */
const SUPPRESSED =
  "the address is suppressed, unless its contact was deleted by then: no campaign goes to it until somebody lifts that.";

const LOOK_IT_UP =
  "Look among the suppressions (/suppressions) to see whether the address may be mailed now.";

/** What the last word of its gateway says of an email that was sent. */
export function explainTold(kind: ToldKind): Explanation {
  switch (kind) {
    case "delivered":
      return {
        what: "It was delivered.",
        meaning:
          "The gateway accepted it, and tells that the recipient's server took it. Whether it lies in the inbox or with the spam, only the recipient knows.",
      };
    case "bounced":
      return {
        what: "The gateway accepted it, but it bounced.",
        meaning: `What the recipient's server said stands at the step below. After a hard bounce, or several soft ones in a row, ${SUPPRESSED}`,
        todo: LOOK_IT_UP,
        unwelcome: true,
      };
    case "complained":
      return {
        what: "The recipient reported it as spam.",
        meaning: `It arrived, and was not wanted. After such a report ${SUPPRESSED}`,
        todo: LOOK_IT_UP,
        unwelcome: true,
      };
  }
}
